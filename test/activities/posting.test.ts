import { tokens } from '../../src/domain/tokens';
import { after, atOnce, balance, checkBooks, openBooks, type Books } from './support/books';
import { auditOf, invoiceRow, pending, templatesOf } from './support/orders';
import { paidFact, paymentRow, post, rub, transfersOf } from './support/payments';
import { spend, transfer } from './support/transfers';

let books: Books;

beforeAll(async () => {
  books = await openBooks();
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

async function periodOf(userId: number): Promise<Record<string, unknown> | undefined> {
  const [row] = await books.sql`
    select state, period_n::int as n, period_start as "from", period_end as "to", access
    from subscriptions where user_id = ${userId}`;
  return row;
}

describe('a payment that matches', () => {
  test('credits the tokens, takes the fee as a transfer of its own and starts the period', async () => {
    const order = await pending(books);
    const fact = paidFact(order);
    expect(await post(books, fact)).toMatchObject({
      kind: 'fulfilled',
      as: 'order',
      isLate: false,
      invoiceId: order.invoiceId,
      subscription: { change: 'started' },
    });
    expect(await balance(books.sql, order.userId)).toBe(100);
    expect(await transfersOf(books, order.invoiceId)).toEqual(['topup', 'subscription_fee']);
    expect(await periodOf(order.userId)).toEqual({
      state: 'active',
      n: 0,
      from: new Date(after(1)),
      to: new Date('2026-04-10T13:00:00Z'),
      access: 'full',
    });
    expect(await invoiceRow(books, order)).toMatchObject({
      state: 'paid',
      fulfilledAs: 'order',
      paidAt: new Date(after(1)),
    });
    expect(await paymentRow(books, fact)).toMatchObject({
      state: 'paid',
      rank: 40,
      evidence: 'asked',
    });
    expect(await templatesOf(books, order.userId)).toEqual(['pay.ok.activated']);
    expect(await auditOf(books, order.invoiceId)).toEqual(['invoice.created', 'invoice.paid']);
  });

  test('is booked once, one after another and ten at once, and tells every repeat the same', async () => {
    const order = await pending(books);
    const fact = paidFact(order);
    const outcomes = await atOnce(10, () => post(books, fact));
    outcomes.push(await post(books, fact));
    for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0]);
    expect(await balance(books.sql, order.userId)).toBe(100);
    expect(await templatesOf(books, order.userId)).toEqual(['pay.ok.activated']);
  });

  test('of an active person adds everything and takes no second fee', async () => {
    const order = await pending(books);
    await post(books, paidFact(order));
    const second = await pending(books, { userId: order.userId, amountMinor: 30_000 });
    await post(books, paidFact(second, { amount: rub(30_000) }));
    expect(await balance(books.sql, order.userId)).toBe(400);
    expect(await transfersOf(books, second.invoiceId)).toEqual(['topup']);
    expect(await templatesOf(books, order.userId)).toEqual(['pay.ok.activated', 'pay.ok.topup']);
  });

  test('two first payments of one person at once start one period', async () => {
    const first = await pending(books);
    const second = await pending(books, { userId: first.userId, amountMinor: 30_000 });
    await Promise.all([
      post(books, paidFact(first)),
      post(books, paidFact(second, { amount: rub(30_000) })),
    ]);
    expect(await balance(books.sql, first.userId)).toBe(400);
    expect((await periodOf(first.userId))?.['n']).toBe(0);
  });

  test('with too little for the fee keeps it all and says what is missing (TP-3)', async () => {
    const order = await pending(books);
    await transfer(books, spend(order.userId, 150, { lowestUtok: tokens(-150) }));
    await post(books, paidFact(order));
    expect(await balance(books.sql, order.userId)).toBe(50);
    expect(await periodOf(order.userId)).toBeUndefined();
    expect(await templatesOf(books, order.userId)).toEqual(['pay.ok.fee_missing']);
  });

  const products: readonly [
    slug: string,
    paid: number,
    tokens: number,
    kinds: string[],
    n: number | undefined,
  ][] = [
    ['basic', 9_900, 20, ['pack'], undefined],
    ['premium', 49_900, 100, ['sale'], 0],
    ['access-30', 19_900, 0, ['sale'], 0],
  ];

  test.each(products)('of %s gives what was sold', async (slug, paid, tokens, kinds, n) => {
    const order = await pending(books, { slug });
    await post(books, paidFact(order, { amount: rub(paid) }));
    expect(await balance(books.sql, order.userId)).toBe(tokens);
    expect(await transfersOf(books, order.invoiceId)).toEqual(kinds);
    expect((await periodOf(order.userId))?.['n']).toBe(n);
    expect(await templatesOf(books, order.userId)).toEqual(['pay.ok.order']);
  });

  test('of a second access extends exactly at the end of the first', async () => {
    const first = await pending(books, { slug: 'access-30' });
    await post(books, paidFact(first, { amount: rub(19_900) }));
    const second = await pending(books, { slug: 'access-30', userId: first.userId });
    const outcome = await post(books, paidFact(second, { amount: rub(19_900) }), {
      asOf: after(48),
    });
    expect(outcome).toMatchObject({ subscription: { change: 'extended' } });
    expect(await periodOf(first.userId)).toMatchObject({
      n: 1,
      to: new Date(Date.parse(after(1)) + 60 * 24 * 3_600_000),
    });
  });
});
