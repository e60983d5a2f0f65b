import { asWorkflow, atOnce, balance, checkBooks, NOON, openBooks } from './support/books';
import type { Books } from './support/books';
import { templatesOf } from './support/orders';
import { live, standing, subscribedByTopup, type Owner } from './support/subscriptions';

let books: Books;

beforeAll(async () => {
  books = await openBooks();
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

const LATER = '2026-09-01T12:00:00.000Z';

/** Somebody whose subscription ended, with a hundred tokens in the wallet. */
async function lapsed(): Promise<Owner> {
  const owner = await subscribedByTopup(books);
  await books.sql`update subscriptions set driver = 'none', auto_renew = false
    where id = ${owner.subscriptionId}`;
  await live(books, owner, LATER);
  expect(await standing(books, owner)).toMatchObject({ state: 'expired' });
  expect(await balance(books.sql, owner.userId)).toBe(100);
  return owner;
}

const quoted = (userId: number, slug = 'topup-main') =>
  books.quote({ userId, slug, purpose: 'renewal', asOf: LATER });

const start = (userId: number, quoteId: string) =>
  asWorkflow(`free:${quoteId}`, () =>
    books.act.completeFreeOrder({ quoteId, userId, asOf: LATER }),
  );

test('a lapsed owner starts anew from the balance: fee, period 0 and the wallet as driver', async () => {
  const { userId, subscriptionId: old } = await lapsed();
  const quoteId = await quoted(userId);
  const outcome = await start(userId, quoteId);
  expect(outcome).toMatchObject({ kind: 'fulfilled', subscription: { change: 'started' } });
  const begun = { userId, subscriptionId: quoteId };
  expect(quoteId).not.toBe(old);
  expect(await standing(books, begun)).toMatchObject({
    state: 'active',
    driver: 'wallet',
    autoRenew: true,
    periodStart: LATER,
    periodEnd: '2026-10-01T12:00:00.000Z',
  });
  expect(await balance(books.sql, userId)).toBe(0);
  expect(await templatesOf(books, userId)).toContain('sub.renewed');
});

test('a start from the balance happens once, whoever repeats it', async () => {
  const { userId } = await lapsed();
  const quoteId = await quoted(userId);
  const outcomes = await atOnce(4, () => start(userId, quoteId));
  for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0]);
  expect(await balance(books.sql, userId)).toBe(0);
});

test('of two quotes at once one starts, and the other finds a subscription', async () => {
  const { userId } = await lapsed();
  const quotes = [await quoted(userId), await quoted(userId)];
  const outcomes = await Promise.all(quotes.map((quoteId) => start(userId, quoteId)));
  expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['fulfilled', 'refused']);
  expect(outcomes).toContainEqual({ kind: 'refused', reason: 'already_subscribed' });
});

test('too little is refused, and nothing is taken', async () => {
  const { userId } = await lapsed();
  const quoteId = await quoted(userId, 'access-30');
  expect(await start(userId, quoteId)).toEqual({
    kind: 'refused',
    reason: 'insufficient_balance',
  });
  expect(await balance(books.sql, userId)).toBe(100);
});

test('a plan in roubles is paid by its price at the rate of top-ups', async () => {
  const { userId } = await lapsed();
  const quoteId = await quoted(userId, 'access-30');
  const [quote] = await books.sql`select fee_utok::float8 as fee, pay_amount_minor::int as pay
    from quotes where id = ${quoteId}`;
  expect(quote).toEqual({ fee: 199_000_000, pay: 0 });
});

test('a plan that sells tokens has no price from the balance', async () => {
  const userId = await books.newUser();
  await expect(quoted(userId, 'premium')).rejects.toThrow('not_renewable');
  await expect(quoted(userId, 'basic')).rejects.toThrow('not_renewable');
});

test('an expired quote starts nothing', async () => {
  const { userId } = await lapsed();
  const quoteId = await books.quote({ userId, purpose: 'renewal', asOf: NOON });
  expect(await start(userId, quoteId)).toEqual({ kind: 'refused', reason: 'quote_expired' });
});
