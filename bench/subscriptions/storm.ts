import type { SupervisedProcess } from '../../src/embedded/processes';
import { billingState } from '../../workflows/contract';
import { inTurns, makeDue, type Fleet } from './fleet';

/** How fast what was due in one second got done. */
export interface Drained {
  readonly count: number;
  /** From the instant at which all were due to the last one done. */
  readonly seconds: number;
}

const LOOK_MS = 200;
/** Nothing moved for so long: it will not any more. */
const STANDSTILL_MS = 120_000;

export interface Storm {
  readonly count: number;
  /** How many of the fleet, counted by person, were used before. */
  readonly offset: number;
  /** From now until all are due: long enough to tell every workflow. */
  readonly leadMs: number;
}

/** Renewals due in the same second; a worker named is killed when half of them are done, and comes back by itself. */
export async function renewAtOnce(
  fleet: Fleet,
  { count, offset, leadMs }: Storm,
  killed?: SupervisedProcess,
): Promise<Drained> {
  const atMs = Date.now() + leadMs;
  const ids = await makeDue(fleet, { count, offset, atMs });
  if (Date.now() > atMs)
    throw new Error(`telling ${count} workflows took longer than ${leadMs} ms`);
  let isKilled = killed === undefined;
  const seconds = await drained({ count, atMs }, async () => {
    const [row] = await fleet.sql<{ n: number }[]>`
      select count(*)::int as n from subscription_periods where n = 1 and subscription_id in ${fleet.sql(ids)}`;
    const done = row?.n ?? 0;
    if (!isKilled && done >= count / 2) {
      isKilled = true;
      await killed?.kill('SIGKILL');
    }
    return done;
  });
  await requireOnce(fleet, ids);
  return { count, seconds };
}

/** Each fee once, whatever was killed. */
async function requireOnce({ sql }: Fleet, ids: readonly string[]): Promise<void> {
  const [row] = await sql<{ fees: number; paid: number }[]>`
    select count(*)::int as fees, count(distinct subscription_id)::int as paid from transfers
    where kind = 'subscription_fee' and subscription_id in ${sql(ids)}`;
  if (row?.fees !== ids.length || row.paid !== ids.length) {
    throw new Error(`${ids.length} renewals were paid by ${row?.fees} fees of ${row?.paid}`);
  }
}

/** Workflows that do nothing: those that wake and end, and those that show that they woke, and sleep on. */
export interface Idlers {
  readonly workflow: 'napWorkflow' | 'turnWorkflow';
  /** Finds those of them that sleep, where they show it. */
  readonly asleep?: string;
  /** Finds those of them that have woken. */
  readonly woken: string;
}

export const NAPS: Idlers = { workflow: 'napWorkflow', woken: `ExecutionStatus = 'Completed'` };
export const TURNS: Idlers = {
  workflow: 'turnWorkflow',
  asleep: `${billingState.name} = 'asleep'`,
  woken: `${billingState.name} = 'woken'`,
};

/** Workflows that wake at the same second and do nothing. */
export async function wakeAtOnce(
  { client }: Fleet,
  { workflow, asleep, woken }: Idlers,
  { taskQueue, count, leadMs }: { taskQueue: string; count: number; leadMs: number },
): Promise<Drained> {
  const untilMs = Date.now() + leadMs;
  const names = Array.from({ length: count }, (_, n) => `${workflow}:${untilMs}:${n}`);
  await inTurns(names, async (workflowId) => {
    await client.workflow.start(workflow, { workflowId, taskQueue, args: [{ untilMs }] });
  });
  const found = async (those: string): Promise<number> =>
    (await client.workflow.count(`WorkflowType = '${workflow}' and ${those}`)).count;
  while (asleep !== undefined && Date.now() < untilMs && (await found(asleep)) < count)
    await pause(LOOK_MS);
  if (Date.now() > untilMs)
    throw new Error(`laying ${count} workflows to sleep took longer than ${leadMs} ms`);
  const seconds = await drained({ count, atMs: untilMs }, () => found(woken));
  return { count, seconds };
}

async function drained(
  { count, atMs }: { count: number; atMs: number },
  look: () => Promise<number>,
): Promise<number> {
  await pause(atMs - Date.now());
  let [done, movedMs] = [0, Date.now()];
  for (;;) {
    const now = await look();
    if (now >= count) return (Date.now() - atMs) / 1_000;
    if (now > done) [done, movedMs] = [now, Date.now()];
    if (Date.now() - movedMs > STANDSTILL_MS) throw new Error(`only ${now} of ${count} were done`);
    await pause(LOOK_MS);
  }
}

export async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}
