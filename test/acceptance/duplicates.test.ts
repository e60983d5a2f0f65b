import { setTimeout as delay } from 'node:timers/promises';
import {
  balance,
  chatTexts,
  newUser,
  openItems,
  orderTopup,
  promisedMessages,
  transferKinds,
  untilPaid,
  type Order,
} from '../support/shop';
import {
  cancel,
  DAY,
  HOUR,
  inboxOf,
  notify,
  pay,
  successes,
  untilSettled,
  untilState,
} from '../support/payments';
import { checkBooks, startStack, until, type Stack } from '../support/stack';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
});
afterEach(() => checkBooks(stack));
afterAll(() => stack?.stop());

async function expectOneCredit(order: Order): Promise<void> {
  expect(await balance(stack, order.userId)).toBe(100);
  expect(await transferKinds(stack, order.userId)).toEqual(['topup', 'subscription_fee']);
  expect(await openItems(stack, order)).toEqual([]);
  expect(await promisedMessages(stack, order.userId)).toEqual(['pay.ok.activated']);
}

test('T-V1 the same paid webhook three times in a row gives three success words and one top-up', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  const first = await pay(stack, order);
  const second = await notify(stack, first.paymentId);
  const third = await notify(stack, first.paymentId);
  expect([...first.answers, ...second.answers, ...third.answers]).toEqual(successes(order, 3));
  await untilPaid(stack, order);
  await untilSettled(stack, first.paymentId);
  await expectOneCredit(order);
  await until('the message is in the chat', async () =>
    chatTexts(stack, order.userId).some((text) => text.includes('Payment of')),
  );
  expect(chatTexts(stack, order.userId)).toHaveLength(1);
});

test('T-V2 four concurrent duplicates give four success words and one credit', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  const { paymentId, answers } = await pay(stack, order, { duplicates: 4 });
  expect(answers).toEqual(successes(order, 4));
  await untilSettled(stack, paymentId);
  await expectOneCredit(order);
});

test('T-V3 fifty parallel duplicates and one more eight days later give one credit and 51 deliveries', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  const { paymentId, answers } = await pay(stack, order, { duplicates: 50 });
  expect(answers).toEqual(successes(order, 50));
  await untilSettled(stack, paymentId);
  await expectOneCredit(order);
  await stack.advance(order.userId, 8 * DAY);
  const late = await notify(stack, paymentId);
  expect(late.answers).toEqual(successes(order, 1));
  await untilSettled(stack, paymentId);
  expect(await inboxOf(stack, paymentId)).toEqual({ events: 1, deliveries: 51 });
  await expectOneCredit(order);
});

test('T-P1 two different notifications of one payment 70 ms apart give one credit and two records', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  const paying = stack.mock.control.pay(order.no, { format: 'form' });
  await delay(70);
  // Another text for the same sum is another payload with another signature: nothing but the payment id repeats.
  const second = await notify(stack, paying.payment.id, { outSum: '200', format: 'json' });
  const { notifications } = await paying.tried;
  expect(notifications.map(({ last }) => last?.status)).toEqual([200]);
  expect(second.answers).toEqual(successes(order, 1));
  await untilSettled(stack, paying.payment.id);
  expect(await inboxOf(stack, paying.payment.id)).toEqual({ events: 2, deliveries: 2 });
  await expectOneCredit(order);
});

test('PC-3 four parallel notifications with four payloads give one credit, all acknowledged', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  const { paymentId, answers } = await pay(stack, order, { duplicates: 4, variants: true });
  expect(answers).toEqual(successes(order, 4));
  await untilSettled(stack, paymentId);
  expect(await inboxOf(stack, paymentId)).toEqual({ events: 4, deliveries: 4 });
  await expectOneCredit(order);
});

test('T-A1 a repeat of a paid webhook credits a paid invoice no second time', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  const { paymentId } = await pay(stack, order);
  await untilPaid(stack, order);
  await untilSettled(stack, paymentId);
  const repeat = await notify(stack, paymentId);
  expect(repeat.answers).toEqual(successes(order, 1));
  await untilSettled(stack, paymentId);
  await expectOneCredit(order);
});

test.each(['expired', 'cancelled'] as const)(
  'T-A1 a repeat of a paid webhook credits an invoice that was %s no second time',
  async (closing) => {
    const order = await orderTopup(stack, await newUser(stack), 20_000);
    if (closing === 'cancelled') expect(await cancel(stack, order)).toBe('cancelled');
    else await stack.advance(order.userId, 25 * HOUR);
    await untilState(stack, order, closing);
    const { paymentId } = await pay(stack, order);
    await untilPaid(stack, order);
    await untilSettled(stack, paymentId);
    const repeat = await notify(stack, paymentId, { duplicates: 3 });
    expect(repeat.answers).toEqual(successes(order, 3));
    await untilSettled(stack, paymentId);
    expect(await balance(stack, order.userId)).toBe(100);
    expect(await transferKinds(stack, order.userId)).toEqual(['topup', 'subscription_fee']);
    expect(await openItems(stack, order)).toEqual(['late_credit']);
  },
);
