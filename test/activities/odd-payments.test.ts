import type { WireFact } from '../../src/domain/billing/payment';
import { after, atOnce, balance, checkBooks, count, openBooks, type Books } from './support/books';
import { close, invoiceRow, pending, templatesOf } from './support/orders';
import { openItemsOf, paidFact, paymentRow, post, rub, suspense } from './support/payments';

let books: Books;

beforeAll(async () => {
  books = await openBooks();
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

describe('a payment that differs goes to suspense and opens its own item', () => {
  const cases: readonly [
    item: string,
    change: (order: { userId: number; no: number }) => Partial<WireFact>,
  ][] = [
    ['underpaid', () => ({ amount: rub(100) })],
    ['overpaid', () => ({ amount: rub(20_001) })],
    ['wrong_currency', () => ({ amount: { minor: 20_000, currency: 'USD', exponent: 2 } })],
    ['wrong_owner', ({ userId }) => ({ userId: userId + 500_000 })],
    ['unmatched', ({ no }) => ({ invoiceNo: no + 1 })],
  ];

  test.each(cases)('%s (T-A2)', async (item, change) => {
    const order = await pending(books);
    const fact = paidFact(order, change(order));
    const currency = fact.amount?.currency ?? 'RUB';
    const before = await suspense(books, currency);
    expect(await post(books, fact)).toMatchObject({ kind: 'quarantined', item });
    expect(await post(books, fact)).toMatchObject({ kind: 'quarantined', item });
    expect(await suspense(books, currency)).toBe(before + (fact.amount?.minor ?? 0));
    expect(await openItemsOf(books, fact)).toEqual([item]);
    expect(await balance(books.sql, order.userId)).toBe(0);
    expect(await invoiceRow(books, order)).toMatchObject({ state: 'pending' });
    expect(await paymentRow(books, fact)).toMatchObject({ state: 'quarantined' });
    expect(await templatesOf(books, order.userId)).toEqual(['pay.quarantine']);
  });

  test('of no invoice we know is unmatched, and nobody is told', async () => {
    const before = await count(books.sql, 'outbox_messages');
    const fact = paidFact(undefined);
    expect(await post(books, fact)).toMatchObject({ kind: 'quarantined', item: 'unmatched' });
    expect(await openItemsOf(books, fact)).toEqual(['unmatched']);
    expect(await count(books.sql, 'outbox_messages')).toBe(before);
  });

  test('without a readable amount books nothing and still opens an item', async () => {
    const order = await pending(books);
    const fact = paidFact(order, { amount: undefined });
    const before = await count(books.sql, 'transfers');
    expect(await post(books, fact)).toMatchObject({ item: 'wrong_currency' });
    expect(await count(books.sql, 'transfers')).toBe(before);
    expect(await openItemsOf(books, fact)).toEqual(['wrong_currency']);
  });
});

describe('late money', () => {
  test.each(['expired', 'cancelled'] as const)(
    'of %s orders is honoured while the quote holds (T-V4)',
    async (state) => {
      const order = await pending(books);
      await close(books, order, state);
      const fact = paidFact(order);
      expect(await post(books, fact, { asOf: after(71) })).toMatchObject({
        as: 'order',
        isLate: true,
      });
      expect(await invoiceRow(books, order)).toMatchObject({ state: 'paid', fulfilledAs: 'order' });
      expect(await openItemsOf(books, fact)).toEqual(['late_credit']);
    },
  );

  test('after the quote’s term becomes credit at the rate of the quote (T-V5)', async () => {
    const order = await pending(books);
    await close(books, order, 'expired');
    const fact = paidFact(order);
    expect(await post(books, fact, { asOf: after(73) })).toMatchObject({ as: 'wallet_credit' });
    expect(await balance(books.sql, order.userId)).toBe(200);
    expect(await invoiceRow(books, order)).toMatchObject({ fulfilledAs: 'wallet_credit' });
    expect(await templatesOf(books, order.userId)).toEqual(['inv.expired', 'pay.late.wallet']);
    expect(await openItemsOf(books, fact)).toEqual(['late_credit']);
  });

  test('of a tariff that was withdrawn becomes credit', async () => {
    const order = await pending(books, { slug: 'standard' });
    await close(books, order);
    await books.sql`update tariffs set is_active = false where slug = 'standard'`;
    const fact = paidFact(order, { amount: rub(24_900) });
    expect(await post(books, fact)).toMatchObject({ as: 'wallet_credit' });
    expect(await balance(books.sql, order.userId)).toBe(249);
    await books.sql`update tariffs set is_active = true where slug = 'standard'`;
  });

  test('in a currency without a rate waits in suspense', async () => {
    const order = await pending(books, { slug: 'basic', currency: 'XTR' });
    await close(books, order);
    const fact = paidFact(order, { amount: { minor: 75, currency: 'XTR', exponent: 0 } });
    expect(await post(books, fact, { asOf: after(73) })).toMatchObject({
      kind: 'quarantined',
      item: 'late_credit',
    });
    expect(await suspense(books, 'XTR')).toBe(75);
    expect(await templatesOf(books, order.userId)).toContain('pay.late.suspense');
  });
});

describe('a second payment of a paid order (CO-11)', () => {
  test('becomes credit by default', async () => {
    const order = await pending(books);
    await post(books, paidFact(order));
    const second = paidFact(order);
    const outcomes = await atOnce(3, () => post(books, second));
    expect(outcomes[0]).toMatchObject({ kind: 'duplicate', policy: 'wallet' });
    expect(await balance(books.sql, order.userId)).toBe(300);
    expect(await openItemsOf(books, second)).toEqual(['duplicate_paid']);
    expect(await templatesOf(books, order.userId)).toContain('pay.duplicate.wallet');
  });

  test('goes back where the live setting says so', async () => {
    await books.sql`insert into settings (key, value, updated_by) values ('DUPLICATE_PAYMENT', '"refund"', 'anna')`;
    const order = await pending(books);
    await post(books, paidFact(order));
    const second = paidFact(order);
    expect(await post(books, second)).toMatchObject({ kind: 'duplicate', policy: 'refund' });
    await books.sql`delete from settings`;
    expect(await balance(books.sql, order.userId)).toBe(100);
    expect(await templatesOf(books, order.userId)).toContain('pay.duplicate.refund');
  });

  test('of two at once one fulfils and the other is the duplicate', async () => {
    const order = await pending(books);
    const outcomes = await Promise.all([
      post(books, paidFact(order)),
      post(books, paidFact(order)),
    ]);
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['duplicate', 'fulfilled']);
  });
});

describe('PARTIAL_PAYMENT=accumulate', () => {
  beforeAll(
    () => books.sql`
    insert into settings (key, value, updated_by) values ('PARTIAL_PAYMENT', '"accumulate"', 'anna')`,
  );
  afterAll(() => books.sql`delete from settings`);

  test('completes the order when parts sum up exactly', async () => {
    const order = await pending(books);
    const before = await suspense(books);
    const parts = [5_000, 7_000, 8_000].map((minor) => paidFact(order, { amount: rub(minor) }));
    const kinds: string[] = [];
    for (const part of parts) kinds.push((await post(books, part)).kind);
    expect(kinds).toEqual(['quarantined', 'quarantined', 'fulfilled']);
    expect(await balance(books.sql, order.userId)).toBe(100);
    expect(await suspense(books)).toBe(before);
    for (const part of parts) {
      expect(await openItemsOf(books, part)).toEqual([]);
      expect(await paymentRow(books, part)).toMatchObject({ state: 'paid' });
    }
  });

  test('does not complete it when the sum goes past the amount', async () => {
    const order = await pending(books);
    for (const minor of [15_000, 6_000]) {
      expect((await post(books, paidFact(order, { amount: rub(minor) }))).kind).toBe('quarantined');
    }
    expect(await invoiceRow(books, order)).toMatchObject({ state: 'pending' });
  });

  test('two last parts at once complete it once', async () => {
    const order = await pending(books);
    await post(books, paidFact(order, { amount: rub(12_000) }));
    const last = [1, 2].map(() => paidFact(order, { amount: rub(8_000) }));
    const outcomes = await Promise.all(last.map((part) => post(books, part)));
    expect(outcomes.filter(({ kind }) => kind === 'fulfilled')).toHaveLength(1);
    expect(await balance(books.sql, order.userId)).toBe(100);
  });
});
