import { DAY, HOUR, itemsOfPayment, MINUTE, pay, untilSettled } from '../support/payments';
import { promisedMessages } from '../support/shop';
import { checkBooks, startStack, until, type Stack } from '../support/stack';
import {
  cardSubscriber,
  orderPlan,
  payersOf,
  paymentsAtBank,
  sendIntoSilence,
  standingOf,
  toTheEnd,
  triesOf,
  untilStanding,
  type Subscriber,
} from '../support/subscribers';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ hasCatalogue: true });
});
afterEach(() => checkBooks(stack));
afterAll(() => stack.stop());

const paymentsOf = (who: Subscriber) => paymentsAtBank(stack, who);
const chargeInFlight = (who: Subscriber) => sendIntoSilence(stack, who);

const cancel = ({ userId, subscriptionId }: Subscriber) =>
  stack.commands.cancelSubscription({ userId, subscriptionId });

test('a card renews its plan at the end of the period, and its owner hears of it', async () => {
  const who = await cardSubscriber(stack);
  await toTheEnd(stack, who);
  await untilStanding(stack, who, { state: 'active', n: 1 });
  expect(await triesOf(stack, who)).toEqual([{ driver: 'saved_method', state: 'succeeded' }]);
  expect(await payersOf(stack, who)).toEqual(['invoice', 'saved_method']);
  expect(await promisedMessages(stack, who.userId)).toContain('sub.paid');
});

test('T-P7 a charge that times out and succeeds three hours later is one charge, and nothing else is tried', async () => {
  const who = await cardSubscriber(stack);
  stack.mock.control.outage({ scope: 'method', answer: 'error', requests: 1, afterEffect: true });
  const paymentId = await chargeInFlight(who);
  await stack.advance(who.userId, 3 * HOUR);
  expect((await triesOf(stack, who)).map(({ driver }) => driver)).toEqual(['saved_method']);
  await stack.mock.control.move(paymentId, 'paid')?.tried;
  await untilStanding(stack, who, { state: 'active', n: 1 });
  await stack.advance(who.userId, DAY);
  expect(paymentsOf(who)).toHaveLength(2);
  expect(await triesOf(stack, who)).toEqual([{ driver: 'saved_method', state: 'succeeded' }]);
  expect(await promisedMessages(stack, who.userId)).toContain('sub.confirming');
});

test('T-P8 a charge that is refused after a provisional notice gives no access beyond the grace, which is shown as such', async () => {
  const who = await cardSubscriber(stack);
  const paymentId = await chargeInFlight(who);
  expect(await standingOf(stack, who)).toEqual({ state: 'past_due', access: 'full', n: 0 });
  await stack.mock.control.move(paymentId, 'failed')?.tried;
  stack.mock.control.fault({ declineCode: 'permission_revoked' });
  await stack.advance(who.userId, DAY + HOUR);
  await until('the card is refused for good', async () => {
    const tries = await triesOf(stack, who);
    return tries.map(({ state }) => state).join() === 'failed_soft,failed_hard';
  });
  await stack.advance(who.userId, 2 * DAY);
  await untilStanding(stack, who, { state: 'past_due', access: 'restricted' });
  await stack.advance(who.userId, 5 * DAY);
  await untilStanding(stack, who, { state: 'expired', access: 'none', n: 0 });
  expect(paymentsOf(who)).toHaveLength(3);
});

test('T-P2 a second paid checkout for a period that was paid becomes credit, with a note for the operators', async () => {
  const who = await cardSubscriber(stack);
  const charged = await chargeInFlight(who);
  const other = await orderPlan(stack, who.userId);
  const { paymentId } = await pay(stack, other);
  await untilSettled(stack, paymentId);
  await untilStanding(stack, who, { state: 'active', n: 1 });
  await stack.mock.control.move(charged, 'paid')?.tried;
  await untilSettled(stack, charged);
  expect(await itemsOfPayment(stack, charged)).toEqual(['duplicate_paid']);
  expect(await payersOf(stack, who)).toEqual(['invoice', 'invoice']);
  expect(await promisedMessages(stack, who.userId)).toContain('pay.late.wallet');
});

test('T-P21 a cancel during dunning ends it at once, and no further attempt follows', async () => {
  const who = await cardSubscriber(stack);
  stack.mock.control.fault({ declineCode: 'insufficient_funds' });
  await toTheEnd(stack, who);
  await until('the refusal', async () => (await triesOf(stack, who))[0]?.state === 'failed_soft');
  expect(await cancel(who)).toMatchObject({ kind: 'done', effect: 'expired' });
  await untilStanding(stack, who, { state: 'expired', access: 'none' });
  await stack.advance(who.userId, 8 * DAY);
  expect(await triesOf(stack, who)).toHaveLength(1);
});

test('T-P21 a charge that succeeds after a cancel goes back, and no further attempt follows', async () => {
  const who = await cardSubscriber(stack);
  const paymentId = await chargeInFlight(who);
  expect(await cancel(who)).toMatchObject({ kind: 'done', effect: 'waits_for_charge' });
  await stack.mock.control.move(paymentId, 'paid')?.tried;
  await until('the money is back', () =>
    Promise.resolve(stack.mock.control.book.payments.get(paymentId)?.state === 'refunded'),
  );
  await untilStanding(stack, who, { state: 'expired', access: 'none', n: 0 });
  await untilSettled(stack, paymentId);
  await stack.advance(who.userId, 8 * DAY + MINUTE);
  expect(await triesOf(stack, who)).toHaveLength(1);
  expect(await promisedMessages(stack, who.userId)).toContain('sub.cancelled_refund');
});
