import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { HandedMessage } from '../../activities/deps';
import type { HandledUpdate } from '../bot/parts';
import type { SpendGate } from '../commands/spend-gate';
import type { Log } from '../log';

// Numbers of what a process does itself. Labels come from closed lists only: an id or a text as a label would make as
// many series as there are people.

/** Seconds; a tap is answered within a second, a provider may be silent for half a minute. */
const WAITS = [0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 15, 30];
/** Seconds between an event elsewhere and its arrival here. */
const LAGS = [0.5, 1, 2, 5, 10, 30, 60, 300, 1_800, 7_200];
/** Seconds; the API answers a spend within a fifth of one. */
const SPENDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2, 5];
const BATCHES = [1, 2, 5, 10, 20, 50, 100, 200];

/** The names by which monitoring asks; `test/monitoring.test.ts` holds alerts and dashboards to them. */
export const METERS = {
  updates: 'billing_bot_update_duration_seconds',
  updateLag: 'billing_bot_update_lag_seconds',
  providerCalls: 'billing_provider_call_duration_seconds',
  messages: 'billing_messages_total',
  spends: 'billing_spend_duration_seconds',
  batches: 'billing_spend_batch_size',
  stuck: 'billing_workflows_stuck',
} as const;

/** What the bot did with updates. */
export function updateMeter(registry: Registry): (update: HandledUpdate) => void {
  const durations = new Histogram({
    name: METERS.updates,
    help: 'Time to handle an update of Telegram',
    labelNames: ['kind', 'outcome'],
    buckets: WAITS,
    registers: [registry],
  });
  const lags = new Histogram({
    name: METERS.updateLag,
    help: 'Time from a message’s sending to the beginning of its handling',
    buckets: LAGS,
    registers: [registry],
  });
  return ({ kind, seconds, isFailed, lagSeconds }) => {
    durations.observe({ kind, outcome: isFailed ? 'failed' : 'done' }, seconds);
    if (lagSeconds !== undefined) lags.observe(lagSeconds);
  };
}

/** One call to a payment provider. */
export interface ProviderCall {
  readonly provider: string;
  readonly operation: string;
  /** The kind of its answer, or `thrown`. */
  readonly outcome: string;
  readonly seconds: number;
}

export function providerMeter(registry: Registry): (call: ProviderCall) => void {
  const durations = new Histogram({
    name: METERS.providerCalls,
    help: 'Time of calls to payment providers',
    labelNames: ['provider', 'operation', 'outcome'],
    buckets: WAITS,
    registers: [registry],
  });
  return ({ seconds, ...labels }) => durations.observe({ ...labels }, seconds);
}

/** What Telegram made of messages. */
export function messageMeter(registry: Registry): (message: HandedMessage) => void {
  const messages = new Counter({
    name: METERS.messages,
    help: 'Messages handed to Telegram',
    labelNames: ['category', 'outcome'],
    registers: [registry],
  });
  return ({ category, outcome }) => messages.inc({ category, outcome });
}

export interface SpendMeter {
  readonly onStart: (batch: { readonly size: number }) => void;
  /** The same gate, measured. */
  measured(gate: SpendGate): SpendGate;
}

/** How long spends take from their asking to their answer, and how many leave together. */
export function spendMeter(registry: Registry): SpendMeter {
  const durations = new Histogram({
    name: METERS.spends,
    help: 'Time from the asking of a spend to its answer',
    labelNames: ['outcome'],
    buckets: SPENDS,
    registers: [registry],
  });
  const batches = new Histogram({
    name: METERS.batches,
    help: 'Spends that left together in one workflow',
    buckets: BATCHES,
    registers: [registry],
  });
  const timed = <T extends { readonly kind: string }>(answer: Promise<T>): Promise<T> => {
    const end = durations.startTimer();
    answer.then(
      ({ kind }) => end({ outcome: kind }),
      () => end({ outcome: 'unknown' }),
    );
    return answer;
  };
  return {
    onStart: ({ size }) => batches.observe(size),
    measured: (gate) => ({
      spend: (request) => timed(gate.spend(request)),
      spendAll: (requests) => gate.spendAll(requests).map(timed),
      settled: gate.settled,
      drained: () => gate.drained(),
      get waiting() {
        return gate.waiting;
      },
      get inFlight() {
        return gate.inFlight;
      },
    }),
  };
}

/** Counting asks Temporal’s visibility, which has other work. */
const STUCK_MS = 30_000;

/** Shows how many workflows want a human; the last number that could be had stands until there is another. */
export function watchStuck(
  registry: Registry,
  { count, log }: { readonly count: () => Promise<number>; readonly log: Pick<Log, 'warn'> },
): () => Promise<void> {
  const gauge = new Gauge({
    name: METERS.stuck,
    help: 'Workflows that name a reason why a human should look',
    registers: [registry],
  });
  let askedMs = -Infinity;
  return async () => {
    if (performance.now() - askedMs < STUCK_MS) return;
    askedMs = performance.now();
    try {
      gauge.set(await count());
    } catch (error) {
      log.warn({ err: error }, 'workflows that are stuck could not be counted');
    }
  };
}
