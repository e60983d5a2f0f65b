import { join, relative, resolve } from 'node:path';
import { migrateDatabase } from '../../drizzle/migrate';
import { connect } from '../../drizzle/client';
import { seedDatabase } from '../../drizzle/seeds';
import { SEARCH_ATTRIBUTES } from '../../workflows/contract';
import { choosePort } from '../embedded/ports';
import { startPostgres } from '../embedded/postgres';
import { Supervisor, type ProcessDefinition } from '../embedded/processes';
import { withProgress } from '../embedded/progress';
import { startTemporal, type TemporalServer } from '../embedded/temporal';
import { migrationsFolder } from './migrations';

/** Everything at once on one machine, for newcomers and development: what is not configured is embedded. */
const DATA_FOLDER = resolve('.data');
/** The sandbox takes any well-formed token; this one is nobody's. */
const SANDBOX_TOKEN = '4200000001:sandbox-token';
const DATABASE_OWNER = { name: 'billing', password: 'billing' };

const report = (line: string): void => void process.stdout.write(`${line}\n`);

interface Addresses {
  readonly databaseUrl: string;
  readonly temporal: TemporalServer;
  readonly ports: { readonly telegram: number; readonly mock: number; readonly http: number };
}

async function run(): Promise<void> {
  if (process.env['NODE_ENV'] === 'production') {
    throw new Error('npm start is for development; in production run the processes of src/main');
  }
  const supervisor = new Supervisor({ dataFolder: DATA_FOLDER, report });
  const stopped = stopOnSignals(supervisor);
  try {
    const addresses = await startServers(supervisor);
    await prepareDatabase(addresses.databaseUrl);
    for (const definition of processesOf(addresses)) await supervisor.start(definition);
    greet(addresses);
  } catch (error) {
    await supervisor.stopAll();
    throw error;
  }
  await stopped;
}

/** The first signal stops everything in order, the second at once; data survive both. */
function stopOnSignals(supervisor: Supervisor): Promise<void> {
  return new Promise((resolve) => {
    let isStopping = false;
    const stop = (): void => {
      if (isStopping) {
        supervisor.killAll();
        process.exit(1);
      }
      isStopping = true;
      report('Stopping; press Ctrl-C again to stop at once');
      void withProgress({ label: 'Stopping', report }, () => supervisor.stopAll()).then(resolve);
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
}

async function startServers(supervisor: Supervisor): Promise<Addresses> {
  const postgres = await startPostgres({ supervisor, report });
  const databaseUrl =
    process.env['DATABASE_URL'] ?? (await postgres.ensureDatabase('billing', DATABASE_OWNER));
  const temporal = await startTemporal({
    supervisor,
    report,
    postgresAdminUrl: postgres.adminUrl,
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
  };
  return { databaseUrl, temporal, ports };
}

async function prepareDatabase(databaseUrl: string): Promise<void> {
  await withProgress({ label: 'Migrating the database', report }, async () => {
    await migrateDatabase(databaseUrl, migrationsFolder());
    const connection = connect(databaseUrl, { poolSize: 1 });
    await seedDatabase(connection.db, { hasCatalogue: true });
    await connection.close();
  });
}

function processesOf(addresses: Addresses): ProcessDefinition[] {
  const env = environmentOf(addresses);
  const { telegram, mock, http } = addresses.ports;
  const sandbox = isRealTelegram()
    ? []
    : [
        node({
          name: 'telegram-sandbox',
          entry: 'sandbox/telegram/main.js',
          env,
          isReady: answers(telegram),
        }),
      ];
  return [
    ...sandbox,
    node({
      name: 'mock-provider',
      entry: 'sandbox/mock-provider/main.js',
      env,
      isReady: answers(mock),
    }),
    node({ name: 'worker', entry: 'src/main/worker.js', env }),
    node({ name: 'server', entry: 'src/main/server.js', env, isReady: answers(http) }),
    node({ name: 'bot', entry: 'src/main/bot.js', env }),
  ];
}

/** The environment of the embedded processes; what is set outside wins. */
function environmentOf({ databaseUrl, temporal, ports }: Addresses): Record<string, string> {
  const defaults = {
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.namespace,
    PUBLIC_BASE_URL: `http://localhost:${ports.http}`,
    PAYMENT_PROVIDERS: 'mock,stars',
    MOCK_PROVIDER_URL: `http://127.0.0.1:${ports.mock}`,
    MOCK_PROVIDER_PUBLIC_URL: `http://localhost:${ports.mock}`,
    ...(isRealTelegram() ? {} : sandboxEnvironment(ports.telegram)),
  };
  const outside = Object.fromEntries(
    Object.keys(defaults).flatMap((name) => {
      const value = process.env[name];
      return value === undefined || value === '' ? [] : [[name, value]];
    }),
  ) as Record<string, string>;
  return {
    ...defaults,
    ...outside,
    PORT: String(ports.http),
    MOCK_PROVIDER_PORT: String(ports.mock),
    MOCK_PROVIDER_DATA_FILE: join(DATA_FOLDER, 'mock-provider.jsonl'),
    TELEGRAM_SANDBOX_PORT: String(ports.telegram),
    TELEGRAM_SANDBOX_DATA: join(DATA_FOLDER, 'telegram-sandbox.jsonl'),
  };
}

function sandboxEnvironment(port: number): Record<string, string> {
  return {
    TELEGRAM_BOT_TOKEN: SANDBOX_TOKEN,
    TELEGRAM_API_ROOT: `http://127.0.0.1:${port}`,
    TELEGRAM_CHAT_URL: `http://localhost:${port}`,
  };
}

/** With a token of one's own, Telegram is the real one and no sandbox starts. */
function isRealTelegram(): boolean {
  return Boolean(process.env['TELEGRAM_BOT_TOKEN']);
}

interface NodeProcess {
  readonly name: string;
  /** Relative to the compiled tree. */
  readonly entry: string;
  readonly env: Record<string, string>;
  readonly isReady?: () => Promise<boolean>;
}

function node({ name, entry, env, isReady }: NodeProcess): ProcessDefinition {
  return {
    name,
    command: process.execPath,
    args: ['--enable-source-maps', join(__dirname, '..', '..', entry)],
    env,
    stopWithinMs: 15_000,
    ...(isReady === undefined ? {} : { isReady }),
  };
}

/** A process is ready once its port answers anything at all. */
function answers(port: number): () => Promise<boolean> {
  return async () => {
    const response = await fetch(`http://127.0.0.1:${port}/`, {
      redirect: 'manual',
      signal: AbortSignal.timeout(2_000),
    });
    await response.body?.cancel();
    return true;
  };
}

function greet({ temporal, ports }: Addresses): void {
  const chat = isRealTelegram()
    ? 'Telegram itself, with your bot'
    : `http://localhost:${ports.telegram}`;
  const lines = [
    '',
    '  Telegram Billing is running.',
    '',
    `  Chat            ${chat}`,
    `  Temporal Web UI ${temporal.webUiUrl ?? `of the server at ${temporal.address}`}`,
    `  HTTP server     http://localhost:${ports.http}/ready`,
    `  Mock bank       http://localhost:${ports.mock}/panel`,
    '',
    `  Temporal        ${temporal.origin}`,
    `  Logs            ${relative(process.cwd(), join(DATA_FOLDER, 'logs'))}`,
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
