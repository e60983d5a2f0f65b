import {
  balance,
  chatTexts,
  invoiceState,
  newUser,
  openItems,
  orderTopup,
  promisedMessages,
  transferKinds,
  untilPaid,
  type Order,
} from '../support/shop';
import { cancel, HOUR, payAndSettle, untilState } from '../support/payments';
import { checkBooks, startStack, until, type Stack } from '../support/stack';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
});
afterEach(() => checkBooks(stack));
afterAll(() => stack?.stop());

interface Ending {
  readonly kinds: readonly string[];
  readonly tokens: number;
  readonly fulfilledAs: string;
  readonly messages: readonly string[];
  readonly words: RegExp;
}

/** The order is given as it was promised: tokens, fee and period. */
const HONOURED: Ending = {
  kinds: ['topup', 'subscription_fee'],
  tokens: 100,
  fulfilledAs: 'order',
  messages: ['pay.late.honoured', 'pay.ok.activated'],
  words: /already closed, but your money arrived/,
};

/** Only the money is given, as tokens: no fee and no period at terms that are no longer offered. */
const CREDITED: Ending = {
  kinds: ['topup'],
  tokens: 200,
  fulfilledAs: 'wallet_credit',
  messages: ['pay.late.wallet'],
  words: /already closed, so 200 tokens went to your balance/,
};

async function expectEnding(order: Order, ending: Ending): Promise<void> {
  await untilPaid(stack, order);
  const [invoice] = await stack.sql`
    select fulfilled_as from invoices where id = ${order.invoiceId}`;
  expect(invoice?.['fulfilled_as']).toBe(ending.fulfilledAs);
  expect(await transferKinds(stack, order.userId)).toEqual(ending.kinds);
  expect(await balance(stack, order.userId)).toBe(ending.tokens);
  expect(await openItems(stack, order)).toEqual(['late_credit']);
  const [closing, ...rest] = await promisedMessages(stack, order.userId);
  expect(closing).toMatch(/^inv\.(cancelled|expired|reminder)$/);
  expect(rest.filter((template) => template.startsWith('pay.'))).toEqual(ending.messages);
  await until('the payer is told', async () =>
    chatTexts(stack, order.userId).some((text) => ending.words.test(text)),
  );
}

test('T-V4 money that comes after a cancel is honoured while the quote holds', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  expect(await cancel(stack, order)).toBe('cancelled');
  await payAndSettle(stack, order);
  await expectEnding(order, HONOURED);
});

test('T-V4 money that comes after a cancel becomes credit when the quote holds no longer', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  expect(await cancel(stack, order)).toBe('cancelled');
  await stack.advance(order.userId, 73 * HOUR);
  await payAndSettle(stack, order);
  await expectEnding(order, CREDITED);
});

test('T-V4 money that comes after a cancel becomes credit when the tariff was withdrawn meanwhile', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  expect(await cancel(stack, order)).toBe('cancelled');
  await stack.sql`update tariffs set is_active = false where slug = 'topup-main'`;
  try {
    await payAndSettle(stack, order);
    await expectEnding(order, CREDITED);
  } finally {
    await stack.sql`update tariffs set is_active = true where slug = 'topup-main'`;
  }
});

test('T-V5 money that comes 25 hours after creation is honoured', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  await stack.advance(order.userId, 25 * HOUR);
  await untilState(stack, order, 'expired');
  await payAndSettle(stack, order);
  await expectEnding(order, HONOURED);
});

test('T-V5 money that comes 100 hours after creation becomes credit', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  await stack.advance(order.userId, 100 * HOUR);
  await untilState(stack, order, 'expired');
  await payAndSettle(stack, order);
  await expectEnding(order, CREDITED);
});

test('T-V5 late money whose notification is lost is found by the watch of the closed order', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  await stack.advance(order.userId, 25 * HOUR);
  await untilState(stack, order, 'expired');
  await stack.mock.control.pay(order.no, { drop: true }).tried;
  expect(await invoiceState(stack, order)).toBe('expired');
  await stack.advance(order.userId, 6 * HOUR);
  await expectEnding(order, HONOURED);
});
