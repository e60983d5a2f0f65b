import { v7 } from 'uuid';
import { sealFor } from '../../drizzle/person-keys';
import type { PlannedTopup } from '../../activities/billing/auto-topups/planning';
import { noteTopups } from '../../activities/billing/auto-topups/noting';
import { inTransaction } from '../../activities/transactions';
import type { ChargeOutcome, PaymentProvider } from '../../src/payments/provider';
import { chooseAutoTopup } from '../../src/records/auto-topups';
import { TEST_SECRETS } from '../support/secrets';
import {
  after,
  asWorkflow,
  balance,
  checkBooks,
  fakeProvider,
  NOON,
  openBooks,
  type Activities,
  type Books,
} from './support/books';
import { freezeMoney, pending, templatesOf } from './support/orders';
import { newPaymentId, paidFact, post, rub } from './support/payments';

let books: Books;
let charged: { key: string; token: string }[];
let answer: ChargeOutcome;
let act: Activities;

beforeAll(async () => {
  books = await openBooks({ autoTopupDailyCapMinor: 100_000 });
});
beforeEach(() => {
  charged = [];
  answer = { kind: 'paid', providerPaymentId: newPaymentId() };
  act = books.activities({ providers: new Map([['mock', bank()]]) });
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

function bank(): PaymentProvider {
  return fakeProvider({
    chargeSaved: ({ method }, key) => {
      charged.push({ key, token: method.token });
      return Promise.resolve(answer);
    },
  });
}

const AMOUNTS = { thresholdUtok: 150_000_000, targetUtok: 500_000_000, dailyCapMinor: 100_000 };
const CONSENT = { textVersion: 'auto-topup-1', textHash: 'a'.repeat(64), currency: 'RUB' };

/** Somebody with a running plan, so many tokens and a saved card. */
async function cardOwner(tokens: number): Promise<{ userId: number; methodId: string }> {
  const amountMinor = (tokens + 100) * 100;
  const order = await pending(books, { amountMinor });
  await post(books, paidFact(order, { amount: rub(amountMinor) }));
  const { userId } = order;
  const methodId = v7();
  const bytes = Buffer.from('card-token');
  const tokenEnc = await sealFor(books.db, TEST_SECRETS.dataKey, { userId, bytes });
  await books.sql`
    insert into payment_methods (id, user_id, provider, token_enc, label, state, first_charge_id)
    values (${methodId}, ${userId}, 'mock', ${tokenEnc}, 'Visa •• 4242', 'active', 'first')`;
  return { userId, methodId };
}

async function standing(tokens = 120): Promise<number> {
  const { userId, methodId } = await cardOwner(tokens);
  const wish = { kind: 'on', methodId, ...CONSENT, ...AMOUNTS } as const;
  expect(await chooseAutoTopup(books.db, { userId, wish, asOf: new Date(NOON) })).toBe('done');
  return userId;
}

const plan = (userId: number, asOf = NOON) =>
  asWorkflow(`autoTopup:${userId}`, () => act.planAutoTopup({ userId, asOf }));

function attemptOf(planned: PlannedTopup) {
  if (planned.kind !== 'charge') throw new Error(`planned ${JSON.stringify(planned)}`);
  return planned.attempt;
}

async function send(userId: number, asOf = NOON) {
  const { attemptId } = attemptOf(await plan(userId, asOf));
  return asWorkflow(`autoTopup:${userId}`, () => act.sendTopupCharge({ attemptId, userId, asOf }));
}

async function paid(userId: number): Promise<void> {
  const { invoiceId, invoiceNo, amount } = attemptOf(await plan(userId));
  await send(userId);
  const fact = { providerPaymentId: newPaymentId(), state: 'paid', userId } as const;
  await post(books, { ...fact, invoiceId, invoiceNo, amount });
}

const orderRow = async (userId: number) => {
  const [row] = await books.sql`
    select is_active, requested_at, deferred_until, declines from auto_topups
    where user_id = ${userId}`;
  return row;
};
const attemptStates = async (userId: number) => {
  const rows = await books.sql`
    select state from attempts where user_id = ${userId} order by id`;
  return rows.map(({ state }) => String(state));
};

describe('planAutoTopup', () => {
  test('orders what closes the gap, once for a person, however often it is asked', async () => {
    const userId = await standing();
    const attempt = attemptOf(await plan(userId));
    const asking = { since: NOON, overdueAt: after(72), givenUpAt: after(72 + 30 * 24) };
    expect(attempt).toMatchObject({ amount: rub(38_000), isSent: false, provider: 'mock', asking });
    expect(attemptOf(await plan(userId, after(1)))).toEqual(attempt);
    const [invoice] = await books.sql`
      select state, is_automatic, pay_amount_minor::int as minor from invoices
      where id = ${attempt.invoiceId}`;
    expect(invoice).toEqual({ state: 'pending', is_automatic: true, minor: 38_000 });
    const keys = await books.sql`select key from attempts where user_id = ${userId}`;
    expect(keys).toEqual([{ key: `autoTopup:${userId}:a1` }]);
  });

  test('leaves alone who has enough, and forgets what a debit noted', async () => {
    const userId = await standing(200);
    expect(await plan(userId)).toMatchObject({ kind: 'idle' });
    expect(await orderRow(userId)).toMatchObject({ is_active: true, requested_at: null });
  });

  test.each([
    [
      'a blocked person',
      (id: number) => books.sql`update users set is_blocked = true where id = ${id}`,
    ],
    ['a person whose money is frozen', (id: number) => freezeMoney(books, id)],
    [
      'a person who withdrew the consent',
      (id: number) =>
        books.sql`update consents set withdrawn_at = now() where user_id = ${id} and kind = 'auto_topup'`,
    ],
    [
      'a person without a plan',
      (id: number) => books.sql`update subscriptions set state = 'expired' where user_id = ${id}`,
    ],
  ])('charges nothing of %s', async (_who, change) => {
    const userId = await standing();
    await change(userId);
    expect(await plan(userId)).toMatchObject({ kind: 'idle' });
    expect(await attemptStates(userId)).toEqual([]);
  });

  test('puts off what the cap does not leave to the next day, and says so once', async () => {
    const userId = await standing();
    await books.sql`update auto_topups set daily_cap_minor = 20000 where user_id = ${userId}`;
    await paid(userId);
    await books.sql`update auto_topups set threshold_utok = 400000000 where user_id = ${userId}`;
    const put = await plan(userId);
    expect(put).toEqual({ kind: 'deferred', until: '2026-03-11T00:00:00.000Z' });
    expect(await plan(userId, after(1))).toEqual(put);
    const told = (await templatesOf(books, userId)).filter((one) => one === 'auto.deferred');
    expect(told).toHaveLength(1);
    expect(attemptOf(await plan(userId, after(13))).amount).toEqual(rub(20_000));
  });

  test('switches off and says so when the card is over or the cap leaves nothing to buy', async () => {
    const over = await standing();
    await books.sql`update payment_methods set expires_on = '2026-03-09' where user_id = ${over}`;
    expect(await plan(over)).toMatchObject({ kind: 'idle' });
    const capped = await standing();
    await books.sql`update auto_topups set daily_cap_minor = 100 where user_id = ${capped}`;
    expect(await plan(capped)).toMatchObject({ kind: 'idle' });
    for (const userId of [over, capped]) {
      expect(await orderRow(userId)).toMatchObject({ is_active: false });
      expect(await templatesOf(books, userId)).toContain('auto.off');
    }
  });
});

describe('sendTopupCharge', () => {
  test('charges the opened token under the key of the attempt, and again under the same', async () => {
    const userId = await standing();
    answer = { kind: 'unknown', reason: 'no answer' };
    expect(await send(userId)).toMatchObject({ kind: 'unknown' });
    expect(await send(userId)).toMatchObject({ kind: 'unknown' });
    const key = `autoTopup:${userId}:a1`;
    expect(charged).toEqual([
      { key, token: 'card-token' },
      { key, token: 'card-token' },
    ]);
    expect(await attemptStates(userId)).toEqual(['unknown']);
  });

  test('sends nothing after the consent was withdrawn in between', async () => {
    const userId = await standing();
    const { attemptId, invoiceId } = attemptOf(await plan(userId));
    await chooseAutoTopup(books.db, { userId, wish: { kind: 'withdraw' }, asOf: new Date(NOON) });
    const sent = await asWorkflow(`autoTopup:${userId}`, () =>
      act.sendTopupCharge({ attemptId, userId, asOf: NOON }),
    );
    expect(sent).toMatchObject({ kind: 'over' });
    expect(charged).toEqual([]);
    expect(await attemptStates(userId)).toEqual(['void']);
    const [row] = await books.sql`select state from invoices where id = ${invoiceId}`;
    expect(row).toEqual({ state: 'cancelled' });
  });

  test('after a soft decline tries again later, and gives up after the last', async () => {
    const userId = await standing();
    answer = { kind: 'refused', code: 'insufficient_funds', isHard: false };
    expect(await send(userId)).toMatchObject({ kind: 'over' });
    expect(await orderRow(userId)).toMatchObject({ declines: 1, is_active: true });
    expect(await plan(userId)).toEqual({ kind: 'deferred', until: after(1) });
    await send(userId, after(1));
    expect(await plan(userId, after(1))).toEqual({ kind: 'deferred', until: after(7) });
    await send(userId, after(7));
    await send(userId, after(31));
    expect(await orderRow(userId)).toMatchObject({ is_active: false });
    expect(await attemptStates(userId)).toEqual(Array.from({ length: 4 }, () => 'failed_soft'));
    const told = (await templatesOf(books, userId)).filter((one) => one.startsWith('auto.'));
    expect(told.sort()).toEqual(['auto.declined', 'auto.declined', 'auto.declined', 'auto.off']);
  });

  test('after a hard decline is switched off at once', async () => {
    const userId = await standing();
    answer = { kind: 'refused', code: 'card_expired', isHard: true };
    await send(userId);
    expect(await orderRow(userId)).toMatchObject({ is_active: false });
    expect(await attemptStates(userId)).toEqual(['failed_hard']);
  });
});

test('a posted payment ends its attempt on the way all payments take, and says that it was automatic', async () => {
  const userId = await standing();
  const before = await balance(books.sql, userId);
  await paid(userId);
  expect(await balance(books.sql, userId)).toBe(before + 380);
  expect(await attemptStates(userId)).toEqual(['succeeded']);
  expect(await plan(userId)).toMatchObject({ kind: 'idle' });
  const [told] = await books.sql`
    select params from outbox_messages where user_id = ${userId} and params ? 'isAutomatic'`;
  expect(told).toMatchObject({ params: { isAutomatic: 1 } });
});

test('recordTopupDecline books what the provider said when it was asked, once', async () => {
  const userId = await standing();
  answer = { kind: 'sent', providerPaymentId: 'mp_1' };
  const { attemptId } = attemptOf(await plan(userId));
  await send(userId);
  const told = { attemptId, decline: { code: 'issuer_unavailable', isHard: false }, asOf: NOON };
  await asWorkflow(`autoTopup:${userId}`, () => act.recordTopupDecline(told));
  await asWorkflow(`autoTopup:${userId}`, () => act.recordTopupDecline(told));
  expect(await orderRow(userId)).toMatchObject({ declines: 1 });
  expect(await act.topupAttemptState({ attemptId })).toEqual({
    isOpen: false,
    state: 'failed_soft',
  });
});

test('tellUnknownTopup tells the person and shows the operators, each once', async () => {
  const userId = await standing();
  const { attemptId } = attemptOf(await plan(userId));
  for (const as of ['slow', 'slow', 'overdue', 'overdue'] as const) {
    const silence = { attemptId, reason: 'no answer', as, asOf: NOON };
    await asWorkflow(`autoTopup:${userId}`, () => act.tellUnknownTopup(silence));
  }
  const told = await templatesOf(books, userId);
  expect(told.filter((one) => one === 'auto.confirming')).toHaveLength(1);
  const items = await books.sql`select kind from open_items where user_id = ${userId}`;
  expect(items).toEqual([{ kind: 'unknown_outcome' }]);
});

test('money of another sum is asked about no longer, and nothing else is charged until that is decided', async () => {
  const userId = await standing();
  const { invoiceId, invoiceNo, amount } = attemptOf(await plan(userId));
  await send(userId);
  const less = { providerPaymentId: newPaymentId(), amount: rub(amount.minor - 1) };
  const outcome = await post(books, { ...less, state: 'paid', userId, invoiceId, invoiceNo });
  expect(outcome).toMatchObject({ item: 'underpaid' });
  expect(await attemptStates(userId)).toEqual(['succeeded']);
  expect(await plan(userId, after(1))).toMatchObject({ kind: 'idle' });
});

test('noteTopups notes who has too little, and names them once until somebody has looked', async () => {
  const userId = await standing();
  const other = await standing(200);
  const without = (await cardOwner(120)).userId;
  await plan(other);
  await books.sql`update auto_topups set requested_at = null where user_id = ${userId}`;
  const note = () =>
    inTransaction(books.db, (tx) =>
      noteTopups(tx, { userIds: [userId, other, without], asOf: new Date(NOON) }),
    );
  expect(await note()).toEqual([{ userId, clockOffsetMs: 0 }]);
  expect(await note()).toEqual([]);
  expect(await orderRow(other)).toMatchObject({ requested_at: null });
});

test('a wish to be forgotten ends the standing order', async () => {
  const userId = await standing();
  const erasureId = v7();
  await asWorkflow(`erasure:${userId}`, () => act.beginErasure({ erasureId, userId, asOf: NOON }));
  expect(await orderRow(userId)).toMatchObject({ is_active: false });
  expect(await plan(userId)).toMatchObject({ kind: 'idle' });
});
