import { join } from 'node:path';
import type { ProcessDefinition } from '../../src/embedded/processes';
import { freePort } from '../../src/embedded/ports';
import type { TemporalServer } from '../../src/embedded/temporal';
import type { LoadJob } from '../load/job';
import { FIRST_USER, type Seeded } from '../seed';
import { ROOT, type Servers } from '../servers';
import type { LedgerPlace } from './ledger';
import { startProduct } from './product';

/** Where all systems are started, and what they share. */
export interface Field {
  readonly servers: Servers;
  readonly temporal: TemporalServer;
  readonly databaseUrl: string;
  readonly seeded: Seeded;
  readonly users: number;
}

export type SystemName = 'product' | 'empty' | 'sql' | 'dbos' | 'restate';

/** How a started system is asked; a job but for how hard and how long. */
export type Target = Omit<LoadJob, 'concurrency' | 'warmUpMs' | 'measureMs'>;

export interface System {
  readonly name: SystemName;
  readonly title: string;
  /** Starts it; gives how it is asked once it answers. */
  start(field: Field): Promise<Target>;
}

export const SYSTEMS: readonly System[] = [
  { name: 'product', title: 'this system', start: (field) => startProduct(field) },
  { name: 'empty', title: 'empty workflow, eager start', start: startEmpty },
  { name: 'sql', title: 'SQL transaction of one spend', start: startSql },
  { name: 'dbos', title: 'DBOS workflow', start: startDbos },
  { name: 'restate', title: 'Restate handler', start: startRestate },
];

/** Connections with which one process spends one by one: more only wait for the same cores and disk. */
const POOL_SIZE = 20;

export function ledgerPlace({ databaseUrl, seeded }: Field): LedgerPlace {
  return { databaseUrl, clientId: seeded.clientId, poolSize: POOL_SIZE };
}

/** A busy machine starts slowly; what dies while it is measured stays dead. */
const PATIENT = { readyWithinMs: 180_000, restarts: false };

async function startEmpty(field: Field): Promise<Target> {
  const { address, namespace } = field.temporal;
  return startOwn(field, { name: 'empty-server', input: { address, namespace } });
}

async function startSql(field: Field): Promise<Target> {
  return startOwn(field, { name: 'sql-server', input: { ledger: ledgerPlace(field) } });
}

async function startDbos(field: Field): Promise<Target> {
  const systemDatabaseUrl = await field.servers.makeDatabase('dbos');
  const input = { ledger: ledgerPlace(field), systemDatabaseUrl };
  return startOwn(field, { name: 'dbos', input, script: join(PEERS, 'dbos.mjs') });
}

const PEERS = join(ROOT, 'bench', 'peers');

/** The server keeps its journal in a folder of its own; the handler listens beside it. */
async function startRestate(field: Field): Promise<Target> {
  const { servers } = field;
  const [ingress, admin, node, service] = await Promise.all([1, 2, 3, 4].map(() => freePort()));
  await servers.supervisor.start({
    name: 'restate-server',
    command: join(PEERS, 'node_modules', '.bin', 'restate-server'),
    args: ['--no-logo', '--listen-mode', 'tcp'],
    cwd: servers.dataFolder,
    env: {
      RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ingress}`,
      RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${admin}`,
      RESTATE_BIND_ADDRESS: `127.0.0.1:${node}`,
      RESTATE_ADVERTISED_ADDRESS: `http://127.0.0.1:${node}`,
      RESTATE_BASE_DIR: join(servers.dataFolder, 'restate'),
      RESTATE_LOG_FILTER: 'warn',
      RESTATE_DISABLE_TELEMETRY: 'true',
      DO_NOT_TRACK: '1',
    },
    isReady: () => answers(`http://127.0.0.1:${admin}/health`),
    ...PATIENT,
  });
  await servers.supervisor.start(
    nodeProcess({
      name: 'restate',
      script: join(PEERS, 'restate.mjs'),
      input: { port: service, ledger: ledgerPlace(field) },
    }),
  );
  await register(`http://127.0.0.1:${admin}/deployments`, `http://127.0.0.1:${service}`);
  return {
    ...targetAt(ingress ?? 0, field),
    path: '/spends/spend',
    body: '{"userId":{n}}',
  };
}

/** The handler may need a moment until it listens. */
async function register(deployments: string, uri: string): Promise<void> {
  for (let tries = 0; tries < 50; tries += 1) {
    const answer = await fetch(deployments, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ uri }),
    });
    if (answer.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('Restate did not accept the handler');
}

interface OwnProcess {
  readonly name: string;
  readonly input: object;
  readonly script?: string;
}

/** A server of the benchmark that answers like the product's. */
async function startOwn(field: Field, own: OwnProcess): Promise<Target> {
  const port = await freePort();
  await field.servers.supervisor.start({
    ...nodeProcess({ ...own, input: { ...own.input, port } }),
    isReady: () => answers(`http://127.0.0.1:${port}/`),
  });
  return targetAt(port, field);
}

function nodeProcess({ name, input, script }: OwnProcess): ProcessDefinition {
  return {
    name,
    command: process.execPath,
    args: [script ?? join(__dirname, `${name}.js`), JSON.stringify(input)],
    cwd: ROOT,
    ...PATIENT,
  };
}

function targetAt(port: number, { users }: Field): Target {
  return {
    url: `http://127.0.0.1:${port}`,
    path: '/users/{n}/spend',
    headers: {},
    body: '{}',
    keyHeader: 'idempotency-key',
    firstUser: FIRST_USER,
    users,
  };
}

async function answers(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
  await response.body?.cancel();
  return true;
}
