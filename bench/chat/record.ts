import { percentile } from '../statistics';

/** What is timed. */
export const DEEDS = ['tap', 'command', 'card', 'stars', 'spend', 'read'] as const;
export type Deed = (typeof DEEDS)[number];

/** Latencies of one deed in milliseconds; not numbers where there were none. */
export interface Latency {
  readonly count: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly longestMs: number;
}

export type Latencies = Readonly<Record<Deed, Latency>>;

/** The parts of a run. In the ramp calls may fail: it goes on until they do. */
export const PHASES = ['arrive', 'ramp', 'hold', 'drain'] as const;
export type Phase = (typeof PHASES)[number];

/** Something that went wrong for somebody. */
export interface Failure {
  readonly phase: Phase;
  readonly what: string;
}

/** What people have seen: what they did and what failed since the beginning, and how long things took in the hold. */
export class ChatRecord {
  private readonly times = new Map<Deed, number[]>(DEEDS.map((deed) => [deed, []]));
  private readonly counts = new Map<Deed, number>(DEEDS.map((deed) => [deed, 0]));
  readonly failures: Failure[] = [];
  private now: Phase = 'arrive';

  done(deed: Deed, tookMs: number): void {
    this.counts.set(deed, this.countOf(deed) + 1);
    if (this.now === 'hold') this.times.get(deed)?.push(tookMs);
  }

  failed(what: string): void {
    this.failures.push({ phase: this.now, what });
  }

  enter(phase: Phase): void {
    this.now = phase;
  }

  /** Since the beginning. */
  countOf(deed: Deed): number {
    return this.counts.get(deed) ?? 0;
  }

  latencies(): Latencies {
    const each = DEEDS.map((deed) => [deed, latencyOf(this.times.get(deed) ?? [])] as const);
    return Object.fromEntries(each) as unknown as Latencies;
  }
}

export function latencyOf(times: readonly number[]): Latency {
  return {
    count: times.length,
    p50Ms: percentile(times, 0.5),
    p95Ms: percentile(times, 0.95),
    p99Ms: percentile(times, 0.99),
    longestMs: percentile(times, 1),
  };
}
