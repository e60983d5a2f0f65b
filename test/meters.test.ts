import pino from 'pino';
import type { SpendAnswer, SpendGate, SpendRequest } from '../src/commands/spend-gate';
import {
  messageMeter,
  METERS,
  providerMeter,
  spendMeter,
  updateMeter,
  watchStuck,
} from '../src/main/meters';
import { createRegistry } from '../src/main/metrics';
import { scrape, valuesOf } from './support/shown-metrics';

const registryOf = () => createRegistry('server');

/** Of a histogram how often it was asked, and how often within so many seconds, by labels. */
async function histogram(registry: ReturnType<typeof registryOf>, name: string, within: number) {
  const shown = await scrape(registry);
  const buckets = valuesOf(shown, `${name}_bucket`);
  const count = valuesOf(shown, `${name}_count`);
  return Object.fromEntries(
    Object.entries(count).map(([labels, all]) => {
      const bucket = [...labels.split(','), `le=${within}`].filter((one) => one !== '').sort();
      return [labels, { all, within: buckets[bucket.join(',')] }];
    }),
  );
}

test('updates are counted by kind and outcome, with their time; lag where Telegram tells it', async () => {
  const registry = registryOf();
  const meter = updateMeter(registry);
  meter({ kind: 'message', seconds: 0.05, isFailed: false, lagSeconds: 40 });
  meter({ kind: 'message', seconds: 3, isFailed: false, lagSeconds: 0.2 });
  meter({ kind: 'callback_query', seconds: 0.3, isFailed: true });
  expect(await histogram(registry, METERS.updates, 0.4)).toEqual({
    'kind=message,outcome=done': { all: 2, within: 1 },
    'kind=callback_query,outcome=failed': { all: 1, within: 1 },
  });
  expect(await histogram(registry, METERS.updateLag, 30)).toEqual({ '': { all: 2, within: 1 } });
});

test('calls to providers are counted by provider, operation and outcome', async () => {
  const registry = registryOf();
  const meter = providerMeter(registry);
  const call = { provider: 'stripe', operation: 'ask' };
  meter({ ...call, outcome: 'facts', seconds: 0.1 });
  meter({ ...call, outcome: 'facts', seconds: 20 });
  meter({ ...call, outcome: 'thrown', seconds: 30 });
  expect(await histogram(registry, METERS.providerCalls, 15)).toEqual({
    'operation=ask,outcome=facts,provider=stripe': { all: 2, within: 1 },
    'operation=ask,outcome=thrown,provider=stripe': { all: 1, within: 0 },
  });
});

test('messages are counted by category and outcome', async () => {
  const registry = registryOf();
  const meter = messageMeter(registry);
  meter({ category: 'money', outcome: 'sent' });
  meter({ category: 'money', outcome: 'sent' });
  meter({ category: 'service', outcome: 'unavailable' });
  expect(valuesOf(await scrape(registry), METERS.messages)).toEqual({
    'category=money,outcome=sent': 2,
    'category=service,outcome=unavailable': 1,
  });
});

describe('spends', () => {
  /** Answers after so many milliseconds; an answer that is none rejects. */
  const gate = (answers: readonly (SpendAnswer['kind'] | 'lost')[], afterMs: number): SpendGate => {
    const rest = [...answers];
    const spend = async () => {
      const kind = rest.shift();
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      if (kind === 'lost') throw new Error('nobody knows');
      return { kind } as SpendAnswer;
    };
    return {
      spend,
      spendAll: (requests) => requests.map(spend),
      settled: () => undefined,
      drained: () => Promise.resolve(),
      ...{ waiting: 0, inFlight: 0 },
    };
  };
  const request = {} as SpendRequest;

  test('are timed from their asking to their answer, by outcome, alone and in batches', async () => {
    const registry = registryOf();
    const meter = spendMeter(registry);
    const quick = meter.measured(gate(['charged', 'refused', 'lost'], 0));
    await Promise.allSettled([quick.spend(request), ...quick.spendAll([request, request])]);
    await meter.measured(gate(['charged'], 150)).spend(request);
    expect(await histogram(registry, METERS.spends, 0.1)).toEqual({
      'outcome=charged': { all: 2, within: 1 },
      'outcome=refused': { all: 1, within: 1 },
      'outcome=unknown': { all: 1, within: 1 },
    });
  });

  test('that leave together are counted by how many they are', async () => {
    const registry = registryOf();
    const { onStart } = spendMeter(registry);
    for (const size of [1, 3, 120]) onStart({ size });
    const shown = await scrape(registry);
    expect(valuesOf(shown, `${METERS.batches}_sum`)).toEqual({ '': 124 });
    expect(await histogram(registry, METERS.batches, 5)).toEqual({ '': { all: 3, within: 2 } });
  });
});

describe('workflows that are stuck', () => {
  const log = pino({ level: 'silent' });

  test('are shown as many as there are, and asked for twice a minute at most', async () => {
    const registry = registryOf();
    let asked = 0;
    const count = () => Promise.resolve(7 * (asked += 1));
    const refresh = watchStuck(registry, { count, log });
    expect(valuesOf(await scrape(registry, refresh), METERS.stuck)).toEqual({ '': 7 });
    expect(valuesOf(await scrape(registry, refresh), METERS.stuck)).toEqual({ '': 7 });
  });

  test('that cannot be counted leave the page readable', async () => {
    const registry = registryOf();
    const count = () => Promise.reject(new Error('visibility is away'));
    const shown = await scrape(registry, watchStuck(registry, { count, log }));
    expect(valuesOf(shown, METERS.stuck)).toEqual({ '': 0 });
  });
});
