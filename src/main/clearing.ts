import type { Log } from '../log';
import type { EdgeRecords } from '../records/contract';
import { inRounds, type Rounds } from './rounds';

const EVERY_MS = 120_000;

/** Clears counters whose period is over every two minutes, so that an attack leaves the table no larger than it found it. */
export function startClearing(
  records: Pick<EdgeRecords, 'clearCounters'>,
  log: Log,
  everyMs = EVERY_MS,
): Rounds {
  const clear = () =>
    records
      .clearCounters()
      .catch((error: unknown) => log.warn({ err: error }, 'counters are not cleared'));
  return inRounds(clear, everyMs);
}
