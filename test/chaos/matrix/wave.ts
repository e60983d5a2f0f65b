import { requireInvariants } from '../../support/invariants';
import { actOn, FLOWS, type Act, type FlowName } from './flows';
import type { Ground, ProcessName } from './ground';
import { insist } from './patience';
import { repeatOf, type Cell, type Victim } from './plan';
import { differencesOf, standingOf, type Standing } from './standing';
import { talkOf, unexpectedTalk, type Talk } from './talk';
import { codeOf, Subject, type Moment } from './watch';

/** How a flow goes when nobody disturbs it. */
export interface Reference {
  readonly moments: readonly Moment[];
  readonly standing: Standing;
  readonly talk: Talk;
}

/** What became of one cell. */
export interface Verdict {
  readonly cell: Cell;
  /** The run came to the moment; one that did not was not struck. */
  readonly isStruck: boolean;
  /** From the blow to the end state of the undisturbed run. */
  readonly recoveryMs: number | undefined;
  readonly violations: readonly string[];
  readonly people: readonly number[];
}

/** Longer than the longest back-off between two tries. */
const RECOVERY_MS = 120_000;
/** A call that is held longer is given up by who made it. */
const GATHER_MS = 7_000;
const SILENCE_MS = 12_000;
const POLL_MS = 250;
const STILL_MS = 1_500;

interface Run {
  readonly subject: Subject;
  readonly act: Act;
  readonly done: Promise<unknown>;
  error: Error | undefined;
  isOver: boolean;
}

/** Runs a flow undisturbed and waits until nothing of it moves any more. */
export async function reference(ground: Ground, flow: FlowName): Promise<Reference> {
  const run = start(ground, flow, undefined);
  await run.done;
  if (run.error !== undefined) throw run.error;
  const { people } = run.act;
  const standing = await stillStanding(ground, people);
  ground.watch.dismiss(run.subject);
  return { moments: run.subject.moments, standing, talk: await talkOf(ground.field, people) };
}

async function stillStanding(ground: Ground, people: readonly number[]): Promise<Standing> {
  let last = '';
  let sinceMs = performance.now();
  for (;;) {
    const standing = await standingOf(ground.field, people);
    const words = JSON.stringify(standing);
    if (words !== last) sinceMs = performance.now();
    last = words;
    const isStill = performance.now() - sinceMs > STILL_MS && !words.includes(' queued"');
    if (isStill) return standing;
    await pause(POLL_MS);
  }
}

function start(ground: Ground, flow: FlowName, aim: string | undefined): Run {
  const subject = new Subject(aim);
  ground.watch.enlist(subject);
  const act = actOn(ground, subject);
  const run: Run = {
    ...{ subject, act, error: undefined, isOver: false },
    done: FLOWS[flow].run(act).then(
      () => void (run.isOver = true),
      (error: unknown) => {
        run.isOver = true;
        run.error = error instanceof Error ? error : new Error('thrown', { cause: error });
      },
    ),
  };
  return run;
}

/** Brings each cell to its moment, strikes all of them with one blow, and waits for what becomes of them. */
export async function strikeWave(
  ground: Ground,
  cells: readonly Cell[],
  references: ReadonlyMap<FlowName, Reference>,
): Promise<readonly Verdict[]> {
  const latestMs = Math.max(...cells.map(({ moment }) => moment.atMs));
  const runs = await Promise.all(
    cells.map(async ({ flow, moment }) => {
      // All are to come to their moments together.
      await pause(latestMs - moment.atMs);
      return start(ground, flow, codeOf(moment));
    }),
  );
  const struckAt = new Map<Run, number>();
  while (await gather(runs)) {
    const held = runs.filter(({ subject }) => subject.isHeld);
    await blow(ground, cells[0] as Cell, held);
    for (const run of held) struckAt.set(run, performance.now());
  }
  const verdicts = await Promise.all(
    runs.map(async (run, index): Promise<Verdict> => {
      const cell = cells[index] as Cell;
      const sinceMs = struckAt.get(run);
      const { recoveryMs, violations } = await judge(ground, run, {
        wished: references.get(cell.flow) as Reference,
        sinceMs,
      });
      const { people } = run.act;
      return { cell, isStruck: sinceMs !== undefined, recoveryMs, violations, people };
    }),
  );
  for (const { subject } of runs) ground.watch.dismiss(subject);
  const broken = await brokenBooks(ground);
  return broken === undefined
    ? verdicts
    : verdicts.map((one) => ({ ...one, violations: [...one.violations, broken] }));
}

/** True when some run is held and nobody else is going to be soon. */
async function gather(runs: readonly Run[]): Promise<boolean> {
  for (let firstMs: number | undefined; ;) {
    const waiting = runs.filter(({ subject, isOver }) => !subject.isStruck && !isOver);
    const held = waiting.filter(({ subject }) => subject.isHeld);
    if (waiting.length === 0) return false;
    if (held.length > 0) firstMs ??= performance.now();
    if (held.length === waiting.length) return true;
    if (firstMs !== undefined && performance.now() - firstMs > GATHER_MS) return true;
    await pause(20);
  }
}

const KILLED: Partial<Record<Victim, ProcessName>> = {
  ...{ worker: 'worker', server: 'server', bot: 'bot' },
  ...{ PostgreSQL: 'postgres', Temporal: 'temporal-server' },
};

/** The blow itself; what was held is lost with it. */
async function blow(ground: Ground, { victim, moment }: Cell, held: readonly Run[]): Promise<void> {
  const process = KILLED[victim];
  const strike = () => held.forEach(({ subject }) => subject.strike());
  if (process !== undefined) {
    await ground.kill(process);
    strike();
    await ground.ready(process);
    return;
  }
  const link = ground.link(moment.wire);
  // A wire that falls silent keeps what it has until somebody's patience ends.
  if (victim === 'silence') await pause(SILENCE_MS);
  link.cut();
  strike();
  await pause(victim === 'cut' ? 1_000 : 0);
  link.mend();
}

async function judge(
  ground: Ground,
  run: Run,
  { wished, sinceMs }: { wished: Reference; sinceMs: number | undefined },
): Promise<Pick<Verdict, 'recoveryMs' | 'violations'>> {
  await run.done;
  const { people } = run.act;
  const deadline = performance.now() + RECOVERY_MS;
  let violations = await differences(ground, people, wished);
  while (violations.length > 0 && performance.now() < deadline && run.error === undefined) {
    await pause(POLL_MS);
    violations = await differences(ground, people, wished);
  }
  if (run.error !== undefined) {
    violations = [`the flow came to no end: ${run.error.message}`, ...violations];
  }
  const isWell = violations.length === 0 && sinceMs !== undefined;
  return { violations, recoveryMs: isWell ? performance.now() - sinceMs : undefined };
}

/** What is not as in the undisturbed run. */
export async function differences(
  ground: Ground,
  people: readonly number[],
  wished: Pick<Reference, 'standing' | 'talk'>,
): Promise<string[]> {
  const standing = await insist(() => standingOf(ground.field, people));
  const talk = await unexpectedTalk(ground.field, people, wished.talk);
  return [...differencesOf(wished.standing, standing), ...talk];
}

async function brokenBooks({ field }: Ground): Promise<string | undefined> {
  try {
    await insist(() => requireInvariants(field.sql), 15_000);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export function reportOf({ cell, violations }: Verdict): string {
  return [`${cell.flow} × ${cell.victim}:`, ...violations, `again: ${repeatOf(cell)}`].join('\n  ');
}

async function pause(ms: number): Promise<void> {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}
