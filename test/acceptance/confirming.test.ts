import {
  balance,
  newUser,
  openItems,
  orderTopup,
  promisedMessages,
  transferKinds,
  untilPaid,
  type Order,
  invoiceState,
} from '../support/shop';
import {
  cancel,
  DAY,
  HOUR,
  MINUTE,
  notify,
  pay,
  payAndSettle,
  paymentCard,
  paymentState,
  SECOND,
  successes,
  untilSettled,
} from '../support/payments';
import { checkBooks, startStack, until, type Stack } from '../support/stack';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
});
afterEach(async () => {
  stack.mock.control.endOutages();
  await checkBooks(stack);
});
afterAll(() => stack?.stop());

/** Ids of the executions that match a visibility query, once there are any. */
async function found(query: string): Promise<string[]> {
  return until(`an execution with ${query}`, async () => {
    const ids: string[] = [];
    for await (const { workflowId } of stack.client.workflow.list({ query })) ids.push(workflowId);
    return ids.length > 0 && ids;
  });
}

async function untilAsking(paymentId: string): Promise<void> {
  await until('the bank does not say', async () => {
    const card = await paymentCard(stack, paymentId);
    return card.phase === 'asking' && card.nextActionAt !== undefined;
  });
}

/** A payment that is acknowledged while the status API gives no answer. */
async function payBlindly(): Promise<{ order: Order; paymentId: string }> {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  stack.mock.control.outage({ scope: 'status' });
  const { paymentId, answers } = await pay(stack, order);
  expect(answers).toEqual(successes(order, 1));
  await untilAsking(paymentId);
  expect(await balance(stack, order.userId)).toBe(0);
  expect(await paymentState(stack, paymentId)).toBe('unknown');
  const shown = await stack.reads.invoice(order.invoiceId);
  expect(shown).toMatchObject({ state: 'pending', isConfirming: true });
  return { order, paymentId };
}

test('T-A6 a payment whose webhook is lost is completed by a poll within five minutes', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  const { payment } = await stack.mock.control.pay(order.no, { drop: true }).tried;
  await stack.advance(order.userId, MINUTE);
  expect(await balance(stack, order.userId)).toBe(0);
  await stack.advance(order.userId, 4 * MINUTE);
  await untilPaid(stack, order);
  expect(await balance(stack, order.userId)).toBe(100);
  const [posted] = await stack.sql`
    select t.as_of - i.created_as_of < interval '5 minutes' as in_time
    from transfers t join invoices i on i.id = t.invoice_id
    where i.id = ${order.invoiceId} and t.kind = 'topup'`;
  expect(posted?.['in_time']).toBe(true);
  const byInvoice = `InvoiceId = '${order.invoiceId}'`;
  const confirmation = `pay:mock:${payment.id}`;
  expect(await found(`${byInvoice} and WorkflowType = 'paymentConfirmation'`)).toEqual([
    confirmation,
  ]);
  expect(await found(`${byInvoice} and WorkflowType = 'checkout'`)).toEqual([
    `checkout:${order.invoiceId}`,
  ]);
  expect(
    await found(`BillingUserId = '${order.userId}' and Provider = 'mock' and AmountMinor = 20000`),
  ).toContain(confirmation);
});

test('CO-7 a payment whose webhook is lost wins over a cancel', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  await stack.mock.control.pay(order.no, { drop: true }).tried;
  expect(await cancel(stack, order)).toBe('already_paid');
  await untilPaid(stack, order);
  expect(await openItems(stack, order)).toEqual([]);
});

test('CO-7 a payment that went back at the bank does not stand in the way of a cancel', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  await payAndSettle(stack, order, { states: ['refunded'] });
  expect(await cancel(stack, order)).toBe('cancelled');
  expect(await balance(stack, order.userId)).toBe(0);
});

