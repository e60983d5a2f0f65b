import {
  ApplicationFailure,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  type Client,
  type WorkflowHandle,
} from '@temporalio/client';
import {
  cancelCheckoutUpdate,
  changeProviderUpdate,
  checkoutId,
  checkPaymentUpdate,
  NOT_YOURS,
  NOTIFIER_ID,
  openCheckoutUpdate,
  paymentConfirmationId,
  paymentHintSignal,
  pollRequestedSignal,
  type Actor,
  type CheckoutOpening,
  type CheckoutResult,
  type CheckoutStatus,
} from '../../workflows/billing/contract';
import {
  billingState,
  billingUserId,
  invoiceIdAttribute,
  providerName,
} from '../../workflows/contract';
import type { BillingCommands, OwnedOutcome } from './contract';
import { autoTopupCommands } from './auto-topups';
import { broadcastCommands } from './broadcasts';
import { withDeadline } from './deadline';
import { growthCommands } from './growth';
import { holdCommands } from './holds';
import { isGone } from './gone';
import { breakCommands } from './breaks';
import { limitCommands } from './limits';
import { operationCommands } from './operations';
import { privacyCommands } from './privacy';
import { spendRefundCommands } from './spend-refunds';
import { reconciliationCommands } from './reconciliation';
import { refundCommands } from './refunds';
import { repairCommands } from './repairs';
import { subscriptionCommands } from './subscriptions';
import { trackCommands } from './tracks';
import {
  createSignalWithStart,
  startOnce,
  startOperation,
  type SignalWithStart,
  type Workflows,
} from './start';

/**
 * Asks Temporal on behalf of the bot and the server: typed starts, signals and updates, and nothing else. What is not
 * answered within a minute is rejected.
 */
export function createCommands(client: Client, taskQueue: string): BillingCommands {
  return withDeadline(client, endlessCommands(client, taskQueue));
}

function endlessCommands(client: Client, taskQueue: string): BillingCommands {
  const checkoutOf = (invoiceId: string) =>
    client.workflow.getHandle<Workflows['checkout']>(checkoutId(invoiceId));
  const signalWithStart = createSignalWithStart(client);
  return {
    ...autoTopupCommands(client, taskQueue, signalWithStart),
    ...broadcastCommands(client),
    ...growthCommands(client, taskQueue),
    ...holdCommands(client, taskQueue),
    ...limitCommands(client, taskQueue),
    ...spendRefundCommands(client, taskQueue),
    ...operationCommands(client, taskQueue),
    ...privacyCommands(client, taskQueue),
    ...reconciliationCommands(client, taskQueue, signalWithStart),
    ...refundCommands(client, taskQueue),
    ...breakCommands(client, taskQueue),
    ...repairCommands(client),
    ...subscriptionCommands(client, taskQueue),
    ...trackCommands(client, taskQueue),
    openCheckout: (order) => openCheckout(client, taskQueue, order),

    checkPayment: ({ invoiceId, userId }) =>
      askOwned(checkoutOf(invoiceId), {
        ask: async (handle) => ({
          kind: 'status' as const,
          status: await handle.executeUpdate(checkPaymentUpdate, { args: [{ actor: by(userId) }] }),
        }),
        over: (result) => ({ kind: 'status' as const, status: lastStatus(invoiceId, result) }),
      }),

    cancelCheckout: ({ invoiceId, userId }) =>
      askOwned(checkoutOf(invoiceId), {
        ask: (handle) =>
          handle.executeUpdate(cancelCheckoutUpdate, { args: [{ actor: by(userId) }] }),
        over: (result) =>
          result.kind === 'paid'
            ? { kind: 'already_paid' as const }
            : { kind: 'closed' as const, state: lastStatus(invoiceId, result).state as 'expired' },
      }),

    changeProvider: ({ invoiceId, userId, provider }) =>
      askOwned(checkoutOf(invoiceId), {
        ask: (handle) =>
          handle.executeUpdate(changeProviderUpdate, { args: [{ provider, actor: by(userId) }] }),
        over: (result) => ({ kind: 'refused' as const, reason: result.kind }),
      }),

    hintPayment: (hint) => hintPayment(signalWithStart, taskQueue, hint),

    advancePoll: (invoiceId) => advancePoll(checkoutOf(invoiceId)),

    ensureNotifier: () => ensureNotifier(client, taskQueue),
  };
}

