import { DAY, MINUTE, untilSettled } from '../support/payments';
import { promisedMessages } from '../support/shop';
import { checkBooks, startStack, type Stack } from '../support/stack';
import {
  cardSubscriber,
  payersOf,
  paymentsAtBank,
  sendIntoSilence,
  standingOf,
  triesOf,
  untilStanding,
} from '../support/subscribers';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ hasCatalogue: true, settings: { dunningCancelInflight: 'keep' } });
});
afterEach(() => checkBooks(stack));
afterAll(() => stack?.stop());

test('T-P21 a charge that succeeds after a cancel is kept by the setting, until the end of what it paid', async () => {
  const who = await cardSubscriber(stack);
  const { userId, subscriptionId } = who;
  const paymentId = await sendIntoSilence(stack, who);
  const wish = { userId, subscriptionId };
  expect(await stack.commands.cancelSubscription(wish)).toMatchObject({
    effect: 'waits_for_charge',
  });
  await stack.mock.control.move(paymentId, 'paid')?.tried;
  await untilSettled(stack, paymentId);
  await untilStanding(stack, who, { state: 'cancelling', n: 1 });
  expect(await payersOf(stack, who)).toEqual(['invoice', 'saved_method']);
  await stack.advance(userId, 20 * DAY);
  expect(await standingOf(stack, who)).toEqual({ state: 'cancelling', access: 'full', n: 1 });
  await stack.advance(userId, 11 * DAY + MINUTE);
  await untilStanding(stack, who, { state: 'expired', access: 'none', n: 1 });
  expect(await triesOf(stack, who)).toHaveLength(1);
  expect(paymentsAtBank(stack, who).map(({ state }) => state)).toEqual(['paid', 'paid']);
  expect(await promisedMessages(stack, userId)).not.toContain('sub.cancelled_refund');
}, 120_000);
