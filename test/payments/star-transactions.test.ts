import fc from 'fast-check';
import { starLedger, type StarTransaction } from '../../src/payments/star-transactions';

const line = (n: number): StarTransaction => ({
  id: `charge-${n}`,
  amount: 1,
  date: 1_700_000_000 + n,
  source: { type: 'user', user: { id: 77 }, invoice_payload: `order-${n}` },
});

/** A list as Telegram gives it: oldest first, a hundred at a time, growing at its end. */
function telegramList(length: number) {
  const lines = Array.from({ length }, (_, n) => line(n));
  const calls: number[] = [];
  return {
    lines,
    calls,
    read: ({ offset, limit }: { offset: number; limit: number }) => {
      calls.push(offset);
      return Promise.resolve({ result: { transactions: lines.slice(offset, offset + limit) } });
    },
  };
}

const ids = (lines: unknown) => (lines as StarTransaction[]).map(({ id }) => id);

test('all lines are read, whatever their number', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 2500 }), async (length) => {
      const list = telegramList(length);
      const all = await starLedger(list.read, 100).backTo(() => false);
      expect(ids(all)).toEqual(list.lines.map(({ id }) => id));
    }),
    { numRuns: 60 },
  );
});

test('what is asked for first stands at the end, and costs no more in an old shop', async () => {
  const list = telegramList(1_000_050);
  const ledger = starLedger(list.read, 5);
  const isRecent = (page: readonly StarTransaction[]) =>
    page.some(({ id }) => id === 'charge-1000020');
  const found = await ledger.backTo(isRecent);
  expect(ids(found).at(-1)).toBe('charge-1000049');
  expect(ids(found)).toContain('charge-1000020');
  expect(list.calls.length).toBeLessThan(40);
  const before = list.calls.length;
  list.lines.push(line(1_000_050));
  expect(ids(await ledger.backTo(isRecent)).at(-1)).toBe('charge-1000050');
  expect(list.calls.length - before).toBe(1);
});

test.each([0, 1, 99, 100, 101, 200, 10_000])(
  'a list that grows by %s lines since it was read is read to its new end',
  async (growth) => {
    const list = telegramList(250);
    const ledger = starLedger(list.read, 1000);
    await ledger.backTo(() => true);
    for (let n = 0; n < growth; n += 1) list.lines.push(line(250 + n));
    expect(ids(await ledger.backTo(() => false))).toHaveLength(250 + growth);
  },
);

test('a list without end is not read without end', async () => {
  const ledger = starLedger(telegramList(1000).read, 3);
  expect(await ledger.backTo(() => false)).toEqual({ unclear: 'more than 3 pages' });
});

test('a silence or nonsense in the middle makes nothing known', async () => {
  const list = telegramList(350);
  for (const answer of ['no answer', { result: { transactions: [{}] } }]) {
    const ledger = starLedger(
      (range) => (range.offset === 100 ? Promise.resolve(answer) : list.read(range)),
      10,
    );
    expect(await ledger.backTo(() => false)).toHaveProperty('unclear');
  }
});
