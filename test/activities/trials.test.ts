import { createQuote } from '../../src/records/quotes';
import type { BillingSettings } from '../../src/domain/billing/settings';
import { newTrial, newTrialCode, tariffIdOf, type TrialWish } from '../support/trials';
import {
  atOnce,
  balance,
  checkBooks,
  count,
  NOON,
  openBooks,
  SETTINGS,
  type Books,
} from './support/books';
import { auditOf, pending, templatesOf } from './support/orders';
import { paidFact, post, rub } from './support/payments';
import { completeTrial, quoteTrial, type Trial, type TrialOrder } from './support/trials';

let books: Books;
let made = 0;

beforeAll(async () => {
  books = await openBooks();
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

const trial = (wish: Partial<TrialWish> = {}) => {
  made += 1;
  return newTrial(books.sql, { slug: `trial-${made}`, ...wish });
};

const quoted = (given: Trial, userId: number, asOf?: string) =>
  quoteTrial(books, given, { userId, ...(asOf === undefined ? {} : { asOf }) });

const complete = (order: TrialOrder, settings?: Partial<BillingSettings>) =>
  completeTrial(books, order, settings);

async function taken(given: Trial, userId: number, settings: Partial<BillingSettings> = {}) {
  const outcome = await complete({ quoteId: await quoted(given, userId), userId }, settings);
  if (outcome.kind !== 'fulfilled' || !outcome.subscription) throw new Error('no trial was given');
  return { ...outcome, ...outcome.subscription };
}

async function subscriptionOf(userId: number) {
  const [row] = await books.sql`
    select id, state, period_n::int as n, period_end as "until" from subscriptions
    where user_id = ${userId} order by recorded_at desc limit 1`;
  return row ?? {};
}

test('completeFreeOrder gives tokens that end with the trial, a period, a grant and one message', async () => {
  const userId = await books.newUser();
  const given = await trial();
  const outcome = await taken(given, userId);
  expect(outcome).toMatchObject({ kind: 'fulfilled', hasExpiringLots: true, change: 'started' });
  const until = new Date('2026-03-17T12:00:00.000Z');
  expect(await balance(books.sql, userId)).toBe(30);
  expect(await subscriptionOf(userId)).toMatchObject({ state: 'trialing', n: 0, until });
  const [lot] = await books.sql`
    select origin, paid, expires_at as until from lots l join accounts a on a.id = l.account_id
    where a.user_id = ${userId}`;
  expect(lot).toEqual({ origin: 'trial', paid: false, until });
  const [period] =
    await books.sql`select paid_by from subscription_periods where subscription_id = ${outcome.subscriptionId}`;
  expect(period?.['paid_by']).toBe('trial');
  const [use] = await books.sql`select state, invoice_id from promo_uses where user_id = ${userId}`;
  expect(use).toEqual({ state: 'confirmed', invoice_id: null });
  expect(await templatesOf(books, userId)).toEqual(['trial.started']);
  const tariffId = await tariffIdOf(books.sql, given.code.toLowerCase());
  expect(await auditOf(books, `${userId}:${tariffId}`)).toEqual(['trial.activated']);
});

test('completeFreeOrder does it once and gives every repeat the same answer', async () => {
  const userId = await books.newUser();
  const quoteId = await quoted(await trial(), userId);
  const answers = await atOnce(6, () => complete({ quoteId, userId }));
  for (const answer of answers)
    expect(answer).toMatchObject({ kind: 'fulfilled', hasExpiringLots: true });
  const ids = answers.map((one) =>
    one.kind === 'fulfilled' ? one.subscription?.subscriptionId : '',
  );
  expect(new Set(ids).size).toBe(1);
  expect(await balance(books.sql, userId)).toBe(30);
  expect(await templatesOf(books, userId)).toEqual(['trial.started']);
});

test('of two quotes of one trial, confirmed at once, one is given and the other answered as used', async () => {
  const userId = await books.newUser();
  const given = await trial();
  await books.sql`update promo_campaigns set per_user = 5 where name = ${given.code}`;
  const quotes = [await quoted(given, userId), await quoted(given, userId)];
  const answers = await Promise.all(quotes.map((quoteId) => complete({ quoteId, userId })));
  expect(answers.map(({ kind }) => kind).sort()).toEqual(['fulfilled', 'refused']);
  expect(answers).toContainEqual({ kind: 'refused', reason: 'trial_used' });
  expect(await balance(books.sql, userId)).toBe(30);
});

test.each([
  [[1, 'month'], '2026-04-10T12:00:00.000Z'],
  [[3, 'day'], '2026-03-13T12:00:00.000Z'],
  [[5, 'hour'], '2026-03-10T17:00:00.000Z'],
] as const)('T-D2 a trial of %s honours its unit', async (period, until) => {
  const userId = await books.newUser();
  await taken(await trial({ period }), userId);
  expect(await subscriptionOf(userId)).toMatchObject({ until: new Date(until) });
});

test('tokens of a trial outlive it by the grace of the setting, or stay where the version says so', async () => {
  const [first, second] = [await books.newUser(), await books.newUser()];
  await taken(await trial(), first, { trialTokenGraceDays: 2 });
  expect(await taken(await trial({ hasEnd: false }), second)).not.toHaveProperty('hasExpiringLots');
  const ends = await books.sql`
    select a.user_id::int as who, l.expires_at as until from lots l join accounts a on a.id = l.account_id
    where a.user_id in (${first}, ${second}) order by 1`;
  expect(ends.map(({ until }) => until as Date | null)).toEqual([
    new Date('2026-03-19T12:00:00.000Z'),
    null,
  ]);
});

test('a trial of access alone moves no tokens', async () => {
  const userId = await books.newUser();
  const quoteId = await quoted(await trial({ tokens: 0 }), userId);
  const first = await complete({ quoteId, userId });
  expect(first).not.toHaveProperty('hasExpiringLots');
  expect(await complete({ quoteId, userId })).toMatchObject({ kind: 'fulfilled' });
  expect(await balance(books.sql, userId)).toBe(0);
});

test('with a live subscription the trial is appended, and the subscription stays active', async () => {
  const order = await pending(books, { slug: 'access-30' });
  await post(books, paidFact(order, { amount: rub(19_900) }));
  const paid = await subscriptionOf(order.userId);
  const outcome = await taken(await trial(), order.userId);
  expect(outcome).toMatchObject({ subscriptionId: paid['id'], change: 'extended' });
  const until = new Date((paid['until'] as Date).getTime() + 7 * 86_400_000);
  expect(await subscriptionOf(order.userId)).toMatchObject({ state: 'active', n: 1, until });
});

test('a top-up during a trial only fills the wallet; a plan bought then begins at its end', async () => {
  const userId = await books.newUser();
  await taken(await trial(), userId);
  const topup = await pending(books, { userId, amountMinor: 20_000 });
  await post(books, paidFact(topup, { amount: rub(20_000) }));
  expect(await balance(books.sql, userId)).toBe(230);
  expect(await subscriptionOf(userId)).toMatchObject({ state: 'trialing', n: 0 });
  const plan = await pending(books, { userId, slug: 'access-30' });
  await post(books, paidFact(plan, { amount: rub(19_900) }));
  const until = new Date('2026-04-16T12:00:00.000Z');
  expect(await subscriptionOf(userId)).toMatchObject({ state: 'trialing', n: 1, until });
});

test('trials of different tariffs stack, unless the setting forbids it', async () => {
  const userId = await books.newUser();
  await taken(await trial(), userId);
  const [second, third] = [await trial(), await trial()];
  await taken(second, userId);
  expect(await subscriptionOf(userId)).toMatchObject({ state: 'trialing', n: 1 });
  const quoteId = await quoted(third, userId);
  expect(await complete({ quoteId, userId }, { trialStack: false })).toEqual({
    kind: 'refused',
    reason: 'trial_not_stacked',
  });
});

test('a setting keeps trials for those who never paid', async () => {
  const order = await pending(books);
  await post(books, paidFact(order));
  const { userId } = order;
  const quoteId = await quoted(await trial(), userId);
  expect(await complete({ quoteId, userId }, { trialRequiresNeverPaid: true })).toEqual({
    kind: 'refused',
    reason: 'trial_not_new',
  });
  expect(await complete({ quoteId, userId })).toMatchObject({ kind: 'fulfilled' });
});

describe('completeFreeOrder refuses, and writes nothing,', () => {
  async function expectRefused(
    reason: string,
    order: { quoteId: string; userId: number; asOf?: string },
  ): Promise<void> {
    const before = await count(books.sql, 'transfers');
    expect(await complete(order)).toEqual({ kind: 'refused', reason });
    expect(await count(books.sql, 'transfers')).toBe(before);
    const [row] = await books.sql`select consumed_by from quotes where id = ${order.quoteId}`;
    expect(row?.['consumed_by'] ?? null).toBeNull();
  }

  test('somebody else’s quote and one that does not exist', async () => {
    const [owner, stranger] = [await books.newUser(), await books.newUser()];
    const quoteId = await quoted(await trial(), owner);
    await expectRefused('quote_unknown', { quoteId, userId: stranger });
    const nothing = '0195f000-0000-7000-8000-0000000000ff';
    await expectRefused('quote_unknown', { quoteId: nothing, userId: owner });
  });

  test('a quote that has a price', async () => {
    const userId = await books.newUser();
    const quoteId = await books.quote({ userId, slug: 'basic' });
    await expectRefused('not_free', { quoteId, userId });
  });

  test('a quote that no longer holds', async () => {
    const userId = await books.newUser();
    const quoteId = await quoted(await trial(), userId);
    await expectRefused('quote_expired', { quoteId, userId, asOf: '2026-03-14T12:00:00.000Z' });
  });

  test('T-D2 a trial that was switched off meanwhile', async () => {
    const userId = await books.newUser();
    const given = await trial();
    const quoteId = await quoted(given, userId);
    await books.sql`update tariffs set is_active = false where slug = ${given.code.toLowerCase()}`;
    await expectRefused('quote_expired', { quoteId, userId });
  });

  test.each([
    ['user_blocked', 'is_blocked = true'],
    ['money_frozen', `money_frozen_by = '0195f000-0000-7000-8000-0000000000ff'`],
  ])('for a person who may not move money: %s', async (reason, change) => {
    const userId = await books.newUser();
    const quoteId = await quoted(await trial(), userId);
    await books.sql.unsafe(`update users set ${change} where id = ${userId}`);
    await expectRefused(reason, { quoteId, userId });
    await books.sql`update users set money_frozen_by = null where id = ${userId}`;
  });

  test('a code whose last slot somebody else took', async () => {
    const [first, second] = [await books.newUser(), await books.newUser()];
    const given = await trial();
    await books.sql`update promo_campaigns set budget = 1 where name = ${given.code}`;
    const quoteId = await quoted(given, second);
    await taken(given, first);
    await expectRefused('promo_exhausted', { quoteId, userId: second });
  });
});

describe('a trial is not quoted', () => {
  const ask = (wish: { userId: number; slug: string; promo?: string; purpose?: 'trial' }) =>
    tariffVersionOf(wish.slug).then((tariffVersionId) =>
      createQuote(books.db, SETTINGS, {
        ...{ userId: wish.userId, tariffVersionId, currency: 'RUB', asOf: new Date(NOON) },
        ...(wish.purpose ? { purpose: wish.purpose } : {}),
        ...(wish.promo === undefined ? {} : { promo: wish.promo }),
      }),
    );

  async function tariffVersionOf(slug: string): Promise<string> {
    const [row] = await books.sql`
      select v.id from tariff_versions v join tariffs t on t.id = v.tariff_id where t.slug = ${slug}`;
    return String(row?.['id']);
  }

  test('T-D2 with a discount code, without any, or while it is off', async () => {
    const userId = await books.newUser();
    const given = await trial();
    const slug = given.code.toLowerCase();
    const discount = `OFF-${made}`;
    const tariffId = await tariffIdOf(books.sql, 'premium');
    await newTrialCode(books.sql, { code: discount, tariffId, kind: 'percent' });
    const wish = { userId, slug, purpose: 'trial' } as const;
    expect(await ask({ ...wish, promo: discount })).toMatchObject({ reason: 'promo_not_here' });
    expect(await ask(wish)).toMatchObject({ reason: 'promo_bad' });
    await books.sql`update tariffs set is_active = false where slug = ${slug}`;
    expect(await ask({ ...wish, promo: given.code })).toMatchObject({
      reason: 'tariff_unavailable',
    });
  });

  test('T-D2 and its code takes nothing off anything else', async () => {
    const userId = await books.newUser();
    const { code } = await trial();
    expect(await ask({ userId, slug: 'premium', promo: code })).toMatchObject({
      reason: 'promo_not_here',
    });
    expect(await ask({ userId, slug: 'premium', promo: code, purpose: 'trial' })).toMatchObject({
      reason: 'tariff_unavailable',
    });
  });
});
