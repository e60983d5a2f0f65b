import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import postgres from 'postgres';
import { connect, connectReadOnly, type Connection as Database } from '../../drizzle/client';
import { migrateDatabase } from '../../drizzle/migrate';
import { seedDatabase } from '../../drizzle/seeds';
import { startMockProvider, type MockProvider } from '../../sandbox/mock-provider/server';
import { startTelegramSandbox, type TelegramSandbox } from '../../sandbox/telegram/server';
import { createCommands } from '../../src/commands/billing';
import type { BillingCommands } from '../../src/commands/contract';
import type { SpendGate } from '../../src/commands/spend-gate';
import { DEFAULT_SETTINGS, type BillingSettings } from '../../src/domain/billing/settings';
import { freePort } from '../../src/embedded/ports';
import type { Listening } from '../../src/http/listen';
import { createLog } from '../../src/log';
import { createBillingWorkers } from '../../src/main/billing-worker';
import { migrationsFolder } from '../../src/main/migrations';
import { hostSpending } from '../../src/main/spend-worker';
import type { Tracing } from '../../src/main/tracing';
import { createTestClock } from '../../src/main/test-clock';
import { messengerOf } from '../../src/main/wiring';
import type { WorkerVersion, WorkflowSource } from '../../src/main/workflow-code';
import type { PayloadKey } from '../../src/payloads/keys';
import {
  paymentProviders,
  type PaymentProviders,
  type PaymentProvidersSettings,
} from '../../src/payments/registry';
import type { BillingReads } from '../../src/reads/billing';
import { createReads } from '../../src/reads/reads';
import type { EdgeRecords } from '../../src/records/contract';
import { createRecords } from '../../src/records/records';
import { inAgreement, TEST_TERMS } from './consent';
import { requireInvariants } from './invariants';
import { requireTraces } from './traces';
import { conversionOf } from './payloads';
import { createDatabase, takeServers, type Servers } from './servers';
import { ownWorker, type OwnWorker } from './own-worker';
import { BOT_TOKEN, startBot } from './stack-bot';
import { startHttp } from './stack-http';
import { TEST_SECRETS } from './secrets';
import { until } from './until';

export { BOT_TOKEN, until };
const API_KEY = 'mock-api-key';

const CREDENTIALS = {
  merchantLogin: 'mock-shop',
  password1: 'mock-password-1',
  password2: 'mock-password-2',
  hash: 'sha256',
} as const;

/** Nobody sleeps in tests and nobody calls too often, unless a test says so. */
export const TEST_SETTINGS: BillingSettings = {
  ...DEFAULT_SETTINGS,
  quietHours: '00:00-00:00',
  rateLimitCalls: 100_000,
};

export interface StackOptions {
  readonly settings?: Partial<BillingSettings>;
  /** Puts the example packs and subscriptions on sale. */
  readonly hasCatalogue?: boolean;
  /** False leaves the worker to the test. */
  readonly hasWorker?: boolean;
  /** What the mock bank takes. */
  readonly currencies?: readonly string[];
  /** Leaves it to the test to accept the terms; otherwise everybody has. */
  readonly asksTerms?: boolean;
  /** Encrypts payloads; the bundle is then another one. */
  readonly payloadKeys?: readonly PayloadKey[];
  /** The version of the server's own worker of spends, and of workers that are not given another one. */
  readonly version?: WorkerVersion;
  /** Has everything traced. */
  readonly tracing?: Tracing;
  /** Starts the bot by long polling. */
  readonly hasBot?: boolean;
  /** Providers besides the mock bank and Stars, by the names of their settings. */
  readonly providers?: Omit<
    PaymentProvidersSettings,
    'enabled' | 'isProduction' | 'mock' | 'telegramStars'
  >;
}

