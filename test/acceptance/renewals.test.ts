import { newPlan } from '../support/plans';
import { newTrial } from '../support/trials';
import {
  asOfOf,
  balance,
  newUser,
  orderVersion,
  promisedMessages,
  transferKinds,
  untilPaid,
} from '../support/shop';
import { DAY, HOUR, payAndSettle } from '../support/payments';
import {
  advanceAll,
  feesOf,
  lastOf,
  stepsOf,
  subscriber,
  toldOf,
  topUp,
  untilStands,
  type Subscriber,
} from '../support/renewals';
import { checkBooks, startStack, until, type Stack } from '../support/stack';

// Nothing but servers and worker: no bot runs here.
let stack: Stack;
let weekly: string;

beforeAll(async () => {
  stack = await startStack({ hasCatalogue: true });
  weekly = await newPlan(stack.sql, { slug: 'weekly', period: [1, 'week'] });
});
afterEach(() => checkBooks(stack));
afterAll(() => stack?.stop());

/** What a period that renews does, with the hours before its end. */
const PERIOD = ['remind:3', 'remind:1', 'remind:0', 'renew:0'];
const HOURS = [72, 24, 3, 0];

async function onTrial(): Promise<Subscriber> {
  const userId = await newUser(stack);
  const trial = await newTrial(stack.sql, { slug: `renewing-${userId}`, hasEnd: false });
  const { asOf } = await asOfOf(stack, userId);
  const { tariffVersionId, code: promo } = trial;
  const wish = { userId, tariffVersionId, currency: 'RUB', purpose: 'trial', promo, asOf } as const;
  const quote = await stack.records.createQuote(wish);
  if (quote.kind !== 'quoted') throw new Error(quote.reason);
  await stack.commands.completeFreeOrder({ quoteId: quote.quoteId, userId, clockOffsetMs: 0 });
  await untilStands(stack, { userId }, { state: 'trialing' });
  return { userId, subscriptionId: (await lastOf(stack, userId)).id };
}

test('T-V13 T-C1 T-C4 three renewals after a purchase and after a trial, each with reminders at 3, 1 and 0 once, by worker and servers alone', async () => {
  const [bought, tried] = await Promise.all([subscriber(stack, 600), onTrial()]);
  // A top-up in a trial fills the wallet and decides that a month follows.
  await topUp(stack, tried.userId, 500);
  await advanceAll(stack, [bought, tried], 100 * DAY);
  for (const { userId, subscriptionId } of [bought, tried]) {
    const row = await lastOf(stack, userId);
    expect(row).toMatchObject({ state: 'active', access: 'full', id: subscriptionId });
    const steps = await stepsOf(stack, { userId, subscriptionId });
    for (const n of Array.from({ length: row.periodN }, (_, index) => index)) {
      const own = steps.filter(({ step }) => step.startsWith(`p${n} `));
      expect(own.map(({ step }) => step)).toEqual(PERIOD.map((name) => `p${n} ${name}`));
      expect(own.map(({ hoursBefore }) => hoursBefore)).toEqual(HOURS);
    }
    const reminded = await toldOf(stack, userId, 'sub.reminder');
    expect(new Set(reminded).size).toBe(reminded.length);
    expect(reminded.slice(0, 3)).toEqual(['p0:remind:3', 'p0:remind:1', 'p0:remind:0']);
  }
  expect((await lastOf(stack, bought.userId)).periodN).toBe(3);
  expect(await feesOf(stack, bought)).toEqual(['p0 × 1', 'p1 × 1', 'p2 × 1', 'p3 × 1']);
  expect((await feesOf(stack, tried)).slice(0, 3)).toEqual(['p1 × 1', 'p2 × 1', 'p3 × 1']);
}, 240_000);

/** Thirty days that somebody else paid, behind what the person has; or what another plan contains. */
async function given({ userId }: Subscriber, slug = 'access-30'): Promise<void> {
  const buyer = await newUser(stack);
  const [row] = await stack.sql`
    select v.id from tariff_versions v join tariffs t on t.id = v.tariff_id where t.slug = ${slug}`;
  const wish = { tariffVersionId: String(row?.['id']), purpose: 'gift' } as const;
  const order = await orderVersion(stack, buyer, wish);
  await payAndSettle(stack, order);
  await untilPaid(stack, order);
  await stack.commands.claimGift({ giftId: order.invoiceId, userId });
}

test('T-C4 a gift moves the end, and the reminders with it, each once', async () => {
  const one = await subscriber(stack, 600);
  const { periodEnd } = await lastOf(stack, one.userId);
  await given(one);
  const moved = await untilStands(stack, one, { state: 'active' });
  expect(moved.periodEnd.getTime()).toBeGreaterThan(periodEnd.getTime() + 29 * DAY);
  await advanceAll(stack, [one], 62 * DAY);
  const steps = await stepsOf(stack, one);
  const names = steps.slice(0, 4).map(({ step }) => step.split(' ')[1]);
  expect(names).toEqual(PERIOD);
  expect(steps.slice(0, 4).map(({ hoursBefore }) => hoursBefore)).toEqual(HOURS);
  expect(await toldOf(stack, one.userId, 'sub.reminder')).toHaveLength(3);
  expect(await lastOf(stack, one.userId)).toMatchObject({ state: 'active', access: 'full' });
}, 240_000);

