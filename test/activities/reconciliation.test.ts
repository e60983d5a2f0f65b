import type { WireFact } from '../../src/domain/billing/payment';
import {
  after,
  asWorkflow,
  atOnce,
  checkBooks,
  fakeProvider,
  NOON,
  openBooks,
  SETTINGS,
  type Books,
} from './support/books';
import { asReconciliation, breaksOf, listing, NIGHT, pull, reconcile } from './support/lists';
import { pending } from './support/orders';
import { paidFact, post, rub } from './support/payments';
import { refundOf, sell } from './support/refunds';

let books: Books;

beforeEach(async () => {
  books = await openBooks({ adminChatId: -100 });
});
afterEach(async () => {
  await checkBooks(books);
  await books.close();
});

const paidAtNoon = { paidAt: NOON };
const plan = (asOf: string, since?: string) =>
  asReconciliation(() =>
    listing(books, () => []).planReconciliation({
      ...{ provider: 'mock', asOf },
      ...(since === undefined ? {} : { since }),
    }),
  );

/** A payment of 200 roubles at noon that both sides know. */
async function booked(change: Partial<WireFact> = {}): Promise<WireFact> {
  const fact = paidFact(await pending(books), { ...paidAtNoon, ...change });
  await post(books, fact);
  return fact;
}

describe('planReconciliation', () => {
  test('has nothing to compare before the first order, nor on its day', async () => {
    expect((await plan(NIGHT)).run).toBeUndefined();
    await pending(books);
    expect((await plan(after(6))).run).toBeUndefined();
  });

  test('asks for each closed day once, and for the two days before them again', async () => {
    await pending(books);
    const { run, nextAt } = await plan(NIGHT);
    expect(run?.days).toEqual([
      { from: '2026-03-09T00:00:00.000Z', to: '2026-03-10T00:00:00.000Z' },
      { from: '2026-03-10T00:00:00.000Z', to: '2026-03-11T00:00:00.000Z' },
    ]);
    expect(nextAt).toBe('2026-03-12T04:00:00.000Z');
    await reconcile(books, []);
    expect((await plan('2026-03-11T09:00:00.000Z')).run).toBeUndefined();
    const later = await plan('2026-03-15T04:00:00.000Z');
    expect(later.run?.days.map(({ from }) => from.slice(0, 10))).toEqual(
      ['09', '10', '11', '12', '13', '14'].map((day) => `2026-03-${day}`),
    );
  });

  test('counts days in the zone of the books, and nights by its clock', async () => {
    await pending(books);
    const act = books.activities({
      settings: { ...SETTINGS, billingTimeZone: 'Asia/Vladivostok' },
      providers: new Map([['mock', fakeProvider()]]),
    });
    const { run, nextAt } = await asReconciliation(() =>
      act.planReconciliation({ provider: 'mock', asOf: '2026-03-11T18:00:00.000Z' }),
    );
    expect(run?.days.at(-1)).toEqual({
      from: '2026-03-10T14:00:00.000Z',
      to: '2026-03-11T14:00:00.000Z',
    });
    expect(nextAt).toBe('2026-03-12T18:00:00.000Z');
  });

  test('waits for days that the provider still changes', async () => {
    await pending(books);
    const capabilities = { ...fakeProvider().capabilities, statementLagDays: 2 };
    const act = books.activities({
      providers: new Map([['mock', fakeProvider({ capabilities })]]),
    });
    const days = async (asOf: string) => {
      const { run } = await asReconciliation(() =>
        act.planReconciliation({ provider: 'mock', asOf }),
      );
      return run?.days.map(({ from }) => from.slice(8, 10));
    };
    expect(await days(NIGHT)).toBeUndefined();
    expect(await days('2026-03-12T04:00:00.000Z')).toEqual(['09', '10']);
  });

  test('compares up to now when an operator asks, and opens one run however often it is asked', async () => {
    const since = '2026-03-09T18:00:00.000Z';
    const plans = await atOnce(4, () => plan(NIGHT, since));
    expect(new Set(plans.map(({ run }) => run?.runId)).size).toBe(1);
    expect(plans[0]?.run?.days).toEqual([
      { from: since, to: '2026-03-10T00:00:00.000Z' },
      { from: '2026-03-10T00:00:00.000Z', to: '2026-03-11T00:00:00.000Z' },
      { from: '2026-03-11T00:00:00.000Z', to: NIGHT },
    ]);
  });
});