test('PC-11 an unknown outcome is asked about until the bank says paid', async () => {
  const { order, paymentId } = await payBlindly();
  await stack.advance(order.userId, 4 * MINUTE);
  expect(await promisedMessages(stack, order.userId)).toEqual([]);
  await stack.advance(order.userId, 3 * MINUTE);
  expect(await promisedMessages(stack, order.userId)).toEqual(['pay.confirming']);
  await stack.advance(order.userId, 30 * MINUTE);
  const stuck = `StuckReason = 'unknown' and WorkflowId = 'pay:mock:${paymentId}'`;
  expect(await found(stuck)).toEqual([`pay:mock:${paymentId}`]);
  expect(await cancel(stack, order)).toBe('cancelled');
  stack.mock.control.endOutages();
  await stack.advance(order.userId, HOUR + MINUTE);
  await untilPaid(stack, order);
  await untilSettled(stack, paymentId);
  expect(await balance(stack, order.userId)).toBe(100);
  expect(await openItems(stack, order)).toEqual(['late_credit']);
});

test('PC-11 an outcome unknown for three days opens an item, and money that is found later is credited', async () => {
  const { order, paymentId } = await payBlindly();
  await stack.advance(order.userId, 71 * HOUR);
  expect(await openItems(stack, order)).toEqual([]);
  await stack.advance(order.userId, 2 * HOUR);
  expect(await openItems(stack, order)).toEqual(['unknown_outcome']);
  stack.mock.control.endOutages();
  await stack.advance(order.userId, DAY + MINUTE);
  await untilPaid(stack, order);
  await untilSettled(stack, paymentId);
  expect(await paymentState(stack, paymentId)).toBe('paid');
  expect(await promisedMessages(stack, order.userId)).toContain('pay.late.wallet');
  expect(await openItems(stack, order)).toEqual(['late_credit']);
  expect((await stack.reads.invoice(order.invoiceId))?.isConfirming).toBe(false);
});

test('PC-11 a payment that evades questions for a while is credited at the next one', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  const { paymentId } = await pay(stack, order, {
    status: { answer: 'unknown', forMs: 3 * SECOND },
  });
  await untilAsking(paymentId);
  await new Promise((resolve) => setTimeout(resolve, 3 * SECOND));
  await stack.advance(order.userId, MINUTE);
  await untilPaid(stack, order);
});

test.each([
  { states: ['paid', 'authorised', 'failed'], stands: 'paid', tokens: 100 },
  { states: ['failed', 'authorised', 'paid'], stands: 'paid', tokens: 100 },
  { states: ['refunded', 'paid'], stands: 'refunded', tokens: 0 },
  { states: ['paid', 'refunded'], stands: 'refunded', tokens: 0 },
] as const)(
  'T-P6 notifications in the order $states leave the payment $stands',
  async ({ states, stands, tokens }) => {
    const order = await orderTopup(stack, await newUser(stack), 20_000);
    const paymentId = await payAndSettle(stack, order, { states: [...states] });
    expect(await paymentState(stack, paymentId)).toBe(stands);
    expect(await balance(stack, order.userId)).toBe(tokens);
  },
);

test('T-P6 a failed payment that the bank later calls paid is credited', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  const paymentId = await payAndSettle(stack, order, { decline: true });
  expect(await paymentState(stack, paymentId)).toBe('failed');
  expect(await promisedMessages(stack, order.userId)).toEqual(['pay.failed']);
  await stack.mock.control.move(paymentId, 'paid')?.tried;
  await untilPaid(stack, order);
  expect(await balance(stack, order.userId)).toBe(100);
});

test('T-P6 a refund after the credit stands, is booked, and no late word undoes it', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  const paymentId = await payAndSettle(stack, order);
  await stack.mock.control.move(paymentId, 'refunded')?.tried;
  await until(
    'the refund is booked',
    async () => (await invoiceState(stack, order)) === 'refunded',
  );
  await untilSettled(stack, paymentId);
  await notify(stack, paymentId, { states: ['paid', 'authorised', 'failed'] });
  await untilSettled(stack, paymentId);
  expect(await paymentState(stack, paymentId)).toBe('refunded');
  const kinds = ['topup', 'subscription_fee', 'refund', 'reversal'];
  expect(await transferKinds(stack, order.userId)).toEqual(kinds);
  // What the fee had taken of it is owed: the bank gave back all of the money.
  expect(await balance(stack, order.userId)).toBe(-100);
  expect(await openItems(stack, order)).toEqual([]);
});
