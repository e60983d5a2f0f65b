import { HOUR, MINUTE, payAndSettle } from '../support/payments';
import { balance, orderTopup, promisedMessages } from '../support/shop';
import { checkBooks, startStack, until, type Stack } from '../support/stack';
import { cardSubscriber, payersOf, toTheEnd, triesOf, untilStanding } from '../support/subscribers';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ hasCatalogue: true, settings: { renewalFallback: 'wallet' } });
});
afterEach(() => checkBooks(stack));
afterAll(() => stack?.stop());

test('T-P7 while a charge that timed out is unknown no fallback pays, and it succeeds three hours later as the one charge', async () => {
  const who = await cardSubscriber(stack);
  await payAndSettle(stack, await orderTopup(stack, who.userId, 50_000));
  const tokens = await balance(stack, who.userId);
  stack.mock.control.outage({ scope: 'method', answer: 'hang', requests: 1, afterEffect: true });
  stack.mock.control.fault({ states: ['pending'], drop: true });
  const paymentsOf = () =>
    stack.mock.control.book.payments
      .all()
      .filter(({ shp }) => shp['Shp_user_id'] === String(who.userId));
  const before = paymentsOf().length;
  await toTheEnd(stack, who);
  const charge = await until('the charge reached the bank', () =>
    Promise.resolve(paymentsOf()[before]),
  );
  await untilStanding(stack, who, { state: 'past_due' });
  for (let hour = 0; hour < 3; hour += 1) {
    await stack.advance(who.userId, HOUR);
    expect((await triesOf(stack, who)).map(({ driver }) => driver)).toEqual(['saved_method']);
  }
  expect(await balance(stack, who.userId)).toBe(tokens);
  await stack.mock.control.move(charge.id, 'paid')?.tried;
  await untilStanding(stack, who, { state: 'active', n: 1 });
  await stack.advance(who.userId, 24 * HOUR + MINUTE);
  expect(paymentsOf()).toHaveLength(before + 1);
  expect(await triesOf(stack, who)).toEqual([{ driver: 'saved_method', state: 'succeeded' }]);
  expect(await payersOf(stack, who)).toEqual(['invoice', 'saved_method']);
  expect(await balance(stack, who.userId)).toBe(tokens);
  expect(await promisedMessages(stack, who.userId)).toContain('sub.confirming');
});
