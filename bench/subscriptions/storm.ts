import type { SupervisedProcess } from '../../src/embedded/processes';
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

/** Workflows that wake at the same second and end. */
export async function wakeAtOnce(
  { client }: Fleet,
  { taskQueue, count, leadMs }: { taskQueue: string; count: number; leadMs: number },
): Promise<Drained> {
  const untilMs = Date.now() + leadMs;
  const names = Array.from({ length: count }, (_, n) => `nap:${untilMs}:${n}`);
  await inTurns(names, async (workflowId) => {
    await client.workflow.start('napWorkflow', { workflowId, taskQueue, args: [{ untilMs }] });
  });
  if (Date.now() > untilMs)
    throw new Error(`starting ${count} workflows took longer than ${leadMs} ms`);
  const query = `TaskQueue = '${taskQueue}' and ExecutionStatus = 'Completed'`;
  const seconds = await drained(
    { count, atMs: untilMs },
    async () => (await client.workflow.count(query)).count,
  );
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
