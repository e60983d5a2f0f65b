import type { Client, WorkflowStartOptions } from '@temporalio/client';
import { createSpending, type SpendingOptions } from '../../src/commands/spending';
import type { SpendRequest } from '../../workflows/billing/token-spend/contract';

/** What the workflows were started with. Nobody works: they end without an answer. */
function listening(): { gate: ReturnType<typeof createSpending>; started: WorkflowStartOptions[] } {
  const started: WorkflowStartOptions[] = [];
  const client = {
    withDeadline: (_deadline: number, work: () => unknown) => work(),
    workflow: {
      start: (_name: string, options: WorkflowStartOptions) => {
        started.push(options);
        return Promise.resolve({ eagerlyStarted: true, result: () => Promise.resolve([]) });
      },
    },
  } as unknown as Client;
  const options: SpendingOptions = { client, taskQueue: 'spends', processId: 'p' };
  return { gate: createSpending(options), started };
}

const request = (key: string): SpendRequest => ({
  key,
  clientId: 'c',
  userId: 1,
  amountUtok: 1,
  kind: 'spend',
  description: 'a job',
  asOf: '2026-03-10T12:00:00.000Z',
});

/** The last of several that were asked for at once: the first leaves alone. */
async function memoOfBatch(keys: readonly string[]) {
  const { gate, started } = listening();
  const answers = [gate.spend(request('first')), ...gate.spendAll(keys.map(request))];
  await Promise.allSettled(answers);
  expect(started).toHaveLength(2);
  return started[1]?.memo as { keys: string[]; more?: number };
}

test('a batch names all its keys where they fit', async () => {
  const keys = Array.from({ length: 20 }, (_, n) => `client:key-${n}`);
  expect(await memoOfBatch(keys)).toEqual({ keys });
});

test('a batch of long keys stays below two kilobytes and says how many more there are', async () => {
  const keys = Array.from({ length: 100 }, (_, n) => `${n}:${'k'.repeat(255)}`);
  const memo = await memoOfBatch(keys);
  expect(memo.keys).toEqual(keys.slice(0, memo.keys.length));
  expect(memo.keys.length).toBeGreaterThan(3);
  expect(memo.more).toBe(100 - memo.keys.length);
  expect(Buffer.byteLength(JSON.stringify(memo))).toBeLessThan(1_800);
});