test('T-C2 T-C3 who cannot pay hears of each step once, then of the end once in sixty days, and is never charged later', async () => {
  const poor = await subscriber(stack, 200);
  await advanceAll(stack, [poor], 61 * DAY);
  await untilStands(stack, poor, { state: 'past_due', access: 'full' });
  await advanceAll(stack, [poor], 9 * DAY);
  await untilStands(stack, poor, { state: 'expired', access: 'none' });
  const tries = ['renew:0', 'renew:1', 'renew:2', 'renew:3', 'renew:4'];
  expect(await toldOf(stack, poor.userId, 'sub.failed')).toEqual(
    tries.map((name) => `p1:failed:${name}`),
  );
  const before = await promisedMessages(stack, poor.userId);
  expect(before.filter((template) => template === 'sub.restricted')).toHaveLength(1);
  expect(before.filter((template) => template === 'sub.expired')).toHaveLength(1);
  await advanceAll(stack, [poor], 60 * DAY);
  expect(await promisedMessages(stack, poor.userId)).toEqual(before);
  expect(await feesOf(stack, poor)).toEqual(['p0 × 1', 'p1 × 1']);
}, 240_000);

test('tokens that somebody gives pay an unpaid period at once, as its owner’s own money would', async () => {
  const poor = await subscriber(stack, 200);
  await advanceAll(stack, [poor], 62 * DAY);
  const { periodEnd } = await untilStands(stack, poor, { state: 'past_due' });
  for (const pack of ['standard', 'standard']) await given(poor, pack);
  const renewed = await untilStands(stack, poor, { state: 'active', periodN: 2 });
  expect(renewed.periodStart).toEqual(periodEnd);
  expect(await feesOf(stack, poor)).toEqual(['p0 × 1', 'p1 × 1', 'p2 × 1']);
}, 120_000);

test('T-V14 nobody charges or reminds who lapsed 200 days ago with 500 tokens; their own top-up starts anew', async () => {
  const lapsed = await subscriber(stack, 600);
  // Stopped through all of the dunning, so that it lapses beside a full wallet.
  await stack.sql`update users set is_blocked = true where id = ${lapsed.userId}`;
  await advanceAll(stack, [lapsed], 40 * DAY);
  await untilStands(stack, lapsed, { state: 'expired' });
  await stack.sql`update users set is_blocked = false where id = ${lapsed.userId}`;
  const [renewing] = await stack.sql`
    select auto_renew as "isOn" from subscriptions where id = ${lapsed.subscriptionId}`;
  expect(renewing?.['isOn']).toBe(true);
  await advanceAll(stack, [lapsed], 200 * DAY);
  const before = await promisedMessages(stack, lapsed.userId);
  await advanceAll(stack, [lapsed], 60 * DAY);
  expect(await balance(stack, lapsed.userId)).toBe(500);
  expect(await promisedMessages(stack, lapsed.userId)).toEqual(before);
  expect(await transferKinds(stack, lapsed.userId)).toEqual(['topup', 'subscription_fee']);

  await topUp(stack, lapsed.userId, 200);
  const anew = await untilStands(stack, lapsed, { state: 'active', periodN: 0 });
  expect(anew.id).not.toBe(lapsed.subscriptionId);
  const { asOf } = await asOfOf(stack, lapsed.userId);
  expect(Math.abs(anew.periodStart.getTime() - asOf.getTime())).toBeLessThan(HOUR);
  expect(anew.anchorLocal.slice(0, 10)).toBe(anew.periodStart.toISOString().slice(0, 10));
  expect(await balance(stack, lapsed.userId)).toBe(600);
}, 240_000);

test.each([0, 3, 5])(
  'T-C8 GRACE_FULL_DAYS %i keeps full access so long after the unpaid end',
  async (days) => {
    await stack.sql`
      insert into settings (key, value, updated_by)
      values ('GRACE_FULL_DAYS', ${String(days)}::jsonb, 'operator:1')
      on conflict (key) do update set value = excluded.value`;
    const poor = await subscriber(stack, 100, weekly);
    const { periodEnd } = await lastOf(stack, poor.userId);
    const restrictMs = periodEnd.getTime() + days * DAY;
    const { asOf } = await asOfOf(stack, poor.userId);
    if (days > 0) {
      await stack.advance(poor.userId, restrictMs - HOUR - asOf.getTime());
      await untilStands(stack, poor, { state: 'past_due', access: 'full' });
    }
    await stack.advance(
      poor.userId,
      restrictMs + HOUR - (await asOfOf(stack, poor.userId)).asOf.getTime(),
    );
    await untilStands(stack, poor, { state: 'past_due', access: 'restricted' });
    await until('it is told', async () =>
      (await promisedMessages(stack, poor.userId)).includes('sub.restricted'),
    );
  },
  240_000,
);
