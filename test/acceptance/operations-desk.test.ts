import {
  deskRefundUpdate,
  describePaymentUpdate,
  OPERATIONS_ID,
  operationsQuery,
} from '../../workflows/billing/operations/contract';
import { createLog } from '../../src/log';
import { keepStanding } from '../../src/main/standing';
import { payAndSettle } from '../support/payments';
import { paymentIdOf, refundHandle, refundStates } from '../support/refunds';
import { balance, newUser, orderTopup, untilPaid } from '../support/shop';
import { checkBooks, startStack, type Stack } from '../support/stack';
import { until } from '../support/until';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
  await stack.commands.ensureOperations();
  await stack.commands.ensureOperations();
});
afterEach(() => checkBooks(stack));
afterAll(() => stack?.stop());

const REPAIR = { operatorId: 'anna', reason: 'asked for by letter' };

const desk = () => stack.client.workflow.getHandle(OPERATIONS_ID);

async function topup() {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  const paymentId = await payAndSettle(stack, order);
  await untilPaid(stack, order);
  return { order, paymentId };
}

test('OPS-3 a refund begins by an Update in the Web UI and answers with its plan', async () => {
  const { order, paymentId } = await topup();
  const described = await desk().executeUpdate(describePaymentUpdate, {
    args: [{ invoiceNo: order.no }],
  });
  expect(described).toMatchObject({
    kind: 'known',
    payment: { invoiceNo: order.no, userId: order.userId, refunds: [] },
    plan: { refundMinor: 10_000 },
  });
  const ask = { args: [{ ...REPAIR, invoiceNo: order.no }] as [object], updateId: 'letter-17' };
  const answers = await Promise.all([
    desk().executeUpdate(deskRefundUpdate, ask as never),
    desk().executeUpdate(deskRefundUpdate, ask as never),
  ]);
  expect(answers[0]).toEqual(answers[1]);
  expect(answers[0]).toMatchObject({
    kind: 'started',
    approvals: 0,
    plan: { refundMinor: 10_000 },
  });
  if (answers[0].kind !== 'started') return;
  await refundHandle(stack, answers[0].workflowId).result();
  expect(await refundStates(stack, paymentId)).toEqual(['done']);
  expect(await balance(stack, order.userId)).toBe(0);
  const after = await desk().executeUpdate(describePaymentUpdate, {
    args: [{ paymentId: await paymentIdOf(stack, paymentId) }],
  });
  expect(after).toMatchObject({
    refusal: 'nothing_unspent',
    payment: { refunds: [{ state: 'done' }] },
  });
});

test('a part of the money goes back by a chosen policy', async () => {
  const { order, paymentId } = await topup();
  const answer = await desk().executeUpdate(deskRefundUpdate, {
    args: [{ ...REPAIR, invoiceNo: order.no, amountMinor: 5_000, policy: 'goodwill' }],
  });
  if (answer.kind !== 'started') throw new Error(answer.reason);
  await refundHandle(stack, answer.workflowId).result();
  expect(await balance(stack, order.userId)).toBe(100);
  expect(await refundStates(stack, paymentId)).toEqual(['done']);
});

test('what serves everybody is begun again when an operator has terminated it', async () => {
  const log = createLog({ level: 'silent', name: 'test' });
  const standing = await keepStanding([() => stack.commands.ensureOperations()], log, 200);
  const { runId } = await desk().describe();
  await desk().terminate('a rehearsal');
  const next = await until('another run', async () => {
    const found = await desk().describe();
    return found.status.name === 'RUNNING' ? found : undefined;
  });
  await standing.stop();
  expect(next.runId).not.toBe(runId);
  expect(await desk().query(operationsQuery)).toMatchObject({ waitingFor: 'an operator' });
});

test('what makes no sense is refused in words', async () => {
  const { order } = await topup();
  const refused = async (request: object) => {
    try {
      await desk().executeUpdate(deskRefundUpdate, { args: [request as never] });
    } catch (error) {
      return (error as { cause?: Error }).cause?.message;
    }
    return 'accepted';
  };
  expect(await refused({ ...REPAIR })).toContain('exactly one of paymentId and invoiceNo');
  expect(await refused({ operatorId: 'anna', reason: 'short', invoiceNo: 1 })).toContain('reason');
  expect(await refused({ ...REPAIR, invoiceNo: 1, amountMinor: 0.5 })).toContain('amountMinor');
  expect(await refused({ ...REPAIR, invoiceNo: 1, policy: 'all' })).toContain('policy');
  const unknown = await desk().executeUpdate(deskRefundUpdate, {
    args: [{ ...REPAIR, invoiceNo: 2_000_000_000 }],
  });
  expect(unknown).toEqual({ kind: 'refused', reason: 'unknown_payment' });
  const tooMuch = await desk().executeUpdate(deskRefundUpdate, {
    args: [{ ...REPAIR, invoiceNo: order.no, amountMinor: 10_001 }],
  });
  expect(tooMuch).toEqual({ kind: 'refused', reason: 'more_than_refundable', mostMinor: 10_000 });
  expect(await desk().query(operationsQuery)).toMatchObject({ waitingFor: 'an operator' });
});
