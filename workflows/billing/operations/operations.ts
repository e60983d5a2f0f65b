import {
  allHandlersFinished,
  condition,
  continueAsNew,
  currentUpdateInfo,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { assertNever } from '../../../src/domain/assert';
import { businessClock } from '../../clock';
import { ask, type Pending } from '../../requests';
import { createShowcase, describeRepair } from '../../visibility';
import type { OperationOutcome } from '../operation/contract';
import { beginRefund } from '../refund/beginning';
import type { RefundInput } from '../refund/contract';
import { locateRefund, previewRefund } from '../refund/stubs';
import { requireRepair } from '../repair-rules';
import { act, hearActions, type DeskAction } from './actions';
import {
  deskRefundUpdate,
  describePaymentUpdate,
  operationsQuery,
  type DeskAnswer,
  type DeskDescription,
  type DeskRefund,
  type OperationsInput,
  type PaymentName,
} from './contract';
import { findPayment } from './stubs';

type Question =
  | { readonly kind: 'refund'; readonly n: string; readonly order: DeskRefund }
  | { readonly kind: 'describe'; readonly name: PaymentName }
  | ({ readonly kind: 'act' } & DeskAction);

type Queue = Pending<Question, unknown>[];

/**
 * The desk of the operators in the Web UI: begins refunds by Update and tells where a payment stands. It never ends;
 * a long history goes on in a fresh run, because every refund is a workflow of its own.
 */
export async function operations(input: OperationsInput): Promise<void> {
  const queue: Queue = [];
  const show = createShowcase(() => ({
    who: 'every operator',
    what: 'the desk at which operators begin what has no workflow yet',
    repairs: ['refund', 'writeOff', 'resendMessage'],
  }));
  listen(queue);
  show({ state: 'open', waitingFor: 'an operator' });
  for (;;) {
    await condition(() => queue.length > 0 || workflowInfo().continueAsNewSuggested);
    const pending = queue.shift();
    if (pending) pending.answer = await answer(pending.question);
    else {
      await condition(allHandlersFinished);
      if (queue.length === 0) await continueAsNew<typeof operations>(input);
    }
  }
}

function listen(queue: Queue): void {
  setHandler(
    deskRefundUpdate,
    (order) => ask<Question, DeskAnswer>(queue, { kind: 'refund', n: requestName(), order }),
    { validator: requireRefund, ...describeRepair('operations', 'refund') },
  );
  hearActions((action) => ask(queue, { kind: 'act', ...action }));
  setHandler(
    describePaymentUpdate,
    (name) => ask<Question, DeskDescription>(queue, { kind: 'describe', name }),
    { validator: requireName },
  );
  setHandler(operationsQuery, () => ({
    waitingFor: 'an operator',
    allowedRepairs: {
      refund: '{ operatorId, reason, paymentId or invoiceNo, amountMinor?, policy? }',
      describe: '{ paymentId or invoiceNo }',
      writeOff: '{ operatorId, reason, item }',
      resendMessage: '{ operatorId, reason, messageId }',
    },
  }));
}

/** The update's own id names the refund: the same request sent twice is one refund, in whichever run it lands. */
function requestName(): string {
  return `ops-${currentUpdateInfo()?.id ?? 'unnamed'}`;
}

const POLICIES: readonly unknown[] = ['unspent_only', 'full_with_debt', 'goodwill', undefined];

function requireRefund(order: DeskRefund): void {
  requireRepair(order);
  requireName(order);
  const { amountMinor } = order;
  if (amountMinor !== undefined && !(Number.isSafeInteger(amountMinor) && amountMinor > 0)) {
    throw new Error('amountMinor must be a whole number of minor units above zero');
  }
  if (!POLICIES.includes(order.policy)) {
    throw new Error('policy must be unspent_only, full_with_debt or goodwill');
  }
}

function requireName({ paymentId, invoiceNo }: PaymentName): void {
  const isNamed = (paymentId === undefined) !== (invoiceNo === undefined);
  if (!isNamed) throw new Error('name the payment by exactly one of paymentId and invoiceNo');
}

async function answer(
  question: Question,
): Promise<DeskAnswer | DeskDescription | OperationOutcome> {
  switch (question.kind) {
    case 'refund':
      return startRefund(question.n, question.order);
    case 'describe':
      return describe(question.name);
    case 'act':
      return act(question);
    default:
      return assertNever(question);
  }
}

async function startRefund(n: string, order: DeskRefund): Promise<DeskAnswer> {
  const payment = await findPayment(nameOf(order));
  if (!payment) return { kind: 'refused', reason: 'unknown_payment' };
  const { paymentId } = payment;
  const { clockOffsetMs } = await locateRefund({ paymentId });
  const { operatorId, reason, amountMinor, policy } = order;
  const input: RefundInput = {
    ...{ paymentId, reason, clockOffsetMs, origin: 'operator' },
    requestedBy: { kind: 'operator', id: operatorId },
    ...(amountMinor === undefined ? {} : { amountMinor }),
    ...(policy === undefined ? {} : { policy }),
  };
  const preview = await previewRefund({ ...input, asOf: businessClock(clockOffsetMs).now() });
  if (preview.kind === 'refused') return preview;
  const workflowId = await beginRefund(n, input);
  return { kind: 'started', workflowId, plan: preview.plan, approvals: preview.approvals };
}

async function describe(name: PaymentName): Promise<DeskDescription> {
  const payment = await findPayment(nameOf(name));
  if (!payment) return { kind: 'unknown' };
  const { paymentId } = payment;
  const { clockOffsetMs } = await locateRefund({ paymentId });
  const preview = await previewRefund({
    ...{ paymentId, origin: 'operator', reason: 'to be looked at' },
    requestedBy: { kind: 'system', id: 'operations' },
    asOf: businessClock(clockOffsetMs).now(),
  });
  const isPlanned = preview.kind === 'proposed';
  return {
    kind: 'known',
    payment,
    plan: isPlanned ? preview.plan : undefined,
    refusal: isPlanned ? undefined : preview.reason,
  };
}

function nameOf({ paymentId, invoiceNo }: PaymentName): PaymentName {
  return paymentId !== undefined ? { paymentId } : invoiceNo !== undefined ? { invoiceNo } : {};
}
