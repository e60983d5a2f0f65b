import { createTestClock, telegramClockOf } from '../../src/main/test-clock';
import { DAY, HOUR, MINUTE, pay, untilSettled } from '../support/payments';
import { newUser, orderTopup } from '../support/shop';
import { checkBooks, startStack, until, type Stack } from '../support/stack';
import {
  idOf,
  orderPlan,
  payersOf,
  toTheEnd,
  untilStanding,
  type Subscriber,
} from '../support/subscribers';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({
    ...{ hasCatalogue: true, hasBot: true },
    settings: { renewalFallback: 'wallet' },
  });
});
afterEach(() => checkBooks(stack));
afterAll(() => stack.stop());

/** Somebody who subscribed to thirty days for 150 Stars in Telegram. */
async function starsSubscriber(): Promise<Subscriber> {
  const userId = await newUser(stack);
  const wish = { provider: 'stars', currency: 'XTR', renewal: { by: 'stars' } } as const;
  const order = await orderPlan(stack, userId, wish);
  const invoice = await stack.reads.invoice(order.invoiceId);
  const link = invoice?.paymentUrl ?? '';
  expect(await stack.telegram.pay(userId, { link })).toMatchObject({ status: 'paid' });
  const subscriptionId = await idOf(stack, userId, 'stars');
  const own = { userId, subscriptionId };
  await until('its workflow lives', async () => (await stack.commands.upcoming(own)) !== undefined);
  return { ...own, order };
}

const atTelegram = ({ userId }: Subscriber) => {
  const found = stack.telegram.subscriptions().find(({ personId }) => personId === userId);
  if (!found) throw new Error(`Telegram has no subscription of ${userId}`);
  return found;
};
const chargesOf = ({ userId }: Subscriber) =>
  stack.telegram.charges().filter(({ personId }) => personId === userId);

test('a subscription in Stars remembers its first charge, and each charge of Telegram is a period', async () => {
  const who = await starsSubscriber();
  const methods = await stack.sql`
    select first_charge_id from payment_methods where user_id = ${who.userId}`;
  expect(methods).toEqual([{ first_charge_id: atTelegram(who).id }]);
  await toTheEnd(stack, who);
  await untilStanding(stack, who, { state: 'active', n: 0 });
  stack.telegram.changeSubscription(atTelegram(who).id, 'renew');
  await untilStanding(stack, who, { state: 'active', n: 1 });
  expect(await payersOf(stack, who)).toEqual(['stars', 'stars']);
  const items = await stack.sql`select kind from open_items where user_id = ${who.userId}`;
  expect(items).toEqual([]);
});

test('where Telegram follows the clock, two months in one jump are two charges of Telegram and two periods', async () => {
  const who = await starsSubscriber();
  const clock = createTestClock({
    ...{ client: stack.client, sql: stack.database.sql },
    setBankClock: () => Promise.resolve(),
    setTelegramClock: telegramClockOf(stack.telegram.apiRoot),
  });
  const moved = await clock.move({ userId: who.userId, endMs: (nowMs) => nowMs + 62 * DAY });
  expect(moved).toMatchObject({ kind: 'moved' });
  await untilStanding(stack, who, { state: 'active', n: 2 });
  expect(await payersOf(stack, who)).toEqual(['stars', 'stars', 'stars']);
  expect(chargesOf(who)).toHaveLength(3);
  const tries = await stack.sql`
    select state from attempts where subscription_id = ${who.subscriptionId} and state <> 'succeeded'`;
  expect(tries).toEqual([]);
});

test('a cancel reaches Telegram, access lasts until the end, and taking it back reaches Telegram too', async () => {
  const who = await starsSubscriber();
  const { userId, subscriptionId } = who;
  await stack.commands.cancelSubscription({ userId, subscriptionId });
  await until('Telegram charges no more', () =>
    Promise.resolve(atTelegram(who).state === 'canceled'),
  );
  await untilStanding(stack, who, { state: 'cancelling', access: 'full' });
  await stack.commands.uncancelSubscription({ userId, subscriptionId });
  await until('Telegram charges again', () => Promise.resolve(atTelegram(who).state === 'active'));
  await untilStanding(stack, who, { state: 'active', access: 'full' });
});

test('without a charge the period is unpaid a day after its end', async () => {
  const who = await starsSubscriber();
  await toTheEnd(stack, who);
  await untilStanding(stack, who, { state: 'active', n: 0 });
  await stack.advance(who.userId, DAY);
  await untilStanding(stack, who, { state: 'past_due', access: 'full' });
  await stack.advance(who.userId, 8 * DAY);
  await untilStanding(stack, who, { state: 'expired', access: 'none' });
  await until('Telegram charges no more', () =>
    Promise.resolve(atTelegram(who).state === 'canceled'),
  );
});

test('T-P2 the schedule of Telegram and our own timer for one period lead to one fee, and the Stars go back', async () => {
  const who = await starsSubscriber();
  await giveTokens(who.userId);
  await toTheEnd(stack, who);
  await stack.advance(who.userId, DAY + HOUR);
  await untilStanding(stack, who, { state: 'active', n: 1 });
  expect(await payersOf(stack, who)).toEqual(['stars', 'wallet']);
  stack.telegram.changeSubscription(atTelegram(who).id, 'renew');
  const second = await until('the second charge', () => Promise.resolve(chargesOf(who)[1]));
  await until('the Stars are back', () =>
    Promise.resolve(stack.telegram.charges().find(({ id }) => id === second.id)?.refundedAt),
  );
  await stack.advance(who.userId, MINUTE);
  await untilStanding(stack, who, { n: 1 });
  const fees = await stack.sql`
    select id from transfers where subscription_id = ${who.subscriptionId}
      and kind = 'subscription_fee'`;
  expect(fees).toHaveLength(1);
  const items = await stack.sql`
    select kind from open_items where user_id = ${who.userId}`;
  expect(items).toEqual([{ kind: 'duplicate_paid' }]);
});

/** Enough on the balance for the fee of a period. */
async function giveTokens(userId: number): Promise<void> {
  const order = await orderTopup(stack, userId, 50_000);
  const { paymentId } = await pay(stack, order);
  await untilSettled(stack, paymentId);
}
