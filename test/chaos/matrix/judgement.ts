import { requireInvariants } from '../../support/invariants';
import type { FlowName } from './flows';
import type { Ground } from './ground';
import { insist, pause } from './patience';
import { perform, runOf, type Run } from './run';
import { differencesOf, standingOf, type Standing } from './standing';
import type { Moment } from './subject';
import { talkOf, unexpectedTalk, type Listeners, type Talk } from './talk';

/** How a flow goes when nobody disturbs it. */
export interface Reference {
  readonly moments: readonly Moment[];
  readonly standing: Standing;
  readonly talk: Talk;
}

/** Longer than the longest back-off between two tries. */
const RECOVERY_MS = 120_000;
const SHORTEST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 2_000;
const STILL_MS = 1_500;
const BOOKS_PATIENCE_MS = 15_000;

/** Runs a flow undisturbed and waits until nothing of it moves any more. */
export async function reference(ground: Ground, flow: FlowName): Promise<Reference> {
  const run = runOf({ flow, victim: 'cut', moments: [] });
  const { people } = await perform(ground, run);
  if (run.error !== undefined) throw run.error;
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
    await pause(SHORTEST_PAUSE_MS);
  }
}

/** What is wrong with a run that is over, after all the time it has to recover; empty as soon as nothing is. */
export async function violationsOf(
  ground: Ground,
  run: Run,
  { wished, lastBlowMs }: { wished: Reference; lastBlowMs: () => number },
): Promise<readonly string[]> {
  const look = () => differences(ground, listenersOf(run), wished);
  let violations = await look();
  const begunMs = performance.now();
  const isLate = () => performance.now() - Math.max(begunMs, lastBlowMs()) > RECOVERY_MS;
  for (let pauseMs = SHORTEST_PAUSE_MS; violations.length > 0 && !isLate();) {
    if (run.error !== undefined) break;
    await pause(pauseMs);
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 1.5);
    violations = await look();
  }
  if (run.error === undefined) return violations;
  return [`the flow came to no end: ${run.error.message}`, ...violations];
}

export function listenersOf({ act, subject }: Run): Listeners {
  return { people: act?.people ?? [], unheard: subject.unheard };
}

/** What is not as in the undisturbed run. */
export async function differences(
  ground: Ground,
  listeners: Listeners,
  wished: Pick<Reference, 'standing' | 'talk'>,
): Promise<string[]> {
  const standing = await insist(() => standingOf(ground.field, listeners.people));
  const talk = await unexpectedTalk(ground.field, listeners, wished.talk);
  return [...differencesOf(wished.standing, standing), ...talk];
}

/** Which invariant of all books is broken, if any is. */
export async function brokenBooks({ field }: Ground): Promise<string | undefined> {
  try {
    await insist(() => requireInvariants(field.sql), BOOKS_PATIENCE_MS);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
