import {
  balance,
  newUser,
  openItems,
  orderTopup,
  promisedMessages,
  transferKinds,
  untilPaid,
} from '../support/shop';
import { checkBooks, startStack, until, type Stack } from '../support/stack';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
});
afterEach(() => checkBooks(stack));
afterAll(() => stack?.stop());

test('T-V1 the same paid webhook three times gives three success words, one top-up and 100 tokens left', async () => {
  const userId = await newUser(stack);
  const order = await orderTopup(stack, userId, 20_000);
  const paying = stack.mock.control.pay(order.no, { duplicates: 3 });
  const { notifications } = await paying.tried;
  expect(notifications.map((sent) => sent.last?.body)).toEqual([
    `OK${order.no}`,
    `OK${order.no}`,
    `OK${order.no}`,
  ]);
  await untilPaid(stack, order);
  expect(await balance(stack, userId)).toBe(100);
  expect(await transferKinds(stack, userId)).toEqual(['topup', 'subscription_fee']);
  expect(await openItems(stack, order)).toEqual([]);
  expect(await promisedMessages(stack, userId)).toEqual(['pay.ok.activated']);
  await until('the message is in the chat', async () =>
    stack.telegram.messages(userId).some(({ message }) => message.text?.includes('Payment of')),
  );
});
