import postgres from 'postgres';
import { Client, Connection } from '@temporalio/client';
import { migrateDatabase } from '../../../drizzle/migrate';
import { connect } from '../../../drizzle/client';
import { seedDatabase } from '../../../drizzle/seeds';
import { startMockProvider, type MockProvider } from '../../../sandbox/mock-provider/server';
import { startTelegramSandbox, type TelegramSandbox } from '../../../sandbox/telegram/server';
import { freePorts } from '../../../src/embedded/ports';
import { migrationsFolder } from '../../../src/main/migrations';
import { dataConverter } from '../../../src/payloads/converter';
import { createDatabase, takeServers } from '../../support/servers';
import { startParrot, startProgram, type Parrot, type Program } from './programs';
import { DATABASE_PASSWORD, payloadKeys, PLANTED } from './secrets';

const PROVIDERS = 'mock,stars,robokassa,yookassa,stripe,paypal,cryptopay,cloudpayments';

/** All processes of the product with planted secrets, and what they speak to. */
export interface World {
  readonly env: Readonly<Record<string, string>>;
  readonly programs: readonly Program[];
  readonly telegram: TelegramSandbox;
  readonly mock: MockProvider;
  readonly parrot: Parrot;
  readonly sql: postgres.Sql;
  readonly client: Client;
  readonly urls: {
    readonly http: string;
    readonly codec: string;
    readonly metrics: readonly string[];
  };
  /** PostgreSQL refuses every process for the time of the work. */
  withoutDatabase(work: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

export async function startWorld(): Promise<World> {
  const [servers, database, parrot] = await Promise.all([
    takeServers(),
    createDatabase({ sources: ['drizzle'], migrate: prepare }),
    startParrot(),
  ]);
  const [http = 0, codec = 0, ...metrics] = await freePorts(9);
  const telegram = await startTelegramSandbox({ port: 0, rates: 'unlimited' });
  telegram.registerBot(PLANTED['TELEGRAM_BOT_TOKEN'] ?? '');
  const mock = await startMockProvider({
    port: 0,
    credentials: credentials(),
    apiKey: PLANTED['MOCK_PROVIDER_API_KEY'] ?? '',
    notifyUrl: `http://127.0.0.1:${http}/webhook/mock`,
    retryDelaysMs: [200, 500, 1_000],
  });
  const sql = postgres(database.url, { max: 2, onnotice: () => undefined });
  const role = await roleOf(sql);
  const url = new URL(database.url);
  Object.assign(url, { username: role, password: DATABASE_PASSWORD });
  const env = {
    ...PLANTED,
    ...addressesOf(parrot.url),
    ...{ DATABASE_URL: url.href, LOG_LEVEL: 'trace', PAYMENT_PROVIDERS: PROVIDERS },
    ...{ TEMPORAL_ADDRESS: servers.temporalAddress, TEMPORAL_NAMESPACE: servers.namespace },
    ...{ TELEGRAM_API_ROOT: telegram.apiRoot, MOCK_PROVIDER_URL: mock.url },
    ...{ TELEGRAM_MODE: 'webhook', PUBLIC_BASE_URL: `http://127.0.0.1:${http}` },
    ...{ PORT: String(http), CODEC_PORT: String(codec), ADMIN_CHAT_ID: '7000000101' },
  };
  const measured = (port: number | undefined) => ({ ...env, METRICS_PORT: String(port) });
  // The SDK takes the port after each of these.
  const [forWorker, , forServer] = metrics;
  const programs = [
    startProgram('worker', measured(forWorker)),
    startProgram('server', measured(forServer)),
    startProgram('codec-server', env),
    startProgram('bot', env),
  ];
  const connection = await Connection.connect({ address: servers.temporalAddress });
  return {
    ...{ env, programs, telegram, mock, parrot, sql },
    client: new Client({
      ...{ connection, namespace: servers.namespace },
      dataConverter: dataConverter(payloadKeys()),
    }),
    urls: {
      ...{ http: `http://127.0.0.1:${http}`, codec: `http://127.0.0.1:${codec}` },
      metrics: [forWorker, forServer].map((port) => `http://127.0.0.1:${port ?? 0}/metrics`),
    },
    withoutDatabase: async (work) => {
      await sql`alter role ${sql(role)} nologin`;
      await sql`select pg_terminate_backend(pid) from pg_stat_activity where usename = ${role}`;
      await work();
      await sql`alter role ${sql(role)} login`;
    },
    stop: async () => {
      await Promise.all(programs.map((program) => program.stop()));
      parrot.stop();
      await Promise.all([mock.stop(), telegram.close(), connection.close()]);
      await sql`drop owned by ${sql(role)}`;
      await sql`drop role ${sql(role)}`;
      await sql.end({ timeout: 2 });
      await database.drop();
    },
  };
}

async function prepare(url: string): Promise<void> {
  await migrateDatabase(url, migrationsFolder());
  const connection = connect(url, { poolSize: 1 });
  await seedDatabase(connection.db, { hasCatalogue: true });
  await connection.close();
}

/** A role of the processes' own, with a planted password. */
async function roleOf(sql: postgres.Sql): Promise<string> {
  const role = `planted_${process.pid}_${Date.now().toString(36)}`;
  await sql.unsafe(`create role ${role} login superuser password '${DATABASE_PASSWORD}'`);
  return role;
}

function credentials() {
  return {
    merchantLogin: 'mock-shop',
    password1: PLANTED['MOCK_PROVIDER_PASSWORD_1'] ?? '',
    password2: PLANTED['MOCK_PROVIDER_PASSWORD_2'] ?? '',
    hash: 'sha256',
  };
}

/** Every provider but the mock bank is the parrot. */
function addressesOf(url: string): Record<string, string> {
  return {
    ...{ ROBOKASSA_MERCHANT_LOGIN: 'shop', ROBOKASSA_HASH: 'sha256', ROBOKASSA_IS_TEST: 'false' },
    ...{ ROBOKASSA_BASE_URL: url, ROBOKASSA_SERVICES_URL: url },
    ...{ YOOKASSA_SHOP_ID: '1', YOOKASSA_BASE_URL: url, STRIPE_API_BASE: url },
    ...{ PAYPAL_CLIENT_ID: 'client', PAYPAL_WEBHOOK_ID: 'W-1', PAYPAL_BASE: url },
    ...{ CRYPTOPAY_BASE: url, CLOUDPAYMENTS_PUBLIC_ID: 'pk_1', CLOUDPAYMENTS_BASE: url },
  };
}
