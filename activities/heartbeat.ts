import { heartbeat } from '@temporalio/activity';

/** Telegram may be silent for a minute; a dead worker must be noticed within seconds. */
const HEARTBEAT_MS = 2_000;

/** Does the work of an activity and says all the while that its worker lives. */
export async function withHeartbeat<T>(work: () => Promise<T>): Promise<T> {
  const beat = setInterval(() => heartbeat(), HEARTBEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(beat);
  }
}