/** The whole product in one process, on real PostgreSQL and real Temporal, with the sandbox around it. */
export interface Stack {
  readonly servers: Servers;
  readonly settings: BillingSettings;
  readonly client: Client;
  readonly taskQueue: string;
  readonly databaseUrl: string;
  readonly database: Database;
  /** Raw SQL for assertions. */
  readonly sql: postgres.Sql;
  readonly telegram: TelegramSandbox;
  readonly mock: MockProvider;
  readonly http: Listening;
  readonly providers: PaymentProviders;
  readonly commands: BillingCommands;
  readonly records: EdgeRecords;
  readonly reads: BillingReads;
  /** What the server's own process takes spends with. */
  readonly spending: SpendGate;
  /** Starts another worker; the test stops it. */
  startWorker(change?: WorkerChange): Promise<RunningWorker>;
  /** The stack's own worker. */
  readonly worker: OwnWorker;
  /**
   * Moves a person's business time: all their open workflows, the clock of the edge and that of the mock bank.
   */
  advance(userId: number, ms: number): Promise<void>;
  stop(): Promise<void>;
}

export interface RunningWorker {
  stop(): Promise<void>;
}

export interface WorkerChange extends WorkflowSource {
  readonly providers?: PaymentProviders;
  /** Other keys than the stack began with. */
  readonly payloadKeys?: readonly PayloadKey[];
  /** Alters the dependencies, such as a messenger that fails. */
  readonly deps?: Partial<Parameters<typeof createBillingWorkers>[0]['deps']>;
}

const log = createLog({ level: process.env['TEST_LOG_LEVEL'] ?? 'silent', name: 'test' });
let isRuntimeInstalled = false;

