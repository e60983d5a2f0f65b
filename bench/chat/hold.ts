import { loadavg } from 'node:os';
import type postgres from 'postgres';
import type { Supervisor } from '../../src/embedded/processes';
import { busyShare, processorTime } from '../machine';
import type { Servers } from '../servers';
import { probeFloors, type Floors } from './floors';
import type { ChatPlan } from './plan';
import type { Stage } from './stage';
import { ProcessWatch, type Watched, type WatchedProcess } from './watch';

/** What was seen from outside while the rate was held. */
export interface Held {
  readonly since: Date;
  readonly seconds: number;
  readonly floors: Floors;
  readonly processes: readonly Watched[];
  /** Share of all cores in use. */
  readonly busy: number;
  readonly load: number;
  /** Messages that the product promised and sent, receipts among them. */
  readonly messages: number;
}

export interface Place {
  readonly servers: Servers;
  readonly stage: Stage;
}

export interface HoldWatch {
  readonly held: Promise<Held>;
  end(): void;
}

/** The product's own processes, whose memory has to stay flat. */
export const PRODUCT: readonly string[] = ['worker', 'server', 'bot'];

/** What the product leans on, and what plays the world around it. */
const AROUND = ['temporal-server', 'telegram-sandbox', 'mock-provider', 'empty-server'] as const;

export interface HoldInput {
  readonly plan: ChatPlan;
  readonly sql: postgres.Sql;
  readonly crowdPid: number | undefined;
}

/** Looks on until told that the hold has ended. */
export function watchHold(
  { servers, stage }: Place,
  { plan, sql, crowdPid }: HoldInput,
): HoldWatch {
  const since = new Date();
  const [from, startedAt] = [processorTime(), performance.now()];
  const processes = new ProcessWatch(watchedBy(servers.supervisor, crowdPid));
  processes.start(plan.sampleMs);
  const endFloors = probeFloors(stage.floors, plan.probeMs);
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const held = ended.then(async () => ({
    since,
    seconds: (performance.now() - startedAt) / 1000,
    busy: busyShare(from, processorTime()),
    load: loadavg()[0] ?? 0,
    processes: processes.stop(),
    messages: await messagesSince(sql, since),
    floors: await endFloors(),
  }));
  held.catch(() => undefined);
  return { held, end };
}

function watchedBy(supervisor: Supervisor, crowdPid: number | undefined): WatchedProcess[] {
  const supervised = [...PRODUCT, ...AROUND].map((name) => ({
    name,
    pid: () => supervisor.find(name)?.pid,
  }));
  return [
    ...supervised,
    { name: 'postgres', pid: () => supervisor.find('postgres')?.pid, isFamily: true },
    { name: 'crowd', pid: () => crowdPid },
  ];
}

async function messagesSince(sql: postgres.Sql, since: Date): Promise<number> {
  const [row] = await sql<{ messages: number }[]>`
    select count(*)::int as messages from outbox_messages where sent_at >= ${since.toISOString()}`;
  return row?.messages ?? 0;
}
