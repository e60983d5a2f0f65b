import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import postgres from 'postgres';
import { v7 } from 'uuid';
import { connect } from '../../../drizzle/client';
import { migrateDatabase } from '../../../drizzle/migrate';
import { seedDatabase } from '../../../drizzle/seeds';
import { startMockProvider, type MockProvider } from '../../../sandbox/mock-provider/server';
import { startTelegramSandbox, type TelegramSandbox } from '../../../sandbox/telegram/server';
import { createCommands } from '../../../src/commands/billing';
import { freePort } from '../../../src/embedded/ports';
import { startPostgres, type EmbeddedPostgres } from '../../../src/embedded/postgres';
import { Supervisor } from '../../../src/embedded/processes';
import { startTemporal } from '../../../src/embedded/temporal';
import { processesOf } from '../../../src/main/dev-processes';
import { migrationsFolder } from '../../../src/main/migrations';
import { createTestClock } from '../../../src/main/test-clock';
import { createReads } from '../../../src/reads/reads';
import { createRecords } from '../../../src/records/records';
import { BILLING_TASK_QUEUE, SEARCH_ATTRIBUTES } from '../../../workflows/contract';
import { inAgreement, TEST_TERMS } from '../../support/consent';
import { TEST_SECRETS } from '../../support/secrets';
import { TEST_DATA } from '../../support/servers/places';
import { BOT_TOKEN, TEST_SETTINGS, type Stack } from '../../support/stack';
import type { Link } from './links/link';
import { httpLink } from './links/http-link';
import { postgresLink } from './links/postgres-link';
import { temporalLink } from './links/temporal-link';
import { insist, patient } from './patience';
import { Watch, type Wire } from './watch';

const COMPILED = join(__dirname, '..', '..', '..', 'dist');

export const PROCESSES = ['worker', 'server', 'bot', 'postgres', 'temporal-server'] as const;
export type ProcessName = (typeof PROCESSES)[number];

/** What a flow may use of the product: all of it but its insides, and patient with what may be dead just now. */
export type Field = Pick<
  Stack,
  | 'client'
  | 'commands'
  | 'database'
  | 'databaseUrl'
  | 'http'
  | 'mock'
  | 'reads'
  | 'records'
  | 'settings'
  | 'sql'
  | 'taskQueue'
  | 'telegram'
>;

/** Every process of the product, with wires of ours between them. */
export interface Ground {
  readonly field: Field;
  readonly watch: Watch;
  /** SIGKILLs a process, which is started again. */
  kill(name: ProcessName): Promise<void>;
  ready(name: ProcessName): Promise<void>;
  link(wire: Wire): Link;
  /** Moves a person's business time to an instant; repeating it changes nothing. */
  moveTo(userId: number, instantMs: number): Promise<void>;
  stop(): Promise<void>;
}

const report = () => undefined;

