import {
  balance,
  newUser,
  openItems,
  orderTopup,
  promisedMessages,
  transferKinds,
  untilPaid,
} from '../support/shop';
import {
  itemsOfPayment,
  notify,
  pay,
  payAndSettle,
  paymentState,
  successes,
  systemChanges,
  untilSettled,
} from '../support/payments';
import { checkBooks, startStack, until, type Stack } from '../support/stack';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({
    settings: { duplicatePayment: 'refund', partialPayment: 'accumulate' },
  });
});
afterEach(() => checkBooks(stack));
afterAll(() => stack?.stop());

const changes = () => systemChanges(stack, ['clearing:mock:RUB', 'sys:suspense:RUB']);

async function untilRefunded(paymentId: string): Promise<void> {
  await until('the refund', async () => (await paymentState(stack, paymentId)) === 'refunded');
}

test('CO-11 with DUPLICATE_PAYMENT=refund a second payment goes back to its payer', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  await payAndSettle(stack, order);
  await untilPaid(stack, order);
  const moved = await changes();
  const { paymentId, answers } = await pay(stack, order);
  expect(answers).toEqual(successes(order, 1));
  await untilRefunded(paymentId);
  await untilSettled(stack, paymentId);
  expect(await moved()).toEqual({});
  expect(stack.mock.control.book.payments.get(paymentId)?.state).toBe('refunded');
  expect(await balance(stack, order.userId)).toBe(100);
  expect(await itemsOfPayment(stack, paymentId)).toEqual(['duplicate_paid (resolved)']);
  expect(await promisedMessages(stack, order.userId)).toEqual([
    'pay.ok.activated',
    'pay.duplicate.refund',
    'pay.refunded',
  ]);
  await notify(stack, paymentId);
  await untilSettled(stack, paymentId);
  expect(await openItems(stack, order)).toEqual([]);
});

test('CO-11 a second payment that cannot go back waits for an operator', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  await payAndSettle(stack, order);
  await untilPaid(stack, order);
  const moved = await changes();
  const { paymentId } = await pay(stack, order, { refuseRefunds: true });
  await until('the refusal is visible', async () =>
    (await itemsOfPayment(stack, paymentId)).includes('refund_stuck'),
  );
  await untilSettled(stack, paymentId);
  expect(await moved()).toEqual({ 'clearing:mock:RUB': -20_000, 'sys:suspense:RUB': 20_000 });
  expect(await openItems(stack, order)).toEqual(['duplicate_paid', 'refund_stuck']);
});

test('CO-10 with PARTIAL_PAYMENT=accumulate part payments of exactly the sum complete the order', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  const moved = await changes();
  const first = await payAndSettle(stack, order, { outSum: '50.00' });
  const second = await payAndSettle(stack, order, { outSum: '70.00' });
  expect(await openItems(stack, order)).toEqual(['underpaid', 'underpaid']);
  expect(await balance(stack, order.userId)).toBe(0);
  const third = await payAndSettle(stack, order, { outSum: '80.00' });
  await untilPaid(stack, order);
  expect(await moved()).toEqual({ 'clearing:mock:RUB': -20_000 });
  expect(await balance(stack, order.userId)).toBe(100);
  expect(await openItems(stack, order)).toEqual([]);
  expect(await transferKinds(stack, order.userId)).toEqual([
    'quarantine',
    'quarantine',
    'topup',
    'subscription_fee',
  ]);
  for (const paymentId of [first, second, third]) {
    expect(await paymentState(stack, paymentId)).toBe('paid');
    await until('its workflow is over', async () => {
      const handle = stack.client.workflow.getHandle(`pay:mock:${paymentId}`);
      return (await handle.describe()).status.name === 'COMPLETED';
    });
  }
});

test('CO-10 part payments of more than the sum stay in suspense', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  await payAndSettle(stack, order, { outSum: '150.00' });
  await payAndSettle(stack, order, { outSum: '150.00' });
  expect(await openItems(stack, order)).toEqual(['underpaid', 'underpaid']);
  expect(await balance(stack, order.userId)).toBe(0);
});
