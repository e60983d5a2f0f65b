import type { Log } from '../log';
import type { EdgeRecords } from '../records/contract';

const EVERY_MS = 120_000;

export interface Clearing {
  /** No round begins after this; one that runs is over when it resolves. */
  stop(): Promise<void>;
}

/** Clears counters whose period is over every two minutes, so that an attack leaves the table no larger than it found it. */
export function startClearing(
  records: Pick<EdgeRecords, 'clearCounters'>,
  log: Log,
  everyMs = EVERY_MS,
): Clearing {
  let round: Promise<void> = Promise.resolve();
  let isIdle = true;
  const timer = setInterval(() => {
    if (!isIdle) return;
    isIdle = false;
    round = records
      .clearCounters()
      .catch((error: unknown) => log.warn({ err: error }, 'counters are not cleared'))
      .then(() => void (isIdle = true));
  }, everyMs);
  return {
    stop: () => {
      clearInterval(timer);
      return round;
    },
  };
}
