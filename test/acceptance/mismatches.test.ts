import type { Script } from '../../sandbox/mock-provider/model';
import {
  balance,
  chatTexts,
  invoiceState,
  newUser,
  openItems,
  orderTopup,
  promisedMessages,
  transferKinds,
} from '../support/shop';
import {
  DAY,
  HOUR,
  itemsOfPayment,
  notify,
  pay,
  payAndSettle,
  paymentCard,
  paymentState,
  systemChanges,
  untilSettled,
} from '../support/payments';
import { checkBooks, startStack, until, type Stack } from '../support/stack';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
});
afterEach(() => checkBooks(stack));
afterAll(() => stack?.stop());

const MONEY_ACCOUNTS = ['RUB', 'USD'].flatMap((currency) => [
  `clearing:mock:${currency}`,
  `sys:suspense:${currency}`,
  `sys:deferred:${currency}`,
]);

const changes = () => systemChanges(stack, [...MONEY_ACCOUNTS, 'sys:issuance:TOK']);

interface Mismatch {
  readonly name: string;
  readonly script: Script;
  readonly item: string;
  readonly minor: number;
  readonly currency: string;
}

const SUMS: readonly Mismatch[] = [
  {
    name: '1 RUB for an invoice of 999 RUB',
    script: { outSum: '1.00' },
    item: 'underpaid',
    minor: 100,
    currency: 'RUB',
  },
  {
    name: '1000 RUB for an invoice of 999 RUB',
    script: { outSum: '1000.00' },
    item: 'overpaid',
    minor: 100_000,
    currency: 'RUB',
  },
  {
    name: '999 USD for an invoice of 999 RUB',
    script: { currency: 'USD' },
    item: 'wrong_currency',
    minor: 99_900,
    currency: 'USD',
  },
];

test.each(SUMS)(
  'T-V6 $name goes to suspense and the invoice stays pending',
  async ({ script, item, minor, currency }) => {
    const order = await orderTopup(stack, await newUser(stack), 99_900);
    const moved = await changes();
    const paymentId = await payAndSettle(stack, order, script);
    expect(await moved()).toEqual({
      [`clearing:mock:${currency}`]: -minor,
      [`sys:suspense:${currency}`]: minor,
    });
    expect(await openItems(stack, order)).toEqual([item]);
    expect(await balance(stack, order.userId)).toBe(0);
    expect(await transferKinds(stack, order.userId)).toEqual(['quarantine']);
    expect(await invoiceState(stack, order)).toBe('pending');
    expect(await paymentState(stack, paymentId)).toBe('quarantined');
    expect(await promisedMessages(stack, order.userId)).toEqual(['pay.quarantine']);
    await until('the payer is told', async () =>
      chatTexts(stack, order.userId).some((text) => text.includes('does not match')),
    );
    expect((await paymentCard(stack, paymentId)).allowedRepairs).toEqual([
      'resolve',
      'declareRefund',
      'writeOff',
    ]);
  },
);

test('T-V7 the correct sum in the name of somebody else is a wrong owner and moves neither wallet', async () => {
  const stranger = await newUser(stack);
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  const moved = await changes();
  await payAndSettle(stack, order, { userId: String(stranger) });
  expect(await moved()).toEqual({ 'clearing:mock:RUB': -20_000, 'sys:suspense:RUB': 20_000 });
  expect(await openItems(stack, order)).toEqual(['wrong_owner']);
  expect(await balance(stack, order.userId)).toBe(0);
  expect(await balance(stack, stranger)).toBe(0);
  expect(await invoiceState(stack, order)).toBe('pending');
});

test('T-V8 the id of one invoice with the number of another credits nothing', async () => {
  const userId = await newUser(stack);
  const a = await orderTopup(stack, userId, 20_000);
  const b = await orderTopup(stack, userId, 30_000);
  const moved = await changes();
  const paymentId = await payAndSettle(stack, a, { claimedInvoiceNo: String(b.no) });
  expect(await moved()).toEqual({ 'clearing:mock:RUB': -20_000, 'sys:suspense:RUB': 20_000 });
  expect(await itemsOfPayment(stack, paymentId)).toEqual(['unmatched']);
  expect(await balance(stack, userId)).toBe(0);
  expect([await invoiceState(stack, a), await invoiceState(stack, b)]).toEqual([
    'pending',
    'pending',
  ]);
});

test('T-V8 a verified payment of no invoice of ours is acknowledged and waits in suspense', async () => {
  const moved = await changes();
  const paying = stack.mock.control.pay(2_147_483_600, { outSum: '77.00' });
  const { notifications } = await paying.tried;
  expect(notifications.map(({ last }) => last?.status)).toEqual([200]);
  await untilSettled(stack, paying.payment.id);
  expect(await moved()).toEqual({ 'clearing:mock:RUB': -7_700, 'sys:suspense:RUB': 7_700 });
  expect(await itemsOfPayment(stack, paying.payment.id)).toEqual(['unmatched']);
});

test.each([
  { wrong: 'amount', script: { outSum: '199.99' }, item: 'underpaid' },
  { wrong: 'number', script: { claimedInvoiceNo: '2147483601' }, item: 'unmatched' },
  { wrong: 'owner', script: { userId: '1' }, item: 'wrong_owner' },
])('T-A2 the $wrong wrong alone opens an item of its own', async ({ script, item }) => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  const paymentId = await payAndSettle(stack, order, script);
  expect(await itemsOfPayment(stack, paymentId)).toEqual([item]);
  expect(await balance(stack, order.userId)).toBe(0);
});

test.each(['pending', 'failed'] as const)(
  'T-A2 a notification that says paid while the bank says %s credits nothing and opens an item after three days',
  async (state) => {
    const order = await orderTopup(stack, await newUser(stack), 20_000);
    const { paymentId } = await pay(stack, order, { states: [state], drop: true });
    const told = await notify(stack, paymentId, { states: ['paid'] });
    expect(told.answers).toEqual([`200 OK${order.no}`]);
    await until(
      'the bank was asked',
      async () => (await paymentCard(stack, paymentId)).nextActionAt !== undefined,
    );
    await stack.advance(order.userId, 2 * DAY);
    expect(await openItems(stack, order)).toEqual([]);
    await stack.advance(order.userId, DAY + HOUR);
    expect(await openItems(stack, order)).toEqual(['unknown_outcome']);
    expect(await balance(stack, order.userId)).toBe(0);
    expect(await transferKinds(stack, order.userId)).toEqual([]);
  },
);

test('T-A2 a notification that lies about the sum is judged by what the bank says', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  await payAndSettle(stack, order, { outSum: '1.00', onlyInNotification: true });
  expect(await balance(stack, order.userId)).toBe(100);
  expect(await openItems(stack, order)).toEqual([]);
});