/** One database, one namespace and one set of ports of its own for each test file. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  installRuntime();
  const [servers, test] = await Promise.all([
    takeServers(),
    createDatabase({ sources: ['drizzle'], migrate: prepareDatabase }),
  ]);
  const settings = { ...TEST_SETTINGS, ...options.settings };
  const database = connect(test.url, { poolSize: 20, keepsStatements: true });
  const readOnly = connectReadOnly(test.url, { keepsStatements: true });
  if (options.hasCatalogue) await seedDatabase(database.db, { hasCatalogue: true });
  const telegram = await startTelegramSandbox({ port: 0, rates: 'unlimited' });
  telegram.registerBot(BOT_TOKEN);
  const httpPort = await freePort();
  const mock = await startMockProvider({
    port: 0,
    credentials: CREDENTIALS,
    apiKey: API_KEY,
    notifyUrl: `http://127.0.0.1:${httpPort}/webhook/mock`,
    shopBaseUrl: `http://127.0.0.1:${httpPort}`,
    retryDelaysMs: [200, 500, 1_000],
  });
  const providers = paymentProviders({
    ...options.providers,
    enabled: ['mock', 'stars', ...Object.keys(options.providers ?? {})],
    isProduction: false,
    mock: {
      ...{ baseUrl: mock.url, apiKey: API_KEY, credentials: CREDENTIALS },
      ...(options.currencies ? { currencies: options.currencies } : {}),
    },
    telegramStars: { apiRoot: telegram.apiRoot, token: BOT_TOKEN },
  });
  const taskQueue = 'billing';
  const { temporalAddress: address } = servers;
  // The edge has a connection of its own, as another process has: one connection has one worker of each task queue.
  const [nativeConnection, edgeConnection, connection] = await Promise.all([
    NativeConnection.connect({ address }),
    NativeConnection.connect({ address }),
    Connection.connect({ address }),
  ]);
  const client = new Client({
    connection,
    namespace: servers.namespace,
    ...(await conversionOf(options.payloadKeys)).client,
    ...options.tracing?.client,
  });
  const commands = createCommands(client, taskQueue);
  const sql = postgres(test.url, { max: 3, onnotice: () => undefined });
  const asking = createRecords(database.db, {
    settings,
    terms: TEST_TERMS,
    secrets: TEST_SECRETS,
  });
  const records = options.asksTerms ? asking : inAgreement(asking, sql);
  const reads = createReads(readOnly.db, TEST_SECRETS);
  const startWorker = async (change: WorkerChange = {}): Promise<RunningWorker> => {
    const workers = await createBillingWorkers({
      connection: nativeConnection,
      namespace: servers.namespace,
      taskQueue,
      maxCachedWorkflows: 200,
      workflowBundlePath: change.workflowBundlePath ?? servers.workflowBundlePath,
      version: change.version ?? options.version,
      ...(await conversionOf(change.payloadKeys ?? options.payloadKeys)).worker,
      shutdownGraceTime: '2 seconds',
      tracing: options.tracing?.worker,
      deps: {
        db: database.db,
        settings,
        providers: change.providers ?? providers,
        secrets: TEST_SECRETS,
        publicBaseUrl: `http://127.0.0.1:${httpPort}`,
        messenger: messengerOf(
          { telegram: { token: BOT_TOKEN, apiRoot: telegram.apiRoot } },
          { reads, providers: change.providers ?? providers },
        ),
        log,
        ...change.deps,
      },
    });
    const runs = Promise.all(workers.map((worker) => worker.run()));
    // Asked for before anything awaits it, so that a failure is the test's and not the process's.
    runs.catch(() => undefined);
    return {
      stop: async () => {
        for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
        await runs;
      },
    };
  };

  const [worker, spends] = await Promise.all([
    ownWorker(startWorker, options.hasWorker !== false),
    hostSpending({
      connection: edgeConnection,
      namespace: servers.namespace,
      taskQueue,
      processId: randomUUID(),
      workflowBundlePath: servers.workflowBundlePath,
      version: options.version,
      ...(await conversionOf(options.payloadKeys)).worker,
      shutdownGraceTime: '2 seconds',
      tracing: options.tracing,
      deps: { db: database.db, settings },
      log,
    }),
  ]);
  const edge = { commands, records, reads, providers, spending: spends.gate };
  const http = await startHttp({ ...edge, httpPort, database, log, settings });
  const testClock = createTestClock({
    ...{ client, sql: database.sql },
    setBankClock: (userId, offsetMs) =>
      Promise.resolve(mock.control.setClock(offsetMs, String(userId))),
  });
  const makings = { ...edge, log, telegram, settings, http, testClock };
  const bot = options.hasBot ? await startBot(makings) : undefined;
  return {
    servers,
    settings,
    client,
    taskQueue,
    databaseUrl: test.url,
    database,
    sql,
    telegram,
    mock,
    http,
    providers,
    commands,
    records,
    reads,
    spending: spends.gate,
    startWorker,
    worker,
    advance: async (userId, ms) => {
      const move = await testClock.move({ userId, endMs: (fromMs) => fromMs + ms });
      if (move.kind !== 'moved')
        throw new Error(`the clock of ${userId} did not move: ${move.kind}`);
    },
    stop: async () => {
      await bot?.stop();
      await Promise.all([worker.stop(), http.stop().then(() => spends.stop())]);
      await Promise.all([mock.stop(), telegram.close()]);
      await Promise.all([nativeConnection.close(), edgeConnection.close(), connection.close()]);
      await Promise.all([database.close(), readOnly.close(), sql.end({ timeout: 2 })]);
      await test.drop();
    },
  };
}

async function prepareDatabase(url: string): Promise<void> {
  await migrateDatabase(url, migrationsFolder());
  const connection = connect(url, { poolSize: 1 });
  await seedDatabase(connection.db);
  await connection.close();
}

function installRuntime(): void {
  if (isRuntimeInstalled) return;
  isRuntimeInstalled = true;
  const level = process.env['TEST_LOG_LEVEL'] ? 'WARN' : 'ERROR';
  Runtime.install({ logger: new DefaultLogger(level), shutdownSignals: [] });
}

/** Checks the books and the audit; to be called after every test. */
export async function checkBooks(stack: Stack): Promise<void> {
  await requireInvariants(stack.sql);
  await requireTraces(stack.sql);
}