describe('matchStatement', () => {
  test('finds nothing where both sides agree, and what lies in suspense is booked', async () => {
    const odd = paidFact(await pending(books), { ...paidAtNoon, amount: rub(15_000) });
    await post(books, odd);
    expect(await reconcile(books, [await booked(), odd])).toBe(0);
    const [run] = await books.sql`select state, theirs, ours, found from recon_runs`;
    expect(run).toEqual({ state: 'matched', theirs: 2, ours: 2, found: 0 });
    expect(await books.sql`select 1 from recon_lines`).toHaveLength(0);
  });

  test('finds what only the provider has, with the order it names, and not what never was paid', async () => {
    const order = await pending(books);
    const missing = paidFact(order, paidAtNoon);
    const failed = paidFact(await pending(books), { ...paidAtNoon, state: 'failed' });
    const byNo = paidFact(undefined, { ...paidAtNoon, invoiceNo: order.no });
    expect(await reconcile(books, [missing, failed, byNo])).toBe(2);
    const rows = await books.sql`
      select provider_payment_id as id, kind, invoice_id as "invoiceId", user_id::int as "userId", owner,
        due_at as "dueAt"
      from recon_breaks order by id`;
    const expected = {
      ...{ kind: 'missing_here', owner: 'finance', dueAt: new Date('2026-03-12T04:00:00.000Z') },
      ...{ invoiceId: order.invoiceId, userId: order.userId },
    };
    expect([...rows]).toEqual(
      expect.arrayContaining(
        [missing, byNo].map(({ providerPaymentId: id }) => ({ id, ...expected })),
      ),
    );
  });

  test('finds what only we have, but not at the edge of the days', async () => {
    const ours = await booked();
    await booked({ paidAt: '2026-03-10T22:00:00.000Z' });
    expect(await reconcile(books, [])).toBe(1);
    expect(await breaksOf(books)).toEqual([`${ours.providerPaymentId} missing_there found`]);
  });

  test('finds other amounts, other currencies and other states', async () => {
    const [less, dollars, back, pendingThere] = [
      await booked(),
      await booked(),
      await booked(),
      await booked(),
    ];
    const theirs: WireFact[] = [
      { ...less, amount: rub(19_999) },
      { ...dollars, amount: { minor: 20_000, currency: 'USD', exponent: 2 } },
      { ...back, state: 'refunded', refundedMinor: 20_000 },
      { ...pendingThere, state: 'pending' },
      await booked(),
    ];
    expect(await reconcile(books, theirs)).toBe(4);
    expect(await breaksOf(books)).toEqual(
      [
        `${less.providerPaymentId} amount found`,
        `${dollars.providerPaymentId} amount found`,
        `${back.providerPaymentId} state found`,
        `${pendingThere.providerPaymentId} state found`,
      ].sort(),
    );
  });

  test('compares how much went back, and a refund on its way explains it', async () => {
    const sold = await sell(books);
    const steps = refundOf(books, sold, { amountMinor: 5_000 });
    await steps.propose();
    await steps.freeze();
    const told = { ...sold.fact, ...paidAtNoon, state: 'partially_refunded' as const };
    expect(await reconcile(books, [{ ...told, refundedMinor: 5_000 }])).toBe(1);
    await steps.book();
    const since = '2026-03-09T00:00:00.000Z';
    const asOf = (hour: string) => ({ since, asOf: `2026-03-12T${hour}:00:00.000Z` });
    await books.sql`update recon_breaks set state = 'healed'`;
    expect(await reconcile(books, [{ ...told, refundedMinor: 5_000 }], asOf('01'))).toBe(0);
    expect(await reconcile(books, [{ ...told, refundedMinor: 6_000 }], asOf('02'))).toBe(1);
  });

  test('finds each difference once, whoever compares, and again when it was healed and is back', async () => {
    const missing = paidFact(await pending(books), paidAtNoon);
    const { run } = await plan(NIGHT);
    const act = listing(books, () => [missing]);
    await pull(act, run?.runId ?? '', run?.days[0] ?? { from: '', to: '' });
    const matched = await atOnce(4, () =>
      asReconciliation(() => act.matchStatement({ runId: run?.runId ?? '', asOf: NIGHT })),
    );
    expect(matched).toEqual(Array(4).fill({ found: 1 }));
    const next = '2026-03-12T04:00:00.000Z';
    expect(await reconcile(books, [missing], { asOf: next })).toBe(0);
    await books.sql`update recon_breaks set state = 'healed'`;
    expect(await reconcile(books, [missing], { asOf: '2026-03-13T04:00:00.000Z' })).toBe(1);
  });

  test('does not find again what an operator accepted, until it is something else', async () => {
    const other = await booked();
    const list = (minor: number) => [{ ...other, amount: rub(minor) }];
    expect(await reconcile(books, list(19_000))).toBe(1);
    await books.sql`update recon_breaks set state = 'resolved'`;
    expect(await reconcile(books, list(19_000), { asOf: '2026-03-12T04:00:00.000Z' })).toBe(0);
    expect(await reconcile(books, list(18_000), { asOf: '2026-03-13T04:00:00.000Z' })).toBe(1);
  });
});

