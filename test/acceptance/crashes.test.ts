import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import type { PaymentProvider } from '../../src/payments/provider';
import {
  asOfOf,
  balance,
  chatTexts,
  newUser,
  orderTopup,
  promisedMessages,
  transferKinds,
  untilPaid,
} from '../support/shop';
import { checkoutId, paymentConfirmationId } from '../../workflows/billing/contract';
import { notify, pay, payAndSettle, successes } from '../support/payments';
import { checkBooks, startStack, until, type RunningWorker, type Stack } from '../support/stack';
import { startWorkerWithout } from '../support/workers';

let stack: Stack;
let worker: RunningWorker | undefined;

beforeAll(async () => {
  stack = await startStack({ hasWorker: false });
});
afterEach(async () => {
  await worker?.stop();
  worker = undefined;
  await checkBooks(stack);
});
afterAll(() => stack?.stop());

/** The bank of a worker that dies while it waits for the link. */
function withoutAnswer(): Map<string, PaymentProvider> {
  const mock = stack.providers.get('mock');
  if (!mock) throw new Error('the mock provider is not there');
  const silent: PaymentProvider = { ...mock, createPayment: () => Context.current().cancelled };
  return new Map([['mock', silent]]);
}

test('T-A9 a crash between the commit of an invoice and its link is made good by the next worker', async () => {
  const userId = await newUser(stack);
  const { asOf } = await asOfOf(stack, userId);
  const tariff = await stack.reads.topupTariff(asOf);
  const quote = await stack.records.createQuote({
    userId,
    tariffVersionId: tariff?.tariffVersionId ?? '',
    currency: 'RUB',
    amountMinor: 20_000,
    asOf,
  });
  if (quote.kind !== 'quoted') throw new Error(quote.reason);
  const dying = await stack.startWorker({ providers: withoutAnswer() });
  const opening = stack.commands.openCheckout({
    quoteId: quote.quoteId,
    userId,
    provider: 'mock',
    clockOffsetMs: 0,
  });
  const draft = await until('the invoice is committed', () => stack.reads.invoice(quote.quoteId));
  expect(draft).toMatchObject({ state: 'draft', paymentUrl: null });
  expect(stack.mock.control.book.orders.get(String(draft.no))).toBeUndefined();
  await dying.stop();
  worker = await stack.startWorker();
  expect(await opening).toEqual({ kind: 'open', invoiceId: quote.quoteId });
  const open = await stack.reads.invoice(quote.quoteId);
  expect(open).toMatchObject({ state: 'pending', no: draft.no });
  expect(open?.paymentUrl).toContain(`InvId=${draft.no}`);
});

test('T-P4 a payment acknowledged while no worker lives is delivered by a build that has all activities', async () => {
  worker = await stack.startWorker();
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  await worker.stop();
  const { paymentId, answers } = await pay(stack, order);
  expect(answers).toEqual(successes(order, 1));

  worker = await startWorkerWithout(stack, ['postPayment']);
  const handle = stack.client.workflow.getHandle(`pay:mock:${paymentId}`);
  await until('the bad build has failed twice', async () => {
    const { raw } = await handle.describe();
    return (raw.pendingWorkflowTask?.attempt ?? 0) >= 2;
  });
  expect(await balance(stack, order.userId)).toBe(0);
  await worker.stop();

  worker = await stack.startWorker();
  await untilPaid(stack, order);
  await handle.result();
  expect(await balance(stack, order.userId)).toBe(100);
  expect(await transferKinds(stack, order.userId)).toEqual(['topup', 'subscription_fee']);
  expect(await promisedMessages(stack, order.userId)).toEqual(['pay.ok.activated']);
  await until('the payer is told', async () => chatTexts(stack, order.userId).length === 1);
});

/** Lets a workflow live again from its first task, as an operator does in the Web UI. */
async function resetToStart(workflowId: string): Promise<void> {
  const handle = stack.client.workflow.getHandle(workflowId);
  const { runId } = await handle.describe();
  const { events } = await handle.fetchHistory();
  const first = events?.find((event) => event.workflowTaskCompletedEventAttributes);
  await stack.client.workflowService.resetWorkflowExecution({
    namespace: stack.client.options.namespace,
    workflowExecution: { workflowId, runId },
    reason: 'an operator wants to see it again',
    workflowTaskFinishEventId: first?.eventId ?? null,
    requestId: randomUUID(),
  });
  await stack.client.workflow.getHandle(workflowId).result();
}

test('a payment that is reset in the Web UI, and told of once more, is credited and told of once', async () => {
  worker = await stack.startWorker();
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  const paymentId = await payAndSettle(stack, order);
  await untilPaid(stack, order);
  await resetToStart(paymentConfirmationId('mock', paymentId));
  await notify(stack, paymentId);
  expect(await balance(stack, order.userId)).toBe(100);
  expect(await transferKinds(stack, order.userId)).toEqual(['topup', 'subscription_fee']);
  expect(await promisedMessages(stack, order.userId)).toEqual(['pay.ok.activated']);
});

test('money for an order whose checkout was terminated is credited from the database', async () => {
  worker = await stack.startWorker();
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  await stack.client.workflow.getHandle(checkoutId(order.invoiceId)).terminate('by mistake');
  await payAndSettle(stack, order);
  await untilPaid(stack, order);
  expect(await balance(stack, order.userId)).toBe(100);
  expect(await transferKinds(stack, order.userId)).toEqual(['topup', 'subscription_fee']);
});
