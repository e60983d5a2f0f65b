import { condition, patched } from '@temporalio/workflow';
import type { BusinessClock } from '../clock';

/** A wait for the next question, on whose way something becomes due to be told or shown. */
export interface Wait {
  readonly clock: BusinessClock;
  /** Business time in milliseconds at which it ends by itself. */
  readonly untilMs: number;
  /** Business instants at which `announce` is called on the way; those outside the wait count for nothing. */
  readonly landmarksMs: readonly number[];
  readonly isOver: () => boolean;
  /** What the wait is for, for the list of timers. */
  readonly summary: string;
  /** Tells and shows what has become due; it must bear being called too often. */
  readonly announce: () => Promise<void>;
}

/**
 * Waits until the instant, or until it is over before: true then. What is to be said on the way is said when it is due,
 * however late the next question comes.
 */
export async function waitPast(wait: Wait): Promise<boolean> {
  const { clock, untilMs, isOver, summary, announce } = wait;
  for (;;) {
    const landmarkMs = nextLandmark(wait);
    const isEnded = await condition(isOver, clock.untilMs(landmarkMs ?? untilMs), { summary });
    if (isEnded || landmarkMs === undefined) return isEnded;
    await announce();
    // Telling may take longer than the rest of the wait.
    if (clock.untilMs(untilMs) === 0) return isOver();
  }
}

/**
 * False for runs from before, which slept through to the next question and are to be replayed doing so. To be asked
 * where no local activity has just ended: a task that is cut there by a query replays without knowing the answer.
 */
export function wakesOnTime(): boolean {
  return patched('landmarks-on-time');
}

function nextLandmark({ clock, untilMs, landmarksMs }: Wait): number | undefined {
  const nowMs = clock.nowMs();
  const ahead = landmarksMs.filter((atMs) => atMs > nowMs && atMs < untilMs);
  return ahead.length > 0 ? Math.min(...ahead) : undefined;
}
