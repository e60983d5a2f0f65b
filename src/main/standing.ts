import type { Log } from '../log';
import { inRounds, type Rounds } from './rounds';

const EVERY_MS = 60_000;

/** Begins one workflow that serves everybody, unless it runs. */
export type Begin = () => Promise<void>;

/**
 * Begins the workflows that serve everybody, and looks every minute that none was ended: an operator may terminate one,
 * and nobody else would miss the keeper or a nightly comparison. Resolves once all of them run; rejects where that fails.
 */
export async function keepStanding(
  begins: readonly Begin[],
  log: Log,
  everyMs = EVERY_MS,
): Promise<Rounds> {
  for (const begin of begins) await begin();
  return inRounds(() => lookAt(begins, log), everyMs);
}

/** One that cannot be begun keeps no other from being begun; the next look tries again. */
async function lookAt(begins: readonly Begin[], log: Log): Promise<void> {
  const looks = await Promise.allSettled(begins.map((begin) => begin()));
  for (const look of looks) {
    if (look.status === 'rejected') {
      log.warn({ err: look.reason as unknown }, 'a standing workflow was not looked after');
    }
  }
}
