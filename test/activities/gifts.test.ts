import { carriedCodeHash, giftCode } from '../../drizzle/carried-codes';
import { createReads } from '../../src/reads/reads';
import { createQuote } from '../../src/records/quotes';
import type { BillingSettings } from '../../src/domain/billing/settings';
import { TEST_SECRETS } from '../support/secrets';
import { newTrial } from '../support/trials';
import {
  after,
  asWorkflow,
  atOnce,
  balance,
  checkBooks,
  fakeProvider,
  NOON,
  openBooks,
  SETTINGS,
  versionOf,
  type Books,
} from './support/books';
import { auditOf, open, pending, publish, templatesOf } from './support/orders';
import { paidFact, post, rub } from './support/payments';

let books: Books;
beforeAll(async () => {
  books = await openBooks();
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

const PRICES: Record<string, number> = { premium: 49_900, basic: 9_900, 'access-30': 19_900 };

async function ordered(slug: string, currency = 'RUB') {
  const userId = await books.newUser();
  const quote = await createQuote(books.db, SETTINGS, {
    ...{ userId, tariffVersionId: await versionOf(books.sql, slug), currency },
    ...{ purpose: 'gift', asOf: new Date(NOON) },
  });
  if (quote.kind !== 'quoted') throw new Error(quote.reason);
  const order = { userId, invoiceId: quote.quoteId };
  const opened = await open(books, order);
  if (opened.kind !== 'opened') throw new Error(JSON.stringify(opened));
  await publish(books, order);
  return { ...order, no: opened.invoice.no };
}

/** A gift of a plan, paid an hour after `NOON` by somebody new. */
async function bought(slug = 'premium', amount = rub(PRICES[slug] ?? 0)) {
  const order = await ordered(slug, amount.currency);
  const outcome = await post(books, paidFact(order, { amount }));
  if (outcome.kind !== 'fulfilled') throw new Error(outcome.kind);
  return { giftId: order.invoiceId, buyerId: order.userId, outcome, order };
}

const step = <T>(giftId: string, work: () => Promise<T>) => asWorkflow(`gift:${giftId}`, work);

const claim = (giftId: string, userId: number, asOf = after(2)) =>
  step(giftId, () => books.act.claimGift({ giftId, userId, asOf }));

const giveBack = (
  giftId: string,
  settings: Partial<BillingSettings> = {},
  asOf = '2026-04-09T13:00:00.000Z',
) =>
  step(giftId, () =>
    books.activities({ settings: { ...SETTINGS, ...settings } }).returnGift({ giftId, asOf }),
  );

async function stateOf(giftId: string): Promise<string> {
  const [row] = await books.sql`select state from gifts where id = ${giftId}`;
  return String(row?.['state']);
}

async function subscriptionOf(userId: number) {
  const [row] = await books.sql`
    select s.id, s.state, s.period_n::int as n, s.period_end as "until", t.slug, p.paid_by as "paidBy"
    from subscriptions s join tariff_versions v on v.id = s.tariff_version_id
    join tariffs t on t.id = v.tariff_id
    join subscription_periods p on p.subscription_id = s.id and p.n = s.period_n
    where s.user_id = ${userId}`;
  return row ?? {};
}

describe('a paid gift', () => {
  test('waits outside of every wallet, and its buyer gets the way to its link', async () => {
    const { giftId, buyerId, outcome } = await bought();
    expect(outcome).toMatchObject({ giftId });
    expect(outcome).not.toHaveProperty('subscription');
    expect(await balance(books.sql, buyerId)).toBe(0);
    expect(await subscriptionOf(buyerId)).toEqual({});
    expect(await templatesOf(books, buyerId)).toEqual(['gift.ready']);
    const [row] = await books.sql`select * from gifts where id = ${giftId}`;
    expect(row).toMatchObject({ state: 'paid', recipient_id: null });
    expect(row?.['expires_at']).toEqual(new Date('2026-04-09T13:00:00.000Z'));
    const code = giftCode(TEST_SECRETS.apiKeyPepper, giftId);
    expect(code).toMatch(/^[\w-]{22}$/);
    expect(row?.['code_hash']).toEqual(carriedCodeHash(code));
    expect(JSON.stringify(row)).not.toContain(code);
    expect(await step(giftId, () => books.act.loadGift({ giftId }))).toEqual({
      state: 'paid',
      paidAt: after(1),
      expiresAt: '2026-04-09T13:00:00.000Z',
    });
    const { gifts } = createReads(books.db, TEST_SECRETS);
    expect(await gifts(buyerId)).toMatchObject([{ giftId }]);
    await books.sql`update users set visible_from = ${after(2)} where id = ${buyerId}`;
    expect(await gifts(buyerId)).toEqual([]);
  });

  test('is one, however often its payment is posted', async () => {
    const { order, giftId } = await bought();
    await atOnce(3, () => post(books, paidFact(order, { amount: rub(49_900) })));
    const rows = await books.sql`select id from gifts where invoice_id = ${giftId}`;
    expect(rows).toHaveLength(1);
  });

  test('is not quoted for money that goes into a wallet', async () => {
    const outcome = await createQuote(books.db, SETTINGS, {
      ...{ userId: await books.newUser(), currency: 'RUB', amountMinor: 20_000 },
      tariffVersionId: await versionOf(books.sql, 'topup-main'),
      ...{ purpose: 'gift', asOf: new Date(NOON) },
    });
    expect(outcome).toEqual({ kind: 'refused', reason: 'tariff_unavailable' });
  });
});

describe('claimGift', () => {
  test('gives tokens as a gift and starts the plan, once, and tells both', async () => {
    const { giftId, buyerId } = await bought();
    const userId = await books.newUser();
    const answers = await atOnce(4, () => claim(giftId, userId));
    for (const answer of answers)
      expect(answer).toMatchObject({ kind: 'claimed', subscription: { subscriptionId: giftId } });
    expect(await balance(books.sql, userId)).toBe(100);
    const [lot] = await books.sql`
      select l.origin, l.paid, l.invoice_id from lots l join accounts a on a.id = l.account_id
      where a.user_id = ${userId}`;
    expect(lot).toEqual({ origin: 'gift', paid: false, invoice_id: null });
    expect(await subscriptionOf(userId)).toMatchObject({
      ...{ state: 'active', n: 0, slug: 'premium', paidBy: 'gift' },
      until: new Date('2026-04-09T14:00:00.000Z'),
    });
    expect(await stateOf(giftId)).toBe('claimed');
    expect(await templatesOf(books, userId)).toEqual(['gift.received']);
    expect(await templatesOf(books, buyerId)).toEqual(['gift.ready', 'gift.claimed']);
    expect(await auditOf(books, giftId)).toContain('gift.claimed');
  });

  test('of two at once one has it and the other is told so', async () => {
    const { giftId } = await bought('basic');
    const people = [await books.newUser(), await books.newUser(), await books.newUser()];
    const answers = await Promise.all(people.map((userId) => claim(giftId, userId)));
    expect(answers.map(({ kind }) => kind).sort()).toEqual(['claimed', 'refused', 'refused']);
    expect(answers).toContainEqual({ kind: 'refused', reason: 'claimed' });
    const wallets = await Promise.all(people.map((userId) => balance(books.sql, userId)));
    expect(wallets.reduce((sum, tokens) => sum + tokens, 0)).toBe(20);
  });

  test('appends its days to a plan that runs and leaves that plan in force', async () => {
    const order = await pending(books, { slug: 'premium' });
    await post(books, paidFact(order, { amount: rub(49_900) }));
    const before = await subscriptionOf(order.userId);
    const { giftId } = await bought('access-30');
    const answer = await claim(giftId, order.userId);
    expect(answer).toMatchObject({ subscription: { subscriptionId: before['id'] } });
    expect(await claim(giftId, order.userId)).toEqual(answer);
    const until = new Date((before['until'] as Date).getTime() + 30 * 86_400_000);
    expect(await subscriptionOf(order.userId)).toMatchObject({ n: 0, slug: 'premium', until });
    const edits = await books.sql`
      select kind from timeline_edits where subscription_id = ${String(before['id'])}`;
    expect(edits).toEqual([{ kind: 'gift_days' }]);
  });

  test('comes behind a trial as a period of its own', async () => {
    const userId = await books.newUser();
    const { tariffVersionId, code } = await newTrial(books.sql, { slug: 'before-gift' });
    const quote = await createQuote(books.db, SETTINGS, {
      ...{ userId, tariffVersionId, currency: 'RUB', purpose: 'trial', promo: code },
      asOf: new Date(NOON),
    });
    if (quote.kind !== 'quoted') throw new Error(quote.reason);
    await asWorkflow(`free:${quote.quoteId}`, () =>
      books.act.completeFreeOrder({ quoteId: quote.quoteId, userId, asOf: NOON }),
    );
    const { giftId } = await bought('access-30');
    await claim(giftId, userId);
    expect(await subscriptionOf(userId)).toMatchObject({
      ...{ state: 'trialing', n: 1, paidBy: 'gift' },
      until: new Date('2026-04-16T12:00:00.000Z'),
    });
  });

  test.each([
    ['user_blocked', 'is_blocked = true'],
    ['money_frozen', `money_frozen_by = '0195f000-0000-7000-8000-0000000000ff'`],
  ])('refuses a person who may not move money: %s', async (reason, change) => {
    const { giftId } = await bought('basic');
    const userId = await books.newUser();
    await books.sql.unsafe(`update users set ${change} where id = ${userId}`);
    expect(await claim(giftId, userId)).toEqual({ kind: 'refused', reason });
    expect(await stateOf(giftId)).toBe('paid');
    await books.sql`update users set money_frozen_by = null where id = ${userId}`;
  });

  test('refuses while the payment behind it is disputed', async () => {
    const { giftId, buyerId } = await bought('basic');
    const userId = await books.newUser();
    const froze = `money_frozen_by = '0195f000-0000-7000-8000-0000000000ff'`;
    await books.sql.unsafe(`update users set ${froze} where id = ${buyerId}`);
    expect(await claim(giftId, userId)).toEqual({ kind: 'refused', reason: 'not_now' });
    await books.sql`update users set money_frozen_by = null where id = ${buyerId}`;
    expect(await claim(giftId, userId)).toMatchObject({ kind: 'claimed' });
  });

  test('refuses the buyer, a gift that went back and one that never was', async () => {
    const { giftId, buyerId } = await bought('basic');
    expect(await claim(giftId, buyerId)).toEqual({ kind: 'refused', reason: 'own' });
    await giveBack(giftId);
    const stranger = await books.newUser();
    expect(await claim(giftId, stranger)).toEqual({ kind: 'refused', reason: 'returned' });
    const nothing = '0195f000-0000-7000-8000-0000000000ff';
    expect(await claim(nothing, stranger)).toEqual({ kind: 'refused', reason: 'unknown' });
  });
});

describe('returnGift', () => {
  test('credits what was paid at the top-up rate, as a paid lot of its order, once', async () => {
    const { giftId, buyerId } = await bought('access-30');
    const answers = await atOnce(4, () => giveBack(giftId));
    for (const answer of answers) expect(answer).toEqual({ state: 'returned' });
    expect(await balance(books.sql, buyerId)).toBe(199);
    const [lot] = await books.sql`
      select l.paid, l.invoice_id, l.unit_price_minor_num::int as price
      from lots l join accounts a on a.id = l.account_id where a.user_id = ${buyerId}`;
    expect(lot).toEqual({ paid: true, invoice_id: giftId, price: 19_900 });
    expect(await templatesOf(books, buyerId)).toEqual(['gift.ready', 'gift.returned']);
  });

  test('names the payment where the money goes back the way it came', async () => {
    const { giftId } = await bought('premium');
    const answer = await giveBack(giftId, { giftReturn: 'refund' });
    const [payment] = await books.sql`select id from payments where invoice_id = ${giftId}`;
    expect(answer).toEqual({ state: 'returned', refundPaymentId: payment?.['id'] });
    expect(await giveBack(giftId, { giftReturn: 'refund' })).toEqual(answer);
  });

  test('leaves alone what was claimed', async () => {
    const { giftId, buyerId } = await bought('basic');
    await claim(giftId, await books.newUser());
    expect(await giveBack(giftId)).toEqual({ state: 'claimed' });
    expect(await balance(books.sql, buyerId)).toBe(0);
  });

  test('and a claim at once give one outcome', async () => {
    const { giftId, buyerId } = await bought('basic');
    const userId = await books.newUser();
    await Promise.all([giveBack(giftId), claim(giftId, userId)]);
    const isClaimed = (await stateOf(giftId)) === 'claimed';
    expect(await balance(books.sql, userId)).toBe(isClaimed ? 20 : 0);
    expect(await balance(books.sql, buyerId)).toBe(isClaimed ? 0 : 99);
  });

  test('asks operators where access was paid in a currency without a rate', async () => {
    const stars = { minor: 150, currency: 'XTR', exponent: 0 };
    const { giftId, buyerId } = await bought('access-30', stars);
    await giveBack(giftId);
    expect(await balance(books.sql, buyerId)).toBe(0);
    const items = await books.sql`select kind from open_items where invoice_id = ${giftId}`;
    expect(items).toEqual([{ kind: 'refund_stuck' }]);
  });
});

test('remindGift reminds once for each distance, and nobody of a gift that found its owner', async () => {
  const { giftId, buyerId } = await bought('basic');
  const remind = (daysLeft: number) =>
    step(giftId, () => books.act.remindGift({ giftId, daysLeft, asOf: after(24) }));
  await atOnce(3, () => remind(7));
  await remind(1);
  await claim(giftId, await books.newUser());
  await remind(0);
  expect((await templatesOf(books, buyerId)).filter((one) => one === 'gift.reminder')).toHaveLength(
    2,
  );
});

test('a gift that may be claimed at any moment is not refunded; once it came back it is, like any tokens', async () => {
  const { giftId } = await bought('access-30');
  const [payment] = await books.sql`select id from payments where invoice_id = ${giftId}`;
  const paymentId = String(payment?.['id']);
  const act = books.activities({ providers: new Map([['mock', fakeProvider()]]) });
  const preview = () =>
    asWorkflow(`refund:${paymentId}:1`, () =>
      act.previewRefund({
        ...{ paymentId, origin: 'operator', policy: 'unspent_only', asOf: after(3) },
        ...{ requestedBy: { kind: 'operator', id: '1' }, reason: 'the customer asked' },
      }),
    );
  expect(await preview()).toMatchObject({ kind: 'refused', reason: 'nothing_unspent' });
  await giveBack(giftId);
  expect(await preview()).toMatchObject({ kind: 'proposed', plan: { refundMinor: 19_900 } });
});
