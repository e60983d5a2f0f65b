import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import postgres from 'postgres';
import { connect } from '../../drizzle/client';
import { migrateDatabase } from '../../drizzle/migrate';
import { seedDatabase } from '../../drizzle/seeds';
import { freePorts } from '../../src/embedded/ports';
import { startPostgres } from '../../src/embedded/postgres';
import { Supervisor, type ProcessDefinition } from '../../src/embedded/processes';
import { startTemporal, type TemporalServer } from '../../src/embedded/temporal';
import { processesOf, SANDBOX_TOKEN } from '../../src/main/dev-processes';
import { migrationsFolder } from '../../src/main/migrations';
import { SEARCH_ATTRIBUTES } from '../../workflows/contract';
import { TEST_DATA } from './servers/places';

/** The compiled tree, as production runs it; `npm test` builds it. */
export const COMPILED = join(__dirname, '..', '..', 'dist');

export const VICTIMS = ['worker', 'server', 'bot', 'temporal-server', 'postgres'] as const;
export type Victim = (typeof VICTIMS)[number];

/** The second of a kind, beside the first. */
export const TWINS = ['worker-2', 'server-2'] as const;
export type Twin = (typeof TWINS)[number];

/** What a release is made of: its compiled tree, and how it brings a database to its schema. */
export interface Release {
  readonly compiledFolder: string;
  readonly prepare: (databaseUrl: string) => Promise<void>;
}

export interface ProcessStackOptions {
  /** Whose processes are started; this project's own when absent. The bank and the chat are always of this project. */
  readonly release?: Release;
  /** Starts a second worker and a second server, which has the port of the first at 127.0.0.2. */
  readonly hasTwins?: boolean;
  /** Wins over what the sandbox sets. */
  readonly overrides?: Readonly<Record<string, string>>;
}

/** Every process of the product by itself, so that each can be killed alone. */
export interface ProcessStack {
  readonly sql: postgres.Sql;
  readonly databaseUrl: string;
  readonly temporal: Pick<TemporalServer, 'address' | 'namespace' | 'webUiUrl'>;
  readonly telegramUrl: string;
  readonly mockUrl: string;
  readonly httpUrl: string;
  readonly dataFolder: string;
  /** A process of the product as a compiled tree has it, for `start`; overrides win over those of the stack. */
  definition(
    name: 'worker' | 'server' | 'bot',
    of: { readonly compiledFolder: string; readonly overrides?: Readonly<Record<string, string>> },
  ): ProcessDefinition;
  /** Starts something of the test's own beside it all, until the end or until it is started anew. */
  start(definition: ProcessDefinition): Promise<void>;
  /** What a process has printed. */
  logOf(name: string): string;
  /** SIGKILLs a process; its supervisor starts it again. */
  kill(victim: Victim | Twin): Promise<void>;
  /** Ends a process for the time of the work. */
  without(victim: Victim | Twin, work: () => Promise<void>): Promise<void>;
  /** Waits until a killed process is usable again. */
  ready(victim: Victim): Promise<void>;
  stop(): Promise<void>;
}

export async function startProcessStack(options: ProcessStackOptions = {}): Promise<ProcessStack> {
  const dataFolder = mkdtempSync(join(TEST_DATA, 'chaos-'));
  const report = () => undefined;
  const supervisor = new Supervisor({ dataFolder, report });
  const [telegram = 0, mock = 0, http = 0] = await freePorts(3);
  const cluster = await startPostgres({ supervisor, report, durability: 'fast' });
  const databaseUrl = await cluster.ensureDatabase('billing', OWNER);
  const { compiledFolder, prepare } = options.release ?? THIS_RELEASE;
  await prepare(databaseUrl);
  const temporal = await startTemporal({
    supervisor,
    report,
    postgresAdminUrl: cluster.adminUrl,
    searchAttributes: SEARCH_ATTRIBUTES,
    ports: 'free',
    env: { ...process.env, TEMPORAL_ADDRESS: '' },
  });
  const addresses = { databaseUrl, temporal, ports: { telegram, mock, http } };
  const overrides = { ...OVERRIDES, ...options.overrides };
  const planned = (folder: string, more = {}) =>
    processesOf(addresses, {
      ...{ dataFolder, compiledFolder: folder, outside: {} },
      overrides: { ...overrides, ...more },
    });
  const isSandbox = ({ name }: ProcessDefinition) => SANDBOX.includes(name);
  const definitions = [
    ...planned(COMPILED).filter(isSandbox),
    ...planned(compiledFolder).filter((one) => !isSandbox(one)),
  ];
  const twins = options.hasTwins ? definitions.flatMap((one) => twinOf(one, http)) : [];
  for (const definition of [...definitions, ...twins]) await supervisor.start(definition);
  const sql = postgres(databaseUrl, { max: 3, onnotice: () => undefined });
  return {
    sql,
    databaseUrl,
    temporal,
    telegramUrl: `http://127.0.0.1:${telegram}`,
    mockUrl: `http://127.0.0.1:${mock}`,
    httpUrl: `http://127.0.0.1:${http}`,
    dataFolder,
    definition: (name, of) => {
      const found = planned(of.compiledFolder, of.overrides).find((one) => one.name === name);
      if (!found) throw new Error(`there is no process ${name}`);
      return found;
    },
    start: async (definition) => void (await supervisor.start(definition)),
    logOf: (name) => readFileSync(join(dataFolder, 'logs', `${name}.log`), 'utf8'),
    kill: async (victim) => supervisor.find(victim)?.kill(),
    without: async (victim, work) => {
      const one = supervisor.find(victim);
      await one?.stop();
      try {
        await work();
      } finally {
        await one?.start();
      }
    },
    ready: async (victim) => supervisor.find(victim)?.ready(),
    stop: async () => {
      await sql.end({ timeout: 2 });
      await supervisor.stopAll();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

/** Whatever there may be several of, once more. */
function twinOf(definition: ProcessDefinition, port: number): ProcessDefinition[] {
  if (definition.name === 'worker') return [{ ...definition, name: 'worker-2' }];
  if (definition.name !== 'server') return [];
  const isReady = async () => (await fetch(`http://127.0.0.2:${port}/health`)).ok;
  const env = { ...definition.env, HOST: '127.0.0.2' };
  return [{ ...definition, name: 'server-2', env, isReady }];
}

/** Nobody sleeps in these tests, and everything of the sandbox is at hand whatever the machine's environment says. */
const OVERRIDES = {
  QUIET_HOURS: '00:00-00:00',
  TELEGRAM_BOT_TOKEN: SANDBOX_TOKEN,
  LOG_LEVEL: 'info',
} as const;

const SANDBOX: readonly string[] = ['telegram-sandbox', 'mock-provider'];
const OWNER = { name: 'billing', password: 'billing' } as const;

const THIS_RELEASE: Release = {
  compiledFolder: COMPILED,
  prepare: async (url) => {
    await migrateDatabase(url, migrationsFolder());
    const connection = connect(url, { poolSize: 1 });
    await seedDatabase(connection.db, { hasCatalogue: true });
    await connection.close();
  },
};
