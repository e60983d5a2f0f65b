/**
 * The business clock of one workflow: its own deterministic time plus what a test customer is ahead (OPS-20).
 * The offset is frozen when the workflow starts; later jumps move the workflow's own time.
 */
export interface BusinessClock {
  /** Milliseconds since 1970 in business time. */
  nowMs(): number;
  /** The business instant as ISO 8601: the `asOf` of every effect. */
  now(): string;
  /** Milliseconds from now until a business instant; never negative. */
  untilMs(instantMs: number): number;
}

export function businessClock(offsetMs: number): BusinessClock {
  const nowMs = (): number => Date.now() + offsetMs;
  return {
    nowMs,
    now: () => new Date(nowMs()).toISOString(),
    untilMs: (instantMs) => Math.max(0, instantMs - nowMs()),
  };
}
