import { DAY, payAndSettle } from '../support/payments';
import { asOfOf, newUser, orderVersion, untilPaid } from '../support/shop';
import {
  advanceAll,
  feesOf,
  lastOf,
  subscriber,
  untilStands,
  type Subscriber,
} from '../support/renewals';
import { checkBooks, startStack, type Stack } from '../support/stack';

// Nothing but servers and worker: no bot runs here.
let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ hasCatalogue: true });
});
afterEach(() => checkBooks(stack));
afterAll(() => stack?.stop());

/** Thirty days that somebody else paid, behind what the person has. */
async function gift({ userId }: Subscriber): Promise<void> {
  const buyer = await newUser(stack);
  const [row] = await stack.sql`
    select v.id from tariff_versions v join tariffs t on t.id = v.tariff_id where t.slug = 'access-30'`;
  const wish = { tariffVersionId: String(row?.['id']), purpose: 'gift' } as const;
  const order = await orderVersion(stack, buyer, wish);
  await payAndSettle(stack, order);
  await untilPaid(stack, order);
  expect(await stack.commands.claimGift({ giftId: order.invoiceId, userId })).toMatchObject({
    kind: 'claimed',
  });
}

/** Rests for five of ten days, and comes back by a wish of the owner. */
async function shortPause(owner: Subscriber): Promise<void> {
  const pause = { ...owner, days: 10, from: 'now' } as const;
  expect(await stack.commands.pauseSubscription(pause)).toMatchObject({ effect: 'paused' });
  await untilStands(stack, owner, { state: 'paused', access: 'none' });
  await advanceAll(stack, [owner], 4.5 * DAY);
  expect(await stack.commands.resumeSubscription(owner)).toMatchObject({ effect: 'resumed' });
}

/** Rests for four days, which end by themselves. */
async function wholePause(owner: Subscriber): Promise<void> {
  await stack.commands.pauseSubscription({ ...owner, days: 4, from: 'now' });
  await advanceAll(stack, [owner], 4.1 * DAY);
  await untilStands(stack, owner, { state: 'active', access: 'full' });
}

test('T-P11 a gift, a pause and a pause ended early in any order move the end by the same days, and the charge with it', async () => {
  const orders = [
    [gift, shortPause, wholePause],
    [shortPause, wholePause, gift],
    [wholePause, gift, shortPause],
  ];
  const owners = await Promise.all(orders.map(() => subscriber(stack, 300)));
  await Promise.all(
    owners.map(async (owner, index) => {
      const { periodEnd: before } = await lastOf(stack, owner.userId);
      for (const event of orders[index] ?? []) await event(owner);
      const { state, periodEnd } = await lastOf(stack, owner.userId);
      expect(state).toBe('active');
      expect((periodEnd.getTime() - before.getTime()) / DAY).toBeCloseTo(30 + 5 + 4, 5);
      const { asOf } = await asOfOf(stack, owner.userId);
      await advanceAll(stack, [owner], periodEnd.getTime() - asOf.getTime() - DAY / 2);
      expect(await feesOf(stack, owner)).toEqual(['p0 × 1']);
      const course = await stack.commands.upcoming(owner);
      expect(course?.steps.find(({ kind }) => kind === 'renew')?.at).toBe(periodEnd.toISOString());
      await advanceAll(stack, [owner], DAY);
      const renewed = await untilStands(stack, owner, { periodN: 1 });
      expect(renewed.periodStart).toEqual(periodEnd);
      expect(await feesOf(stack, owner)).toEqual(['p0 × 1', 'p1 × 1']);
    }),
  );
}, 300_000);

test('a third pause in a year and a second one beside the first are refused, and the subscription stays as it was', async () => {
  const owner = await subscriber(stack, 300);
  const pause = { ...owner, days: 3, from: 'now' } as const;
  for (let n = 0; n < 2; n += 1) {
    expect(await stack.commands.pauseSubscription(pause)).toMatchObject({ kind: 'done' });
    expect(await stack.commands.pauseSubscription(pause)).toMatchObject({ reason: 'wrong_state' });
    expect(await stack.commands.resumeSubscription(owner)).toMatchObject({ kind: 'done' });
    expect(await stack.commands.resumeSubscription(owner)).toMatchObject({ reason: 'wrong_state' });
  }
  expect(await stack.commands.pauseSubscription(pause)).toMatchObject({ reason: 'pauses_used_up' });
  expect(await lastOf(stack, owner.userId)).toMatchObject({ state: 'active', access: 'full' });
});

test('an operator’s repairs are one each by their id, and a subscription that is over answers not_live', async () => {
  const owner = await subscriber(stack, 300);
  const { periodEnd } = await lastOf(stack, owner.userId);
  const repair = {
    ...{ operationId: crypto.randomUUID(), subscriptionId: owner.subscriptionId, operatorId: 7 },
    reason: 'the bank was closed for three days',
  };
  const edit = { ...repair, wish: { kind: 'editTimeline', days: 3 } } as const;
  await stack.commands.repairSubscription(edit);
  expect(await stack.commands.repairSubscription(edit)).toMatchObject({ effect: 'edited' });
  const { periodEnd: moved } = await lastOf(stack, owner.userId);
  expect((moved.getTime() - periodEnd.getTime()) / DAY).toBe(3);
  const end = {
    ...repair,
    operationId: crypto.randomUUID(),
    wish: { kind: 'forceExpire' },
  } as const;
  expect(await stack.commands.repairSubscription(end)).toMatchObject({ effect: 'expired' });
  const gone = { kind: 'refused', reason: 'not_live' };
  expect(await stack.commands.cancelSubscription(owner)).toEqual(gone);
  expect(await stack.commands.renewNow(owner)).toEqual(gone);
});
