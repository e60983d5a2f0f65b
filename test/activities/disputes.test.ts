import {
  after,
  asWorkflow,
  atOnce,
  balance,
  checkBooks,
  openBooks,
  type Books,
} from './support/books';
import { auditOf, templatesOf } from './support/orders';
import { openItemsOf, paymentRow } from './support/payments';
import { ledgerChanges, refund, sell, subscriptionOf, type Sold } from './support/refunds';
import { spend, transfer } from './support/transfers';

let books: Books;

beforeAll(async () => {
  books = await openBooks({ adminChatId: 900_001 });
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

let made = 0;

/** The steps of one dispute, as its workflow takes them. */
function disputeOf(sold: Sold, change: { amountMinor?: number } = {}) {
  made += 1;
  const ref = `d${made}`;
  const { providerPaymentId } = sold.fact;
  const name = { provider: 'mock', ref, providerPaymentId, asOf: after(2) };
  const step = <T>(work: () => Promise<T>) => asWorkflow(`dispute:mock:${ref}`, work);
  const { act } = books;
  const handed = { ...name, operatorId: 'anna', reason: 'sent by mail', note: 'the order' };
  return {
    ref,
    open: () => step(() => act.openDispute({ ...name, ...change, isDecided: false })),
    collect: () => step(() => act.collectEvidence(name)),
    hand: () => step(() => act.noteEvidence(handed)),
    remind: () => step(() => act.remindOfDispute(name)),
    win: () => step(() => act.winDispute(name)),
    lose: () => step(() => act.loseDispute(name)),
    contradict: () => step(() => act.noteContradiction({ ...name, stage: 'won' })),
  };
}

async function standing(userId: number) {
  const [row] = await books.sql`
    select u.money_frozen_by is not null as frozen, a.held::float8 as held
    from users u join accounts a on a.user_id = u.id where u.id = ${userId}`;
  return { isFrozen: row?.['frozen'], heldTokens: Number(row?.['held']) / 1_000_000 };
}

async function disputeRow(ref: string): Promise<Record<string, unknown>> {
  const [row] = await books.sql`
    select id, state, evidence, taken_utok::float8 as taken from disputes where provider_ref = ${ref}`;
  return row ?? {};
}

describe('openDispute', () => {
  test('freezes person, tokens and sum, once', async () => {
    const sold = await sell(books);
    const changes = await ledgerChanges(books);
    const dispute = disputeOf(sold);
    await atOnce(4, () => dispute.open());
    expect(await changes()).toEqual({ 'clearing:mock:RUB': 20_000, 'sys:disputes:RUB': -20_000 });
    expect(await standing(sold.userId)).toEqual({ isFrozen: true, heldTokens: 100 });
    expect(await paymentRow(books, sold.fact)).toMatchObject({ state: 'disputed', rank: 70 });
    expect(await templatesOf(books, sold.userId)).toEqual(['pay.ok.activated', 'dispute.opened']);
  });

  test('leaves alone what nothing was given for', async () => {
    const sold = await sell(books);
    await books.sql`
      update payments set outcome = '{"kind":"superseded","state":"refunded"}' where id = ${sold.paymentId}`;
    expect(await disputeOf(sold).open()).toEqual({ kind: 'ignored' });
  });
});

describe('evidence', () => {
  test('is collected once, noted once, and no longer asked for', async () => {
    const sold = await sell(books);
    await transfer(books, spend(sold.userId, 40));
    const dispute = disputeOf(sold);
    await dispute.open();
    await atOnce(3, () => dispute.collect());
    await dispute.remind();
    await atOnce(3, () => dispute.hand());
    await dispute.remind();
    const row = await disputeRow(dispute.ref);
    expect(row).toMatchObject({
      state: 'evidence_sent',
      evidence: {
        collected: { spending: [{ kind: 'spend' }, { kind: 'subscription_fee' }] },
        submitted: [{ operatorId: 'anna', note: 'the order' }],
      },
    });
    expect(await auditOf(books, String(row['id']))).toEqual([
      'dispute.opened',
      'dispute.evidence_sent',
    ]);
    const reminders = await books.sql`
      select 1 from outbox_messages where template = 'ops.dispute_due' and key like ${`%${String(row['id'])}`}`;
    expect(reminders).toHaveLength(1);
  });
});

describe('winDispute', () => {
  test('restores everything, once', async () => {
    const sold = await sell(books);
    const changes = await ledgerChanges(books);
    const dispute = disputeOf(sold);
    await dispute.open();
    await atOnce(4, () => dispute.win());
    expect(await changes()).toEqual({});
    expect(await standing(sold.userId)).toEqual({ isFrozen: false, heldTokens: 0 });
    expect(await paymentRow(books, sold.fact)).toMatchObject({ state: 'paid', rank: 40 });
    await dispute.lose();
    expect(await disputeRow(dispute.ref)).toMatchObject({ state: 'won' });
    await atOnce(2, () => dispute.contradict());
    expect(await openItemsOf(books, sold.fact)).toEqual(['break']);
  });

  test('knows of a part that was refunded before', async () => {
    const sold = await sell(books);
    await refund(books, sold, { amountMinor: 4_000 });
    const dispute = disputeOf(sold, { amountMinor: 16_000 });
    await dispute.open();
    await dispute.win();
    expect(await paymentRow(books, sold.fact)).toMatchObject({
      state: 'partially_refunded',
      rank: 50,
    });
    expect(await balance(books.sql, sold.userId)).toBe(60);
  });

  test('of one of two disputes leaves the person frozen by the other', async () => {
    const userId = await books.newUser();
    const [first, second] = [await sell(books, { userId }), await sell(books, { userId })];
    const disputes = [disputeOf(first), disputeOf(second)] as const;
    for (const dispute of disputes) await dispute.open();
    await disputes[0].win();
    expect(await standing(userId)).toMatchObject({ isFrozen: true, heldTokens: 200 });
    await disputes[1].win();
    expect(await standing(userId)).toEqual({ isFrozen: false, heldTokens: 0 });
  });
});

describe('loseDispute', () => {
  test('takes the order back, once, and ends its subscription', async () => {
    const sold = await sell(books);
    await transfer(books, spend(sold.userId, 40));
    const dispute = disputeOf(sold);
    await dispute.open();
    await atOnce(4, () => dispute.lose());
    expect(await balance(books.sql, sold.userId)).toBe(-140);
    expect(await standing(sold.userId)).toEqual({ isFrozen: false, heldTokens: 0 });
    expect(await subscriptionOf(books, sold.userId)).toMatchObject({ state: 'ended' });
    expect(await disputeRow(dispute.ref)).toMatchObject({ state: 'lost', taken: 200_000_000 });
    expect(
      (await templatesOf(books, sold.userId)).filter((each) => each === 'dispute.lost'),
    ).toHaveLength(1);
  });

  test('leaves below the floor what cannot be collected', async () => {
    const sold = await sell(books, { amountMinor: 300_000 });
    await transfer(books, spend(sold.userId, 2_900));
    const dispute = disputeOf(sold);
    await dispute.open();
    await dispute.lose();
    expect(await balance(books.sql, sold.userId)).toBe(-1_000);
    expect(await openItemsOf(books, sold.fact)).toEqual(['uncollected']);
  });
});
