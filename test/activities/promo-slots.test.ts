import { addCode, newCode, slotsOf } from '../support/campaigns';
import {
  after,
  asWorkflow,
  atOnce,
  balance,
  checkBooks,
  count,
  openBooks,
  type Books,
} from './support/books';
import { auditOf, close, invoiceRow, open, pending, wish } from './support/orders';
import { openItemsOf, paidFact, post, rub, transfersOf, workflowOf } from './support/payments';

let books: Books;

beforeAll(async () => {
  books = await openBooks();
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

const slots = (code: string) => slotsOf(books.sql, code);

async function codeAudit(code: string): Promise<string[]> {
  const [row] = await books.sql`select id from promo_codes where code = ${code}`;
  return auditOf(books, String(row?.['id']));
}

describe('a slot', () => {
  test('is reserved with the order, once, however often it is opened', async () => {
    await newCode(books.sql, { code: 'ONCE', budget: 5 });
    const order = await wish(books, { promo: 'once' });
    await atOnce(5, () => open(books, order));
    expect((await open(books, order)).kind).toBe('opened');
    expect(await slots('ONCE')).toEqual({ reserved: 1, used: 0, confirmed: 0, live: 1 });
    expect(await codeAudit('ONCE')).toEqual(['promo.reserved']);
  });

  test('is confirmed with the payment, once, however often it is posted', async () => {
    await newCode(books.sql, { code: 'PAID', budget: 5 });
    const order = await pending(books, { promo: 'PAID' });
    const fact = paidFact(order, { amount: rub(18_000) });
    await atOnce(3, () => post(books, fact));
    expect(await slots('PAID')).toEqual({ reserved: 0, used: 1, confirmed: 1, live: 1 });
    expect(await codeAudit('PAID')).toEqual(['promo.reserved', 'promo.confirmed']);
  });

  test.each(['cancelled', 'expired'] as const)(
    'T-D3 is returned when the order is %s, once',
    async (state) => {
      const code = `BACK-${state.toUpperCase()}`;
      await newCode(books.sql, { code, budget: 1 });
      const order = await pending(books, { promo: code });
      await atOnce(3, () => close(books, order, state));
      expect(await slots(code)).toEqual({ reserved: 0, used: 0, confirmed: 0, live: 0 });
      expect(await codeAudit(code)).toEqual(['promo.reserved', 'promo.returned']);
      expect((await pending(books, { promo: code })).no).toBeGreaterThan(0);
    },
  );

  test('that is gone refuses the order and leaves nothing of it but the audit', async () => {
    await newCode(books.sql, { code: 'LAST', budget: 1 });
    const [first, second] = [
      await wish(books, { promo: 'LAST' }),
      await wish(books, { promo: 'LAST' }),
    ];
    await open(books, first);
    const before = await count(books.sql, 'invoices');
    expect(await open(books, second)).toEqual({ kind: 'refused', reason: 'promo_exhausted' });
    expect(await count(books.sql, 'invoices')).toBe(before);
    const [quote] = await books.sql`select consumed_by from quotes where id = ${second.invoiceId}`;
    expect(quote).toEqual({ consumed_by: null });
    expect(await codeAudit('LAST')).toEqual(['promo.reserved', 'promo.rejected']);
    await close(books, first);
    expect((await open(books, second)).kind).toBe('opened');
  });

  test('of a person is counted over all codes of the campaign (PR-7)', async () => {
    const campaign = await newCode(books.sql, { code: 'ONE-A' });
    await addCode(books.sql, campaign, { code: 'ONE-B' });
    const userId = await books.newUser();
    const a = await wish(books, { userId, promo: 'ONE-A' });
    const b = await wish(books, { userId, promo: 'ONE-B', amountMinor: 30_000 });
    await open(books, a);
    expect(await open(books, b)).toEqual({ kind: 'refused', reason: 'promo_used' });
  });

  test('that a person got back first is given out again before a new one', async () => {
    await newCode(books.sql, { code: 'TWICE', perUser: 2 });
    const userId = await books.newUser();
    const first = await pending(books, { userId, promo: 'TWICE' });
    await pending(books, { userId, promo: 'TWICE', amountMinor: 30_000 });
    await close(books, first);
    const third = await wish(books, { userId, promo: 'TWICE', amountMinor: 40_000 });
    expect((await open(books, third)).kind).toBe('opened');
    const rows = await books.sql`
      select slot from promo_uses where user_id = ${userId} and state <> 'returned' order by slot`;
    expect(rows.map((row) => row['slot'])).toEqual([1, 2]);
  });

  test.each([
    ['SWITCHED', "update promo_codes set is_active = false where code = 'SWITCHED'"],
    ['STOPPED', "update promo_campaigns set is_active = false where name = 'STOPPED'"],
    [
      'ENDED',
      "update promo_campaigns set valid_until = '2026-03-10T11:00:00Z' where name = 'ENDED'",
    ],
  ])('of a code that was %s between quote and order is not given', async (code, change) => {
    await newCode(books.sql, { code });
    const order = await wish(books, { promo: code });
    await books.sql.unsafe(change);
    expect(await open(books, order)).toEqual({ kind: 'refused', reason: 'promo_bad' });
  });

  test('that an open order holds survives the end of its code', async () => {
    await newCode(books.sql, { code: 'HELD' });
    const order = await pending(books, { promo: 'HELD' });
    await books.sql`update promo_codes set is_active = false where code = 'HELD'`;
    const outcome = await post(books, paidFact(order, { amount: rub(18_000) }));
    expect(outcome).toMatchObject({ kind: 'fulfilled', as: 'order' });
    expect(await slots('HELD')).toMatchObject({ used: 1, confirmed: 1 });
  });
});

describe('money that comes late for an order with a code (PR-9)', () => {
  async function closedOrder(code: string) {
    await newCode(books.sql, { code, budget: 1 });
    const order = await pending(books, { promo: code });
    await close(books, order, 'expired');
    return { order, fact: paidFact(order, { amount: rub(18_000) }) };
  }

  test('takes the slot again and is honoured', async () => {
    const { order, fact } = await closedOrder('LATE');
    expect(await post(books, fact, { asOf: after(30) })).toMatchObject({ as: 'order' });
    expect(await slots('LATE')).toMatchObject({ reserved: 0, used: 1 });
    expect(await transfersOf(books, order.invoiceId)).toContain('topup');
    expect(await balance(books.sql, order.userId)).toBe(100);
  });

  test('becomes credit of what was paid when somebody else has the slot', async () => {
    const { order, fact } = await closedOrder('GONE');
    await pending(books, { promo: 'GONE' });
    expect(await post(books, fact, { asOf: after(30) })).toMatchObject({ as: 'wallet_credit' });
    expect(await balance(books.sql, order.userId)).toBe(180);
    expect(await slots('GONE')).toEqual({ reserved: 1, used: 0, confirmed: 0, live: 1 });
    expect(await openItemsOf(books, fact)).toEqual(['late_credit']);
  });

  test('becomes credit when the person has used the code elsewhere meanwhile', async () => {
    await newCode(books.sql, { code: 'MINE' });
    const order = await pending(books, { promo: 'MINE' });
    await close(books, order);
    await pending(books, { userId: order.userId, promo: 'MINE', amountMinor: 30_000 });
    const fact = paidFact(order, { amount: rub(18_000) });
    expect(await post(books, fact, { asOf: after(2) })).toMatchObject({ as: 'wallet_credit' });
  });

  test('cannot complete the order by an operator while the code has no slot for it', async () => {
    await newCode(books.sql, { code: 'HAND', budget: 1 });
    const order = await pending(books, { promo: 'HAND' });
    await close(books, order);
    const rival = await pending(books, { promo: 'HAND' });
    const fact = paidFact(order, { amount: rub(9_000) });
    await post(books, fact);
    const complete = () =>
      asWorkflow(workflowOf(fact), () =>
        books.act.completeQuarantined({
          ...{ provider: 'mock', providerPaymentId: fact.providerPaymentId, fact },
          openItemKey: `${workflowOf(fact)}:underpaid`,
          ...{ operatorId: 'anna', reason: 'the customer called us', asOf: after(5) },
        }),
      );
    expect(await complete()).toMatchObject({ kind: 'refused' });
    expect(await invoiceRow(books, order)).toMatchObject({ state: 'cancelled' });
    await close(books, rival);
    expect(await complete()).toMatchObject({ kind: 'done' });
    expect(await slots('HAND')).toEqual({ reserved: 0, used: 1, confirmed: 1, live: 1 });
  });
});

describe('what a code gives (T-D6)', () => {
  test('T-D6 a tenth off 200 takes 180 and gives 200 tokens', async () => {
    await newCode(books.sql, { code: 'TENTH' });
    const order = await pending(books, { promo: 'TENTH' });
    await post(books, paidFact(order, { amount: rub(18_000) }));
    const [row] = await books.sql`
      select sum(e.amount)::int as minor from entries e
      join accounts a on a.id = e.account_id join transfers t on t.id = e.transfer_id
      where t.invoice_id = ${order.invoiceId} and a.code = 'sys:deferred:RUB'`;
    expect(row).toEqual({ minor: 18_000 });
    const [lot] = await books.sql`
      select original_utok::int as utok, unit_price_minor_num::int as num, unit_price_minor_den::int as den
      from lots where invoice_id = ${order.invoiceId}`;
    expect(lot?.['utok']).toBe(200_000_000);
    expect((Number(lot?.['num']) * 200_000_000) / Number(lot?.['den'])).toBe(18_000);
  });

  test('T-D6 a bonus of 50 is a lot of its own, burnt before what was bought', async () => {
    await newCode(books.sql, { code: 'FIFTY', kind: 'bonus_tokens', value: 50_000_000 });
    const order = await pending(books, { promo: 'FIFTY' });
    await post(books, paidFact(order, { amount: rub(20_000) }));
    const lots = await books.sql`
      select origin, paid, original_utok::int as utok from lots
      where invoice_id = ${order.invoiceId} order by priority`;
    expect(lots).toEqual([
      { origin: 'promo', paid: false, utok: 50_000_000 },
      { origin: 'topup', paid: true, utok: 200_000_000 },
    ]);
    expect(await transfersOf(books, order.invoiceId)).toEqual([
      ...['topup', 'promo_bonus', 'subscription_fee'],
    ]);
    expect(await balance(books.sql, order.userId)).toBe(150);
  });

  test('bonus days make the period longer by that many days', async () => {
    await newCode(books.sql, { code: 'WEEK', kind: 'bonus_days', value: 7 });
    const order = await pending(books, { slug: 'access-30', promo: 'WEEK' });
    await post(books, paidFact(order, { amount: rub(19_900) }), { asOf: after(0) });
    const [row] = await books.sql`
      select period_end from subscriptions where user_id = ${order.userId}`;
    expect(row).toEqual({ period_end: new Date('2026-04-16T12:00:00.000Z') });
  });
});