describe('pullStatement', () => {
  test('keeps a list once, the stronger state of what two days list, and forgets lists of dead runs', async () => {
    const paid = paidFact(await pending(books), paidAtNoon);
    const lists: WireFact[][] = [[paid, { ...paid, state: 'refunded' }], [paid]];
    const act = listing(books, () => lists.shift() ?? []);
    const { run } = await plan(NIGHT);
    const [runId, day] = [run?.runId ?? '', run?.days[0] ?? { from: '', to: '' }];
    expect(await pull(act, runId, day)).toEqual({ kind: 'listed', payments: 2 });
    await pull(act, runId, day);
    const kept = () => books.sql`select state from recon_lines`;
    expect([...(await kept())]).toEqual([{ state: 'refunded' }]);
    await plan('2026-03-11T04:00:01.000Z');
    expect(await kept()).toHaveLength(0);
  });

  test('a provider that is silent, or lists nothing, is unknown', async () => {
    const asked = { provider: 'mock', runId: '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b' };
    const ask = (statement: object) => {
      const provider = fakeProvider(statement);
      const act = books.activities({ providers: new Map([['mock', provider]]) });
      return act.pullStatement({ ...asked, day: { from: NOON, to: NIGHT } });
    };
    const silent = () => Promise.resolve({ kind: 'unknown', reason: 'no answer' });
    expect(await ask({ statement: silent })).toEqual({ kind: 'unknown', reason: 'no answer' });
    expect(await ask({})).toMatchObject({ kind: 'unknown' });
    await expect(
      books.act.pullStatement({ ...asked, day: { from: NOON, to: NIGHT } }),
    ).rejects.toMatchObject({ type: 'ProviderNotConfigured' });
  });
});

test('a provider that is silent for hours is shown once, until its list comes', async () => {
  await pending(books);
  const { run } = await plan(NIGHT);
  const runId = run?.runId ?? '';
  await atOnce(3, () =>
    asReconciliation(() => books.act.openSilentItem({ runId, reason: 'no answer', asOf: NIGHT })),
  );
  const items = () => books.sql`select kind, state, reason from open_items`;
  expect([...(await items())]).toEqual([
    { kind: 'break', state: 'open', reason: expect.stringContaining('no answer') },
  ]);
  await asWorkflow('reconciliation:mock', () => books.act.matchStatement({ runId, asOf: NIGHT }));
  expect([...(await items())]).toMatchObject([{ state: 'resolved' }]);
});
