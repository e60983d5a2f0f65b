import { join } from 'node:path';
import { freePorts } from '../../src/embedded/ports';
import type { SupervisedProcess } from '../../src/embedded/processes';
import type { TemporalServer } from '../../src/embedded/temporal';
import { processesOf, SANDBOX_TOKEN } from '../../src/main/dev-processes';
import { FIRST_USER, seed, seedClient, type Seeded } from '../seed';
import { COMPILED, prepareDatabase, ROOT, type Servers } from '../servers';
import { openLedger } from '../systems/ledger';
import type { FloorProbes } from './floors';
import type { ChatPlan } from './plan';

/** Everything of the product running, each process by itself, with the sandbox around it. */
export interface Stage {
  readonly processes: readonly SupervisedProcess[];
  readonly databaseUrl: string;
  readonly temporal: TemporalServer;
  readonly telegramUrl: string;
  readonly mockUrl: string;
  readonly apiUrl: string;
  readonly client: Seeded;
  readonly floors: FloorProbes;
  close(): Promise<void>;
}

/** The pepper that npm start sets. */
const PEPPER = 'sandbox-pepper-that-guards-nothing';
/** A busy machine starts slowly; what dies while it is measured stays dead. */
const PATIENT = { readyWithinMs: 180_000, restarts: false };

export async function setStage(servers: Servers, plan: ChatPlan): Promise<Stage> {
  const databaseUrl = await servers.makeDatabase('billing');
  await prepareDatabase(databaseUrl);
  const client = await seedClient(databaseUrl, PEPPER);
  const temporal = await servers.startTemporal();
  const [telegram = 0, mock = 0, http = 0, empty = 0] = await freePorts(4);
  const product = processesOf(
    { databaseUrl, temporal, ports: { telegram, mock, http } },
    {
      dataFolder: servers.dataFolder,
      compiledFolder: COMPILED,
      outside: {},
      overrides: overridesOf(plan),
    },
  );
  const processes: SupervisedProcess[] = [];
  for (const one of product) processes.push(await servers.supervisor.start({ ...one, ...PATIENT }));
  const floor = await laySql(servers);
  await startEmpty(servers, { port: empty, temporal });
  const telegramUrl = `http://127.0.0.1:${telegram}`;
  return {
    ...{ processes, databaseUrl, temporal, telegramUrl, client },
    mockUrl: `http://127.0.0.1:${mock}`,
    apiUrl: `http://127.0.0.1:${http}/api/v1`,
    floors: {
      emptyUrl: `http://127.0.0.1:${empty}`,
      botApiUrl: `${telegramUrl}/bot${SANDBOX_TOKEN}`,
      spend: floor.spend,
    },
    close: floor.close,
  };
}

/** Nobody sleeps, and one key may call as often as all people together would. */
function overridesOf({ maxCachedWorkflows }: ChatPlan): Record<string, string> {
  return {
    TELEGRAM_BOT_TOKEN: SANDBOX_TOKEN,
    QUIET_HOURS: '00:00-00:00',
    RATE_LIMIT_CALLS: '1000000000',
    WORKER_MAX_CACHED_WORKFLOWS: String(maxCachedWorkflows),
    LOG_LEVEL: 'info',
  };
}

/** The transaction of a spend in a database of its own, so that the crowd's books hold nothing of it. */
async function laySql(servers: Servers) {
  const databaseUrl = await servers.makeDatabase('floor');
  await prepareDatabase(databaseUrl);
  const adminUrl = servers.postgres.urlOf('floor');
  const { clientId } = await seed({ adminUrl, users: 100, earlierSpends: 0, pepper: PEPPER });
  const ledger = openLedger({ databaseUrl, clientId, poolSize: 1 });
  let spends = 0;
  const spend = () => {
    spends += 1;
    return ledger.spend({ key: `floor-${spends}`, userId: FIRST_USER + (spends % 100) });
  };
  return { spend, close: ledger.close };
}

async function startEmpty(
  servers: Servers,
  { port, temporal }: { port: number; temporal: TemporalServer },
): Promise<void> {
  const { address, namespace } = temporal;
  await servers.supervisor.start({
    name: 'empty-server',
    command: process.execPath,
    args: [
      join(__dirname, '..', 'systems', 'empty-server.js'),
      JSON.stringify({ port, address, namespace }),
    ],
    cwd: ROOT,
    isReady: async () => {
      const response = await fetch(`http://127.0.0.1:${port}/`, {
        signal: AbortSignal.timeout(2_000),
      });
      await response.body?.cancel();
      return true;
    },
    ...PATIENT,
  });
}
