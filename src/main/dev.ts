import { join, relative, resolve } from 'node:path';
import { migrateDatabase } from '../../drizzle/migrate';
import { connect } from '../../drizzle/client';
import { seedDatabase } from '../../drizzle/seeds';
import { SEARCH_ATTRIBUTES } from '../../workflows/contract';
import { choosePort } from '../embedded/ports';
import { startPostgres } from '../embedded/postgres';
import { Supervisor } from '../embedded/processes';
import { stopOnSignals } from '../embedded/processes/stopping';
import { withProgress } from '../embedded/progress';
import { startTemporal } from '../embedded/temporal';
import {
  codecUrl,
  isRealTelegram,
  processesOf,
  publishedEnvironment,
  type Addresses,
} from './dev-processes';
import { migrationsFolder } from './migrations';
import { forgetRunning, publishRunning } from './running';

/** Everything at once on one machine, for newcomers and development: what is not configured is embedded. */
const DATA_FOLDER = resolve('.data');
const DATABASE_OWNER = { name: 'billing', password: 'billing' };

const PLAN = {
  dataFolder: DATA_FOLDER,
  compiledFolder: join(__dirname, '..', '..'),
  outside: process.env,
};

const report = (line: string): void => void process.stdout.write(`${line}\n`);

async function run(): Promise<void> {
  if (process.env['NODE_ENV'] === 'production') {
    throw new Error('npm start is for development; in production run the processes of src/main');
  }
  const supervisor = new Supervisor({ dataFolder: DATA_FOLDER, report });
  stopOnSignals({
    stop: () => {
      report('Stopping; press Ctrl-C again to stop at once');
      forgetRunning(DATA_FOLDER);
      return withProgress({ label: 'Stopping', report }, () => supervisor.stopAll());
    },
    kill: () => supervisor.killAll(),
  });
  try {
    const addresses = await startServers(supervisor);
    await prepareDatabase(addresses.databaseUrl);
    for (const definition of processesOf(addresses, PLAN)) await supervisor.start(definition);
    publishRunning(DATA_FOLDER, publishedEnvironment(addresses, PLAN));
    greet(addresses);
  } catch (error) {
    await supervisor.stopAll();
    throw error;
  }
  // Nothing left to do: the processes run, and the signals end this one.
  await new Promise(() => undefined);
}

async function startServers(supervisor: Supervisor): Promise<Addresses> {
  const { databaseUrl, adminUrl } = await findPostgres(supervisor);
  const codec = await codecPort(supervisor);
  const temporal = await startTemporal({
    supervisor,
    report,
    postgresAdminUrl: adminUrl,
    ...(codec === undefined ? {} : { codecEndpoint: codecUrl(codec) }),
    searchAttributes: SEARCH_ATTRIBUTES,
  });
  for (const name of ['telegram-sandbox', 'mock-provider', 'server', 'bot', 'worker']) {
    await supervisor.endOrphan(name);
  }
  const ports = {
    telegram: await choosePort({ name: 'the chat page', preferred: 8081, report }),
    mock: await choosePort({ name: 'the mock bank', preferred: 8082, report }),
    http: await choosePort({
      name: 'the HTTP server',
      preferred: Number(process.env['PORT'] ?? 8000),
      report,
    }),
    ...(codec === undefined ? {} : { codec }),
  };
  return { databaseUrl, temporal, ports };
}

/** With keys of payloads the Web UI needs somebody who reads to it; it is told where when it starts. */
async function codecPort(supervisor: Supervisor): Promise<number | undefined> {
  if (!process.env['PAYLOAD_KEYS']) return undefined;
  await supervisor.endOrphan('codec-server');
  const preferred = Number(process.env['CODEC_PORT'] ?? 8003);
  return choosePort({ name: 'the codec server', preferred, report });
}

/** DATABASE_URL replaces the embedded PostgreSQL; Temporal then keeps its databases on that server too. */
async function findPostgres(
  supervisor: Supervisor,
): Promise<{ databaseUrl: string; adminUrl: string }> {
  const given = process.env['DATABASE_URL'];
  if (given) return { databaseUrl: given, adminUrl: given };
  const postgres = await startPostgres({ supervisor, report });
  const databaseUrl = await postgres.ensureDatabase('billing', DATABASE_OWNER);
  return { adminUrl: postgres.adminUrl, databaseUrl };
}

async function prepareDatabase(databaseUrl: string): Promise<void> {
  await withProgress({ label: 'Migrating the database', report }, async () => {
    await migrateDatabase(databaseUrl, migrationsFolder());
    const connection = connect(databaseUrl, { poolSize: 1 });
    await seedDatabase(connection.db, { hasCatalogue: true });
    await connection.close();
  });
}

function greet({ temporal, ports }: Addresses): void {
  const chat = isRealTelegram(process.env)
    ? 'Telegram itself, with your bot'
    : `http://localhost:${ports.telegram}`;
  const lines = [
    '',
    '  Telegram Billing is running.',
    '',
    `  Chat page        ${chat}`,
    `  Temporal Web UI  ${temporal.webUiUrl ?? `of the server at ${temporal.address}`}`,
    `  API              http://localhost:${ports.http} (webhooks, /health, /ready)`,
    `  Pay page         http://localhost:${ports.mock} (the mock bank and its panel of faults)`,
    ...(ports.codec === undefined ? [] : [`  Payloads         ${codecUrl(ports.codec)}/login`]),
    '',
    `  Temporal         ${temporal.origin}`,
    `  Logs             ${relative(process.cwd(), join(DATA_FOLDER, 'logs'))}`,
    '',
    '  Ctrl-C stops everything; what was begun goes on at the next start.',
    '',
  ];
  report(lines.join('\n'));
}

run().then(
  () => process.exit(0),
  (error: unknown) => {
    report(error instanceof Error ? error.message : String(error));
    process.exit(1);
  },
);
