import { chooseAutoTopup, type TopupWish } from '../../src/records/auto-topups';
import { apiClient, spender, type ApiClient } from '../support/api';
import { DAY, HOUR, pay, untilSettled } from '../support/payments';
import { asOfOf, balance, newUser } from '../support/shop';
import { checkBooks, startStack, until, type Stack } from '../support/stack';

let stack: Stack;
let api: ApiClient;

beforeAll(async () => {
  stack = await startStack({ settings: { autoTopupDailyCapMinor: 100_000 } });
  api = await apiClient(stack);
});
afterEach(() => checkBooks(stack));
afterAll(() => stack.stop());

const AMOUNTS = { thresholdUtok: 50_000_000, targetUtok: 500_000_000, dailyCapMinor: 60_000 };

/** Somebody with so many tokens who paid once and left the card, and then allowed automatic top-ups. */
async function standing(tokens: number, change: Partial<typeof AMOUNTS> = {}): Promise<number> {
  const userId = await spender(stack, tokens - 200);
  await leaveCard(userId);
  const [card] = await stack.sql`select id from payment_methods where user_id = ${userId}`;
  await choose(userId, {
    ...{ kind: 'on', methodId: String(card?.['id']), currency: 'RUB' },
    ...{ textVersion: 'auto-topup-1', textHash: 'a'.repeat(64) },
    ...AMOUNTS,
    ...change,
  });
  await wake(userId);
  return userId;
}

/** As the bot does after every change. */
async function wake(userId: number): Promise<void> {
  await stack.commands.wakeAutoTopup({ userId, clockOffsetMs: 0 });
  await stack.client.workflow.getHandle(`autoTopup:${userId}`).result();
}

async function choose(userId: number, wish: TopupWish): Promise<void> {
  const { asOf } = await asOfOf(stack, userId);
  expect(await chooseAutoTopup(stack.database.db, { userId, wish, asOf })).toBe('done');
}

/** A top-up of 200 roubles whose payer lets the bank and us keep the card. */
async function leaveCard(userId: number): Promise<void> {
  const { asOf } = await asOfOf(stack, userId);
  const tariff = await stack.reads.topupTariff(asOf);
  const quoted = await stack.records.createQuote({
    ...{ userId, asOf, currency: 'RUB', amountMinor: 20_000 },
    tariffVersionId: tariff?.tariffVersionId ?? '',
  });
  if (quoted.kind !== 'quoted') throw new Error('nothing is on sale');
  const { quoteId } = quoted;
  const order = { quoteId, userId, provider: 'mock', clockOffsetMs: 0, savesMethod: true };
  await stack.commands.openCheckout(order);
  const invoice = await stack.reads.invoice(quoteId);
  const placed = { invoiceId: quoteId, no: invoice?.no ?? 0, userId };
  const { paymentId } = await pay(stack, placed, { savesMethod: true });
  await untilSettled(stack, paymentId);
}

/** So many spends at once over the API; each is charged. */
async function spend(userId: number, times: number, amount: number): Promise<void> {
  const body = { amount: String(amount), description: 'a job' };
  const answers = await Promise.all(
    Array.from({ length: times }, () => api.call('POST', `/users/${userId}/spend`, { body })),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
}

const attempts = (userId: number) =>
  stack.sql<{ state: string; minor: number }[]>`
    select state, amount_minor::int as minor from attempts
    where user_id = ${userId} order by id`;
const told = async (userId: number, template: string) => {
  const rows = await stack.sql`
    select id from outbox_messages where user_id = ${userId} and template = ${template}`;
  return rows.length;
};
const succeeded = (userId: number, times: number) =>
  until(`${times} automatic top-ups`, async () => {
    const done = (await attempts(userId)).filter(({ state }) => state === 'succeeded');
    return done.length === times;
  });

test('T-P22 under 50 parallel spends the wallet is topped up once, and its owner is told', async () => {
  const userId = await standing(300);
  await spend(userId, 50, 6);
  await succeeded(userId, 1);
  // Planned while the last of the spends were under way, it tops up from where they stood then.
  const [topup, ...others] = await attempts(userId);
  expect(others).toEqual([]);
  expect(topup?.minor).toBeGreaterThan(40_000);
  expect(topup?.minor).toBeLessThanOrEqual(50_000);
  expect(await balance(stack, userId)).toBe((topup?.minor ?? 0) / 100);
  const paid = stack.mock.control.book.payments
    .all()
    .filter(({ shp }) => shp['Shp_user_id'] === String(userId));
  expect(paid).toHaveLength(3);
  const [message] = await stack.sql`
    select params from outbox_messages where user_id = ${userId} and params ? 'isAutomatic'`;
  expect(message).toBeDefined();
});

test('T-P22 a cap that is reached puts the next top-up off to the next day, and says so', async () => {
  const userId = await standing(300);
  await spend(userId, 1, 290);
  await succeeded(userId, 1);
  await spend(userId, 1, 480);
  await until('it is put off', async () => (await told(userId, 'auto.deferred')) === 1);
  await spend(userId, 5, 1);
  expect(await attempts(userId)).toHaveLength(1);
  await stack.advance(userId, DAY + HOUR);
  await succeeded(userId, 2);
});

test('T-P22 after the consent is withdrawn nothing is charged', async () => {
  const userId = await standing(300);
  await choose(userId, { kind: 'withdraw' });
  await spend(userId, 10, 29);
  await wake(userId);
  expect(await attempts(userId)).toEqual([]);
});

test('a lost nudge is found by the sweep', async () => {
  const userId = await standing(300);
  await stack.sql`
    update auto_topups set requested_at = now(), threshold_utok = 400000000
    where user_id = ${userId}`;
  await stack.commands.ensureTopupSweep();
  await succeeded(userId, 1);
});

test('a card that was declined is tried again an hour later', async () => {
  const userId = await standing(300);
  stack.mock.control.fault({ declineCode: 'insufficient_funds' });
  await spend(userId, 1, 280);
  await until('the word', async () => (await told(userId, 'auto.declined')) === 1);
  await stack.advance(userId, 2 * HOUR);
  await succeeded(userId, 1);
  expect((await attempts(userId)).map(({ state }) => state)).toEqual(['failed_soft', 'succeeded']);
  expect(await told(userId, 'pay.failed')).toBe(0);
});

test('nobody without a standing order is ever charged', async () => {
  const userId = await newUser(stack);
  await wake(userId);
  expect(await attempts(userId)).toEqual([]);
});
