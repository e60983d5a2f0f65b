import { abandonRefundUpdate, retryRefundUpdate } from '../../workflows/billing/refund/contract';
import { itemsOfPayment, payAndSettle, paymentState, systemChanges } from '../support/payments';
import {
  askRefund,
  refundHandle,
  refundStates,
  refundWholly,
  spendTokens,
  untilPhase,
} from '../support/refunds';
import {
  balance,
  invoiceState,
  newUser,
  orderTopup,
  promisedMessages,
  transferKinds,
  untilPaid,
  type Order,
} from '../support/shop';
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

const ACCOUNTS = [
  'clearing:mock:RUB',
  'sys:deferred:RUB',
  'sys:suspense:RUB',
  'sys:issuance:TOK',
  'sys:fees:TOK',
  'sys:spend:TOK',
];

const OPERATOR = { operatorId: 'boris', reason: 'looked at it with the bank' };

/** A top-up of 200 roubles of a new person, 100 of which is the fee. */
async function topup(amountMinor = 20_000): Promise<{ order: Order; paymentId: string }> {
  const order = await orderTopup(stack, await newUser(stack), amountMinor);
  const paymentId = await payAndSettle(stack, order);
  await untilPaid(stack, order);
  return { order, paymentId };
}

test('T-A15 a half-used top-up is refunded: the unspent part goes back and the ledger is reversed', async () => {
  const changes = await systemChanges(stack, ACCOUNTS);
  const { order, paymentId } = await topup();
  await refundWholly(stack, paymentId);
  expect(await changes()).toEqual({
    'clearing:mock:RUB': -10_000,
    'sys:deferred:RUB': 10_000,
    'sys:issuance:TOK': -100_000_000,
    'sys:fees:TOK': 100_000_000,
  });
  expect(await balance(stack, order.userId)).toBe(0);
  expect(await transferKinds(stack, order.userId)).toEqual([
    'topup',
    'subscription_fee',
    'refund',
    'reversal',
  ]);
  expect(await invoiceState(stack, order)).toBe('partially_refunded');
  expect(await paymentState(stack, paymentId)).toBe('partially_refunded');
  expect(stack.mock.control.book.refunds.all().at(-1)).toMatchObject({
    paymentId,
    outSum: '100.00',
  });
  expect(await promisedMessages(stack, order.userId)).toEqual(['pay.ok.activated', 'refund.done']);
});

test('a repeat of a refund is the same refund, also after its end', async () => {
  const { paymentId } = await topup();
  const [first, second] = await Promise.all([
    askRefund(stack, paymentId),
    askRefund(stack, paymentId),
  ]);
  expect(first).toEqual(second);
  if (first.kind !== 'planned') throw new Error('not planned');
  await refundHandle(stack, first.workflowId).result();
  expect(await askRefund(stack, paymentId)).toMatchObject({
    kind: 'over',
    result: { kind: 'done' },
  });
  expect(await askRefund(stack, paymentId, { n: '2' })).toMatchObject({
    reason: 'nothing_unspent',
  });
  expect(await refundStates(stack, paymentId)).toEqual(['done']);
});

test('an unknown outcome is asked about until the provider proves it', async () => {
  const { order, paymentId } = await topup();
  stack.mock.control.outage({ scope: 'refund', answer: 'error', afterEffect: true });
  const opened = await askRefund(stack, paymentId);
  if (opened.kind !== 'planned') throw new Error('not planned');
  await untilPhase(stack, opened.workflowId, 'unknown');
  expect(await refundStates(stack, paymentId)).toEqual(['unknown']);
  expect(await balance(stack, order.userId)).toBe(100);
  stack.mock.control.endOutages();
  const handle = refundHandle(stack, opened.workflowId);
  await handle.executeUpdate(retryRefundUpdate, { args: [OPERATOR] });
  expect(await handle.result()).toMatchObject({ kind: 'done' });
  expect(await balance(stack, order.userId)).toBe(0);
  const sent = stack.mock.control.book.refunds.all().filter((each) => each.paymentId === paymentId);
  expect(sent).toHaveLength(1);
});

