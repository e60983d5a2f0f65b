/** What one repetition of a measurement saw. */
export interface Sample {
  /** Requests answered well within the window. */
  readonly answered: number;
  readonly failed: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

/** Several repetitions in one: medians, and how far the throughput of single ones lay apart. */
export interface Summary {
  readonly perSecond: number;
  readonly lowestPerSecond: number;
  readonly highestPerSecond: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly failed: number;
  readonly repetitions: number;
}

/** The smallest value that this share (0 to 1) of the values does not exceed; not a number when there are none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = Math.ceil(share * sorted.length);
  return sorted[Math.max(rank, 1) - 1] ?? Number.NaN;
}

/** The middle of the values, or halfway between the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

/** What latencies and counts of one window amount to. */
export function sampleOf(
  latenciesMs: readonly number[],
  window: { readonly seconds: number; readonly failed: number },
): Sample {
  return {
    ...window,
    answered: latenciesMs.length,
    p50Ms: percentile(latenciesMs, 0.5),
    p95Ms: percentile(latenciesMs, 0.95),
    p99Ms: percentile(latenciesMs, 0.99),
  };
}

/** Medians over repetitions: one disturbed window does not move them. */
export function summaryOf(samples: readonly Sample[]): Summary {
  const rates = samples.map(({ answered, seconds }) => answered / seconds);
  return {
    perSecond: median(rates),
    lowestPerSecond: Math.min(...rates),
    highestPerSecond: Math.max(...rates),
    p50Ms: median(samples.map(({ p50Ms }) => p50Ms)),
    p95Ms: median(samples.map(({ p95Ms }) => p95Ms)),
    p99Ms: median(samples.map(({ p99Ms }) => p99Ms)),
    failed: samples.reduce((sum, { failed }) => sum + failed, 0),
    repetitions: samples.length,
  };
}

/** How many times the second goes into the first; undefined where either is missing or nothing. */
export function ratio(of: number | undefined, to: number | undefined): number | undefined {
  if (of === undefined || to === undefined) return undefined;
  const quotient = of / to;
  return Number.isFinite(quotient) ? quotient : undefined;
}

/** How far the largest lies above the smallest, as a share of the smallest: 0.2 is 20 %. */
export function spread(values: readonly number[]): number {
  const smallest = Math.min(...values);
  return (Math.max(...values) - smallest) / smallest;
}
