import { join } from 'node:path';
import { freePort } from '../../src/embedded/ports';
import type { SupervisedProcess } from '../../src/embedded/processes';
import type { TemporalServer } from '../../src/embedded/temporal';
import { processesOf, SANDBOX_TOKEN } from '../../src/main/dev-processes';
import postgres from 'postgres';
import { describeMachine } from '../machine';
import { seed } from '../seed';
import { COMPILED, prepareDatabase, ROOT, startServers, type Servers } from '../servers';
import { asleep, endow, openFleet, startAll, type Fleet } from './fleet';
import { residentMb } from './memory';
import type { MemorySample, SubscriptionResults } from './report';
import { NAPS, pause, renewAtOnce, TURNS, wakeAtOnce } from './storm';

/** How many subscriptions sleep on one worker, and how many of them wake at once. */
export interface FleetPlan {
  readonly sleepers: number;
  readonly due: number;
  /** Time to tell or start those that are to wake together. */
  readonly leadMs: number;
  readonly maxCachedWorkflows: number;
}

type Say = (line: string) => void;

const IDLE_QUEUE = 'bench-idle';
const ASLEEP_WITHIN_MS = 900_000;
const SETTLING_MS = 10_000;

/** Starts everything, measures, stops everything; fails when a fee was taken twice or not at all. */
export async function runSubscriptions(plan: FleetPlan, say: Say): Promise<SubscriptionResults> {
  const servers = await startServers(say);
  try {
    const databaseUrl = await servers.makeDatabase('billing');
    await prepareDatabase(databaseUrl);
    const adminUrl = servers.postgres.urlOf('billing');
    await seed({ adminUrl, users: plan.sleepers, earlierSpends: 0, pepper: 'bench' });
    const temporal = await servers.startTemporal();
    const fleet = await openFleet(databaseUrl, temporal);
    try {
      await endow(fleet);
      const worker = await startWorker(servers, { databaseUrl, temporal }, plan);
      const memory = await fallAsleep(fleet, worker, { plan, say });
      const storms = await brew({ servers, temporal, fleet, worker }, plan, say);
      return { plan, memory, ...storms, ...(await facts(adminUrl)) };
    } finally {
      await fleet.close();
    }
  } finally {
    await servers.stop();
  }
}

async function facts(adminUrl: string): Promise<{ date: string; machine: string }> {
  const sql = postgres(adminUrl, { max: 1 });
  const machine = await describeMachine(sql);
  await sql.end();
  return { date: new Date().toISOString().slice(0, 16).replace('T', ' '), machine };
}

/** The product's own worker; killed, it comes back by itself. */
async function startWorker(
  servers: Servers,
  { databaseUrl, temporal }: { databaseUrl: string; temporal: TemporalServer },
  { maxCachedWorkflows }: FleetPlan,
): Promise<SupervisedProcess> {
  const [telegram, mock, http] = [await freePort(), await freePort(), await freePort()];
  const overrides = {
    TELEGRAM_BOT_TOKEN: SANDBOX_TOKEN,
    WORKER_MAX_CACHED_WORKFLOWS: String(maxCachedWorkflows),
  };
  const plan = { dataFolder: servers.dataFolder, compiledFolder: COMPILED, outside: {}, overrides };
  const processes = processesOf({ databaseUrl, temporal, ports: { telegram, mock, http } }, plan);
  const worker = processes.find(({ name }) => name === 'worker');
  if (!worker) throw new Error('the product has no worker');
  return servers.supervisor.start({ ...worker, readyWithinMs: 180_000 });
}

async function fallAsleep(
  fleet: Fleet,
  worker: SupervisedProcess,
  { plan, say }: { plan: FleetPlan; say: Say },
): Promise<readonly MemorySample[]> {
  const samples: MemorySample[] = [];
  const look = (subscriptions: number): void => {
    const megabytes = worker.pid === undefined ? undefined : residentMb(worker.pid);
    samples.push({ subscriptions, megabytes });
    say(`${subscriptions} subscriptions: the worker holds ${megabytes ?? '?'} MB`);
  };
  look(0);
  await Promise.all([startAll(fleet), untilAsleep(fleet, plan, look)]);
  await pause(Math.min(SETTLING_MS, plan.leadMs));
  look(plan.sleepers);
  return samples;
}

/** Looks whenever another tenth of the fleet has fallen asleep: what only waits to be worked costs the worker nothing. */
async function untilAsleep(
  fleet: Fleet,
  { sleepers }: FleetPlan,
  look: (sleeping: number) => void,
): Promise<void> {
  const step = Math.max(1, Math.round(sleepers / 10));
  const deadline = Date.now() + ASLEEP_WITHIN_MS;
  for (let shown = 0; shown < sleepers; await pause(500)) {
    if (Date.now() > deadline) throw new Error('they do not all fall asleep');
    const sleeping = await asleep(fleet);
    if (sleeping < Math.min(shown + step, sleepers)) continue;
    shown = sleeping;
    look(sleeping);
  }
}

interface Scene {
  readonly servers: Servers;
  readonly temporal: TemporalServer;
  readonly fleet: Fleet;
  readonly worker: SupervisedProcess;
}

/** Empty workflows, renewals, and renewals whose worker is killed half-way: one after the other on the same server. */
async function brew(
  { servers, temporal, fleet, worker }: Scene,
  { due: count, leadMs, maxCachedWorkflows }: FleetPlan,
  say: Say,
): Promise<Pick<SubscriptionResults, 'empty' | 'turns' | 'renewals' | 'restarted'>> {
  const { address, namespace } = temporal;
  const input = { address, namespace, taskQueue: IDLE_QUEUE, maxCachedWorkflows };
  const naps = await servers.supervisor.start({
    name: 'naps',
    command: process.execPath,
    args: [join(__dirname, 'nap-server.js'), JSON.stringify(input)],
    cwd: ROOT,
    restarts: false,
  });
  say(`${count} empty workflows due at once`);
  const idle = { taskQueue: IDLE_QUEUE, count, leadMs };
  const empty = await wakeAtOnce(fleet, NAPS, idle);
  say(`${count} empty workflows due at once that show it and sleep on`);
  const turns = await wakeAtOnce(fleet, TURNS, idle);
  await naps.stop();
  say(`${count} renewals due at once`);
  const renewals = await renewAtOnce(fleet, { count, offset: 0, leadMs });
  say(`${count} renewals due at once, and the worker is killed half-way`);
  const restarted = await renewAtOnce(fleet, { count, offset: count, leadMs }, worker);
  return { empty, turns, renewals, restarted };
}