test('a refusal of the provider frees the tokens and waits for an operator', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  const paymentId = await payAndSettle(stack, order, { refuseRefunds: true });
  const opened = await askRefund(stack, paymentId);
  if (opened.kind !== 'planned') throw new Error('not planned');
  const card = await untilPhase(stack, opened.workflowId, 'stuck');
  expect(card.allowedRepairs).toEqual(['retry', 'resolve', 'abandon']);
  expect(await itemsOfPayment(stack, paymentId)).toEqual(['refund_stuck']);
  await spendTokens(stack, order.userId, 40);
  const handle = refundHandle(stack, opened.workflowId);
  await handle.executeUpdate(abandonRefundUpdate, { args: [OPERATOR] });
  expect(await handle.result()).toMatchObject({ kind: 'abandoned' });
  expect(await itemsOfPayment(stack, paymentId)).toEqual(['refund_stuck (written_off)']);
  expect(await balance(stack, order.userId)).toBe(60);
});

test('RF-6 above the limit another operator has to agree, and not the one who asked', async () => {
  const { order, paymentId } = await topup(200_000);
  const opened = await askRefund(stack, paymentId);
  expect(opened).toMatchObject({ kind: 'planned', approvals: 1, plan: { refundMinor: 190_000 } });
  if (opened.kind !== 'planned') return;
  await untilPhase(stack, opened.workflowId, 'proposed');
  const { workflowId } = opened;
  const agree = (operatorId: string) =>
    stack.commands.steerRefund({ ...OPERATOR, operatorId, workflowId, how: 'approve' });
  expect(await agree('anna')).toMatchObject({
    kind: 'refused',
    reason: expect.stringContaining('somebody else must agree'),
  });
  expect(await agree('boris')).toEqual({ kind: 'accepted', text: 'the refund goes on' });
  const handle = refundHandle(stack, workflowId);
  await handle.result();
  expect(await balance(stack, order.userId)).toBe(0);
});

test('RF-3 a refund made in the provider’s cabinet is booked without being sent', async () => {
  const changes = await systemChanges(stack, ACCOUNTS);
  const { order, paymentId } = await topup();
  await stack.mock.control.giveBack(paymentId, '50.00')?.tried;
  await until('half booked', async () => (await refundStates(stack, paymentId)).includes('done'));
  expect(await balance(stack, order.userId)).toBe(50);
  expect(await paymentState(stack, paymentId)).toBe('partially_refunded');
  await stack.mock.control.giveBack(paymentId)?.tried;
  await until(
    'all booked',
    async () =>
      (await refundStates(stack, paymentId)).filter((each) => each === 'done').length === 2,
  );
  expect(await changes()).toEqual({
    'sys:fees:TOK': 100_000_000,
  });
  expect(await balance(stack, order.userId)).toBe(-100);
  expect(await itemsOfPayment(stack, paymentId)).toEqual([]);
  expect(await invoiceState(stack, order)).toBe('refunded');
});

test('our own refund told back by the provider is booked once', async () => {
  const { order, paymentId } = await topup();
  await refundWholly(stack, paymentId);
  await stack.mock.control.notify(paymentId, {})?.tried;
  await until('it was heard', async () => {
    const { status } = await stack.client.workflow.getHandle(`pay:mock:${paymentId}`).describe();
    return status.name !== 'RUNNING';
  });
  expect(await refundStates(stack, paymentId)).toEqual(['done']);
  expect(await balance(stack, order.userId)).toBe(0);
});

test('a refund of a whole untouched order ends its subscription', async () => {
  const { order, paymentId } = await topup();
  await refundWholly(stack, paymentId, { policy: 'full_with_debt' });
  const [row] =
    await stack.sql`select id, state from subscriptions where user_id = ${order.userId}`;
  expect(row?.['state']).toBe('ended');
  const subscription = stack.client.workflow.getHandle(`sub:${String(row?.['id'])}`);
  expect(await subscription.result()).toEqual({ state: 'ended' });
  expect(await invoiceState(stack, order)).toBe('refunded');
});

test('nothing is lost or sent twice when the worker dies between sending and booking', async () => {
  const { order, paymentId } = await topup();
  stack.mock.control.outage({ scope: 'refund', answer: 'hang', afterEffect: true, requests: 1 });
  const opened = await askRefund(stack, paymentId);
  if (opened.kind !== 'planned') throw new Error('not planned');
  await until('the bank has sent it', async () =>
    Promise.resolve(
      stack.mock.control.book.refunds.all().some((each) => each.paymentId === paymentId),
    ),
  );
  await stack.worker.stop();
  await stack.worker.start();
  await refundHandle(stack, opened.workflowId).result();
  expect(await refundStates(stack, paymentId)).toEqual(['done']);
  expect(await balance(stack, order.userId)).toBe(0);
  const sent = stack.mock.control.book.refunds.all().filter((each) => each.paymentId === paymentId);
  expect(sent).toHaveLength(1);
});
