const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Minutes after creation at which an open order is asked about, before it becomes hourly (CO-6). */
const OPEN_POLL_MINUTES = [2, 5, 15, 60] as const;
/** Hours after closing at which a closed order is asked about, before it becomes daily (CO-8). */
const WATCH_HOURS = [1, 6] as const;

/**
 * The instant (ms) of the first question about an open order that lies after `afterMs`.
 * Computed from creation, never from the last question, so that a late one moves nothing.
 */
export function nextOpenPollMs(createdMs: number, afterMs: number): number {
  const early = OPEN_POLL_MINUTES.map((minutes) => createdMs + minutes * MINUTE);
  return (
    early.find((at) => at > afterMs) ?? nextStepMs({ fromMs: createdMs, stepMs: HOUR, afterMs })
  );
}

/** The instant (ms) of the first question about a closed order after `afterMs`. */
export function nextWatchPollMs(closedMs: number, afterMs: number): number {
  const early = WATCH_HOURS.map((hours) => closedMs + hours * HOUR);
  return early.find((at) => at > afterMs) ?? nextStepMs({ fromMs: closedMs, stepMs: DAY, afterMs });
}

function nextStepMs(steps: { fromMs: number; stepMs: number; afterMs: number }): number {
  const done = Math.floor((steps.afterMs - steps.fromMs) / steps.stepMs);
  return steps.fromMs + (done + 1) * steps.stepMs;
}

/** When an order made at `createdMs` expires: exactly its lifetime later (CO-4). */
export function expiryMs(createdMs: number, ttlHours: number): number {
  return createdMs + Math.round(ttlHours * HOUR);
}

/** When the unpaid order is mentioned once, or undefined when the lifetime is too short for that (CO-5). */
export function reminderMs(order: {
  createdMs: number;
  expiresMs: number;
  reminderBeforeMinutes: number;
}): number | undefined {
  const at = order.expiresMs - Math.round(order.reminderBeforeMinutes * MINUTE);
  return at > order.createdMs && order.reminderBeforeMinutes > 0 ? at : undefined;
}

/** When watching a closed order for late money ends. */
export function watchEndMs(closedMs: number, watchDays: number): number {
  return closedMs + Math.round(watchDays * DAY);
}
