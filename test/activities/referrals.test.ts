import { referralCode } from '../../drizzle/carried-codes';
import { createRecords } from '../../src/records/records';
import { createReads } from '../../src/reads/reads';
import { TEST_SECRETS } from '../support/secrets';
import {
  after,
  asWorkflow,
  atOnce,
  balance,
  checkBooks,
  NOON,
  openBooks,
  SETTINGS,
  type Books,
} from './support/books';
import { auditOf, pending, templatesOf } from './support/orders';
import { paidFact, post, rub } from './support/payments';

let books: Books;

beforeAll(async () => {
  books = await openBooks();
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

const codeOf = (userId: number) => referralCode(TEST_SECRETS.apiKeyPepper, userId);

const bringIn = (userId: number, code: string) =>
  createRecords(books.db, { settings: SETTINGS, secrets: TEST_SECRETS }).bringIn({ userId, code });

async function invited() {
  const [referrerId, refereeId] = [await books.newUser(), await books.newUser()];
  expect(await bringIn(refereeId, codeOf(referrerId))).toBe(true);
  return { referrerId, refereeId };
}

/** A person who was brought and has paid 200 roubles an hour after `NOON`. */
async function earned(amountMinor = 20_000) {
  const people = await invited();
  const order = await pending(books, { userId: people.refereeId, amountMinor });
  const outcome = await post(books, paidFact(order, { amount: rub(amountMinor) }));
  const [payment] = await books.sql`select id from payments where invoice_id = ${order.invoiceId}`;
  return { ...people, order, outcome, paymentId: String(payment?.['id']) };
}

const DUE = '2026-03-24T13:00:00.000Z';

const pay = (refereeId: number, asOf = DUE) =>
  asWorkflow(`referral:${refereeId}`, () => books.act.payReferral({ refereeId, asOf }));

async function referralOf(refereeId: number) {
  const [row] = await books.sql`
    select state, reward_utok::float8 / 1000000 as reward, pay_at as "payAt", reason
    from referrals where referee_id = ${refereeId}`;
  return row;
}

describe('bringIn', () => {
  test('notes who brought a newcomer, once', async () => {
    const { referrerId, refereeId } = await invited();
    expect(await bringIn(refereeId, codeOf(referrerId))).toBe(false);
    expect(await bringIn(refereeId, codeOf(await books.newUser()))).toBe(false);
    const [row] =
      await books.sql`select referred_by::int as who from users where id = ${refereeId}`;
    expect(row?.['who']).toBe(referrerId);
    expect(await referralOf(refereeId)).toMatchObject({ state: 'joined' });
  });

  test('never by oneself, by nobody, by a blocked person, or after an order', async () => {
    const userId = await books.newUser();
    expect(await bringIn(userId, codeOf(userId))).toBe(false);
    expect(await bringIn(userId, codeOf(4_000_000_001))).toBe(false);
    expect(await bringIn(userId, `' or 1=1`)).toBe(false);
    expect(await bringIn(userId, codeOf(await books.newUser({ isBlocked: true })))).toBe(false);
    const { userId: buyer } = await pending(books);
    expect(await bringIn(buyer, codeOf(userId))).toBe(false);
  });
});

describe('the first payment of somebody who was brought', () => {
  test('puts a tenth of it on hold for two weeks, and says so', async () => {
    const { referrerId, refereeId, outcome } = await earned();
    expect(outcome).toMatchObject({ kind: 'fulfilled', rewardedRefereeId: refereeId });
    expect(await referralOf(refereeId)).toEqual({
      ...{ state: 'held', reward: 20, reason: null },
      payAt: new Date(DUE),
    });
    expect(await balance(books.sql, referrerId)).toBe(0);
    expect(await templatesOf(books, referrerId)).toEqual(['referral.held']);
    const view = await createReads(books.db, TEST_SECRETS).invitations(referrerId);
    expect(view).toEqual({
      ...{ code: codeOf(referrerId), joined: 1 },
      ...{ heldUtok: 20_000_000, earnedUtok: 0 },
    });
  });

  test('counts once: the second earns nothing, and neither does a repeat', async () => {
    const { refereeId, order, referrerId } = await earned();
    await atOnce(3, () => post(books, paidFact(order)));
    const second = await pending(books, { userId: refereeId, amountMinor: 90_000 });
    const outcome = await post(books, paidFact(second, { amount: rub(90_000) }));
    expect(outcome).not.toHaveProperty('rewardedRefereeId');
    expect(await referralOf(refereeId)).toMatchObject({ reward: 20 });
    expect(await templatesOf(books, referrerId)).toEqual(['referral.held']);
  });

  test('below the minimum leaves the reward to a later one', async () => {
    const people = await invited();
    const small = await pending(books, { userId: people.refereeId, slug: 'basic' });
    await post(books, paidFact(small, { amount: rub(9_900) }));
    expect(await referralOf(people.refereeId)).toMatchObject({ state: 'joined' });
    const large = await pending(books, { userId: people.refereeId, slug: 'premium' });
    await post(books, paidFact(large, { amount: rub(49_900) }));
    expect(await referralOf(people.refereeId)).toMatchObject({ state: 'held', reward: 49.9 });
  });

  test('of somebody who came by themselves earns nobody anything', async () => {
    const order = await pending(books);
    expect(await post(books, paidFact(order))).not.toHaveProperty('rewardedRefereeId');
  });
});

describe('payReferral', () => {
  test('waits for its day, then pays once and tells both', async () => {
    const { referrerId, refereeId } = await earned();
    expect(await pay(refereeId, NOON)).toEqual({ kind: 'wait', until: DUE });
    const answers = await atOnce(4, () => pay(refereeId));
    for (const answer of answers) expect(answer).toEqual({ kind: 'paid' });
    expect(await balance(books.sql, referrerId)).toBe(20);
    const [lot] = await books.sql`
      select origin, paid from lots l join accounts a on a.id = l.account_id
      where a.user_id = ${referrerId}`;
    expect(lot).toEqual({ origin: 'grant', paid: false });
    expect(await templatesOf(books, referrerId)).toEqual(['referral.held', 'referral.paid']);
    expect(await templatesOf(books, refereeId)).toContain('referral.thanks');
    expect(await auditOf(books, String(refereeId))).toEqual(['referral.held', 'referral.paid']);
  });

  test.each([
    ['refunded', 'refunded'],
    ['partially_refunded', 'refunded'],
  ])('voids it when the payment is %s', async (state, reason) => {
    const { referrerId, refereeId, paymentId } = await earned();
    await books.sql`update payments set state = ${state}, rank = 60 where id = ${paymentId}`;
    await atOnce(3, () => pay(refereeId));
    expect(await referralOf(refereeId)).toMatchObject({ state: 'void', reason });
    expect(await balance(books.sql, referrerId)).toBe(0);
    expect(await templatesOf(books, referrerId)).toEqual(['referral.held', 'referral.void']);
  });

  test('waits while a dispute is open, and voids it when it is lost', async () => {
    const { referrerId, refereeId, paymentId } = await earned();
    await books.sql`
      insert into disputes (id, provider, provider_ref, payment_id, state, amount_minor,
        currency, exponent, due_at)
      values (gen_random_uuid(), 'mock', ${paymentId}, ${paymentId}, 'opened', 20000,
        'RUB', 2, now())`;
    expect(await pay(refereeId)).toEqual({ kind: 'wait', until: '2026-03-25T13:00:00.000Z' });
    await books.sql`update disputes set state = 'lost' where payment_id = ${paymentId}`;
    expect(await pay(refereeId)).toEqual({ kind: 'void' });
    expect(await balance(books.sql, referrerId)).toBe(0);
  });

  test('pays nobody who is blocked or gone', async () => {
    const { referrerId, refereeId } = await earned();
    await books.sql`update users set is_blocked = true where id = ${referrerId}`;
    expect(await pay(refereeId)).toEqual({ kind: 'void' });
    expect(await referralOf(refereeId)).toMatchObject({ reason: 'referrer_gone' });
  });

  test('of nobody, or before anything was paid, is nothing', async () => {
    const { refereeId } = await invited();
    expect(await pay(refereeId, after(1))).toEqual({ kind: 'void' });
    expect(await pay(4_000_000_002)).toEqual({ kind: 'void' });
    expect(await referralOf(refereeId)).toMatchObject({ state: 'joined' });
  });
});