function hintPayment(
  signalWithStart: SignalWithStart,
  taskQueue: string,
  { provider, providerPaymentId, hint }: Parameters<BillingCommands['hintPayment']>[0],
): Promise<void> {
  return signalWithStart('paymentConfirmation', {
    taskQueue,
    workflowId: paymentConfirmationId(provider, providerPaymentId),
    input: { provider, providerPaymentId },
    summary: `Payment ${providerPaymentId} at ${provider}`,
    attributes: [
      { key: billingState, value: 'waiting' },
      { key: providerName, value: provider },
    ],
    idReuse: 'ALLOW_DUPLICATE',
    signal: paymentHintSignal.name,
    signalArgs: [hint],
  });
}

function ensureNotifier(client: Client, taskQueue: string): Promise<void> {
  return startOnce(client, 'notifier', {
    taskQueue,
    workflowId: NOTIFIER_ID,
    input: {},
    summary: 'Sends what the outbox holds',
    attributes: [],
    idReuse: 'ALLOW_DUPLICATE',
  });
}

async function advancePoll(handle: WorkflowHandle<Workflows['checkout']>): Promise<void> {
  try {
    await handle.signal(pollRequestedSignal);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}

async function openCheckout(
  client: Client,
  taskQueue: string,
  order: Parameters<BillingCommands['openCheckout']>[0],
): Promise<CheckoutOpening> {
  const { quoteId: invoiceId, userId, provider, clockOffsetMs, savesMethod, renewal } = order;
  const startWorkflowOperation = startOperation('checkout', taskQueue, {
    workflowId: checkoutId(invoiceId),
    input: {
      ...{ invoiceId, userId, provider },
      ...(savesMethod ? { savesMethod } : {}),
      ...(renewal ? { renewal } : {}),
      ...(clockOffsetMs > 0 ? { clockOffsetMs } : {}),
    },
    summary: `Order of ${userId} by ${provider}`,
    attributes: [
      { key: billingState, value: 'opening' },
      { key: billingUserId, value: String(userId) },
      { key: invoiceIdAttribute, value: invoiceId },
      { key: providerName, value: provider },
    ],
    idReuse: 'REJECT_DUPLICATE',
  });
  try {
    return await client.workflow.executeUpdateWithStart(openCheckoutUpdate, {
      startWorkflowOperation,
    });
  } catch (error) {
    if (!isAlreadyOver(error)) throw error;
    return openedBefore(client, invoiceId);
  }
}

/** The button was pressed again after its checkout ended: the first press decided. */
async function openedBefore(client: Client, invoiceId: string): Promise<CheckoutOpening> {
  const handle = client.workflow.getHandle<Workflows['checkout']>(checkoutId(invoiceId));
  const result = await handle.result();
  return result.kind === 'existing' || result.kind === 'refused'
    ? result
    : { kind: 'open', invoiceId };
}

function isAlreadyOver(error: unknown): boolean {
  return error instanceof WorkflowExecutionAlreadyStartedError;
}

interface OwnedQuestion<T> {
  readonly ask: (handle: WorkflowHandle<Workflows['checkout']>) => Promise<T>;
  /** The answer of a checkout that has ended already. */
  readonly over: (result: CheckoutResult) => T;
}

async function askOwned<T>(
  handle: WorkflowHandle<Workflows['checkout']>,
  question: OwnedQuestion<T>,
): Promise<OwnedOutcome<T>> {
  try {
    return await question.ask(handle);
  } catch (error) {
    if (isNotYours(error)) return { kind: 'not_yours' };
    if (!isGone(error)) throw error;
    const result = await resultOf(handle);
    return result ? question.over(result) : { kind: 'not_yours' };
  }
}

async function resultOf(
  handle: WorkflowHandle<Workflows['checkout']>,
): Promise<CheckoutResult | undefined> {
  try {
    return await handle.result();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError || error instanceof WorkflowFailedError) {
      return undefined;
    }
    throw error;
  }
}

function isNotYours(error: unknown): boolean {
  return (
    error instanceof WorkflowUpdateFailedError &&
    error.cause instanceof ApplicationFailure &&
    error.cause.type === NOT_YOURS
  );
}

function lastStatus(invoiceId: string, result: CheckoutResult): CheckoutStatus {
  return {
    invoiceId,
    invoiceNo: undefined,
    state: stateOf(result),
    isConfirming: false,
    waitingFor: 'nothing',
    nextActionAt: undefined,
    allowedRepairs: [],
  };
}

function stateOf(result: CheckoutResult): CheckoutStatus['state'] {
  switch (result.kind) {
    case 'paid':
      return 'paid';
    case 'closed':
      return result.state;
    case 'existing':
    case 'refused':
      return 'cancelled';
  }
}

function by(userId: number): Actor {
  return { kind: 'user', id: String(userId) };
}