/** Starts everything anew, with databases and servers of its own: they are going to be killed. */
export async function openGround(): Promise<Ground> {
  const dataFolder = mkdtempSync(join(TEST_DATA, 'matrix-'));
  const supervisor = new Supervisor({ dataFolder, report });
  const telegram = await startTelegramSandbox({ port: 0, rates: 'unlimited' });
  telegram.registerBot(BOT_TOKEN);
  const httpPort = await freePort();
  const bank: { mock?: MockProvider } = {};
  const watch = new Watch((workflowId) => payerOf(workflowId, bank.mock, telegram));
  const notified = await httpLink('bank→server', {
    ...{ watch, target: `http://127.0.0.1:${httpPort}` },
  });
  const mock = await startMockProvider({
    port: 0,
    credentials: CREDENTIALS,
    apiKey: 'mock-api-key',
    notifyUrl: `http://127.0.0.1:${notified.port}/webhook/mock`,
    shopBaseUrl: `http://127.0.0.1:${httpPort}`,
    retryDelaysMs: [500, 1_000, 2_000],
  });
  bank.mock = mock;
  const cluster = await startPostgres({ supervisor, report, durability: 'fast' });
  const databaseUrl = await prepareDatabase(cluster);
  const temporal = await startTemporal({
    ...{ supervisor, report, postgresAdminUrl: cluster.adminUrl },
    ...{ searchAttributes: SEARCH_ATTRIBUTES, ports: 'free' },
    env: { ...process.env, TEMPORAL_ADDRESS: '' },
  });
  const links = new Map<Wire, Link>([['bank→server', notified]]);
  const places = { databaseUrl, temporal, mock, telegram };
  for (const name of ['worker', 'server', 'bot'] as const) {
    const wires = await wiresOf(name, { watch, ...places });
    for (const [wire, link] of wires) links.set(wire, link);
    const ports = { telegram: portOf(telegram.apiRoot), mock: mock.port, http: httpPort };
    const address = (wire: Wire) => `127.0.0.1:${wires.get(wire)?.port}`;
    const definitions = processesOf(
      {
        databaseUrl: databaseUrl.replace(/127\.0\.0\.1:\d+/, address(`${name}→PostgreSQL`)),
        temporal: { ...temporal, address: address(`${name}→Temporal`) },
        ports,
      },
      {
        ...{ dataFolder, compiledFolder: COMPILED, outside: {} },
        overrides: {
          ...OVERRIDES,
          ...(name === 'worker' ? { MOCK_PROVIDER_URL: `http://${address('worker→bank')}` } : {}),
          ...(name === 'server'
            ? {}
            : { TELEGRAM_API_ROOT: `http://${address(`${name}→Telegram`)}` }),
        },
      },
    );
    const definition = definitions.find((one) => one.name === name);
    if (definition) await supervisor.start(definition);
  }
  const sql = postgres(databaseUrl, { max: 12, onnotice: () => undefined });
  const database = connect(databaseUrl, { poolSize: 8 });
  const connection = await Connection.connect({ address: temporal.address });
  const client = new Client({ connection, namespace: temporal.namespace });
  const asking = createRecords(database.db, {
    settings: TEST_SETTINGS,
    terms: TEST_TERMS,
    secrets: TEST_SECRETS,
  });
  const testClock = createTestClock({
    ...{ client, sql: database.sql },
    setBankClock: (userId, offsetMs) =>
      Promise.resolve(mock.control.setClock(offsetMs, String(userId))),
  });
  return {
    field: {
      ...{ client: patientClient(client), database, databaseUrl, mock, telegram },
      commands: patient(createCommands(client, BILLING_TASK_QUEUE)),
      http: { port: httpPort, url: `http://127.0.0.1:${httpPort}`, stop: async () => undefined },
      reads: patient(createReads(database.db, TEST_SECRETS)),
      records: patient(inAgreement(asking, sql)),
      settings: TEST_SETTINGS,
      sql: patientSql(sql),
      taskQueue: BILLING_TASK_QUEUE,
    },
    watch,
    kill: async (name) => supervisor.find(name)?.kill(),
    ready: async (name) => supervisor.find(name)?.ready(),
    link: (wire) => {
      const link = links.get(wire);
      if (!link) throw new Error(`there is no wire ${wire}`);
      return link;
    },
    moveTo: (userId, instantMs) =>
      insist(async () => {
        const move = await testClock.move({ userId, endMs: () => instantMs });
        if (move.kind !== 'moved') throw new Error(`the clock of ${userId}: ${move.kind}`);
      }),
    stop: async () => {
      await Promise.all([sql.end({ timeout: 2 }), database.close(), connection.close()]);
      await supervisor.stopAll();
      await Promise.all([mock.stop(), telegram.close()]);
      await Promise.all([...links.values()].map((link) => link.stop()));
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

const CREDENTIALS = {
  merchantLogin: 'mock-shop',
  password1: 'mock-password-1',
  password2: 'mock-password-2',
  hash: 'sha256',
} as const;

/** Nobody sleeps, nobody calls too often, and secrets are those with which the flows sign. */
const OVERRIDES = {
  QUIET_HOURS: '00:00-00:00',
  RATE_LIMIT_CALLS: '100000',
  TELEGRAM_BOT_TOKEN: BOT_TOKEN,
  LOG_LEVEL: 'info',
  API_KEY_PEPPER: TEST_SECRETS.apiKeyPepper,
  DATA_KEY: TEST_SECRETS.dataKey,
} as const;

interface Places {
  readonly watch: Watch;
  readonly databaseUrl: string;
  readonly temporal: { readonly address: string };
  readonly mock: MockProvider;
  readonly telegram: TelegramSandbox;
}

/** The wires by which a process reaches the others. */
async function wiresOf(
  name: 'worker' | 'server' | 'bot',
  { watch, databaseUrl, temporal, mock, telegram }: Places,
): Promise<Map<Wire, Link>> {
  const wires = new Map<Wire, Link>();
  const toPostgres = `${name}→PostgreSQL` as const;
  const toTemporal = `${name}→Temporal` as const;
  wires.set(toPostgres, await postgresLink(toPostgres, { watch, port: portOf(databaseUrl) }));
  wires.set(
    toTemporal,
    await temporalLink(toTemporal, { watch, port: portOf(`http://${temporal.address}`) }),
  );
  if (name === 'server') return wires;
  const toTelegram = `${name}→Telegram` as const;
  wires.set(toTelegram, await httpLink(toTelegram, { watch, target: telegram.apiRoot }));
  if (name === 'bot') return wires;
  const target = `http://127.0.0.1:${mock.port}`;
  return wires.set('worker→bank', await httpLink('worker→bank', { watch, target }));
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}

/** The workflow of a payment begins with what the bank says, before anything of ours knows it. */
function payerOf(
  workflowId: string,
  mock: MockProvider | undefined,
  telegram: TelegramSandbox,
): number | undefined {
  const [kind, provider, id = ''] = workflowId.split(':');
  if (kind !== 'pay') return undefined;
  if (provider === 'mock') {
    const payer = mock?.control.book.payments.get(id)?.shp['Shp_user_id'];
    return payer === undefined ? undefined : Number(payer);
  }
  return telegram.charges().find((charge) => charge.id === id)?.personId;
}

async function prepareDatabase(cluster: EmbeddedPostgres): Promise<string> {
  const url = await cluster.ensureDatabase('billing', { name: 'billing', password: 'billing' });
  await migrateDatabase(url, migrationsFolder());
  const connection = connect(url, { poolSize: 1 });
  await seedDatabase(connection.db, { hasCatalogue: true });
  await connection.close();
  await putPlansOnSale(url);
  return url;
}

/** Two plans of a month, of which one can become the other. */
async function putPlansOnSale(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  for (const roubles of [100, 200]) {
    const [tariffId, versionId] = [v7(), v7()];
    const name = JSON.stringify({ ru: `План ${roubles}`, en: `Plan ${roubles}` });
    await sql`
      insert into tariffs (id, slug, kind, sort_order)
      values (${tariffId}, ${`chaos-${roubles}`}, 'mixed', ${roubles})`;
    await sql`
      insert into tariff_versions (id, tariff_id, version, name_i18n, description_i18n, tokens_utok, period_unit,
        period_count, valid_from)
      values (${versionId}, ${tariffId}, 1, ${name}::jsonb, ${name}::jsonb, ${roubles * 1_000_000}, 'month', 1,
        '2025-01-01')`;
    await sql`
      insert into tariff_prices (tariff_version_id, currency, exponent, amount_minor)
      values (${versionId}, 'RUB', 2, ${roubles * 100})`;
  }
  await sql.end();
}

/** Statements are asked again while PostgreSQL is away; what is no statement is left as it is. */
function patientSql(sql: postgres.Sql): postgres.Sql {
  return new Proxy(sql, {
    apply: (target, self, given: [TemplateStringsArray | object, ...unknown[]]) => {
      const [first] = given;
      const run = () => Reflect.apply(target, self, given) as Promise<unknown>;
      return Array.isArray(first) && 'raw' in first ? insist(async () => run()) : run();
    },
  });
}

/** Handles of workflows ask again while Temporal is away. */
function patientClient(client: Client): Client {
  const workflow = new Proxy(client.workflow, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      if (name === 'getHandle') return (id: string) => patient(target.getHandle(id));
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
  return new Proxy(client, {
    get: (target, name) =>
      name === 'workflow' ? workflow : (Reflect.get(target, name) as unknown),
  });
}
