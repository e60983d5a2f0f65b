import type { SearchAttributeUpdatePair } from '@temporalio/common';
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  isCancellation,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { OpenedInvoice } from '../../activities/billing/opening';
import { assertNever } from '../../src/domain/assert';
import { isOpen } from '../../src/domain/billing/invoice';
import { amountMinorAttribute, currencyCode, planSlug, providerName } from '../contract';
import { isAtOnce } from '../stubs';
import { openInvoice, publishInvoice, remindInvoice, wakeNotifier } from './activities';
import { answer, answerRest, close, linkFrom, poll } from './checkout-answers';
import { nextDeadline, SUMMARY, type Deadline, type DeadlineKind } from './checkout-deadlines';
import { layDesk, orderStatus, type Desk, type OrderDesk } from './checkout-desk';
import {
  checkoutStatusQuery,
  type Actor,
  type CheckoutInput,
  type CheckoutResult,
} from './contract';

const SYSTEM: Actor = { kind: 'system', id: 'checkout' };

/**
 * One order from its quote to its end: opens the invoice and its link, waits for the payment, asks the provider by
 * itself, reminds, expires to the second, and watches a closed order for late money (specification section 8).
 */
export async function checkout(input: CheckoutInput): Promise<CheckoutResult> {
  const desk = layDesk(input);
  const result = await trade(desk);
  answerRest(desk);
  await condition(allHandlersFinished);
  return result;
}

async function trade(desk: Desk): Promise<CheckoutResult> {
  // A cancellation waits until the invoice is known; cut short, it would leave one open with nobody behind it.
  const opened = await CancellationScope.nonCancellable(() => openOrder(desk));
  if (opened.kind !== 'opened') {
    desk.opening = opened;
    return opened;
  }
  const order = orderDesk(desk, opened.invoice);
  try {
    if (!(await offerLink(order))) return { kind: 'refused', reason: 'provider_unavailable' };
    await waitForPayment(order);
    return finish(order);
  } catch (error) {
    if (isCancellation(error)) await CancellationScope.nonCancellable(() => withdraw(order));
    throw error;
  }
}

async function openOrder(desk: Desk) {
  const { invoiceId, userId, provider, savesMethod, renewal } = desk.input;
  const show = () => desk.show({ state: 'opening', waitingFor: desk.waitingFor });
  if (!isAtOnce()) show();
  const saving = { ...(savesMethod ? { savesMethod } : {}), ...(renewal ? { renewal } : {}) };
  return openInvoice({ invoiceId, userId, provider, ...saving, asOf: desk.clock.now() }, show);
}

function orderDesk(desk: Desk, invoice: OpenedInvoice): OrderDesk {
  const createdMs = Date.parse(invoice.createdAt);
  const order: OrderDesk = Object.assign(desk, {
    invoice,
    state: invoice.state,
    provider: invoice.provider,
    expiresMs: Date.parse(invoice.expiresAt),
    remindMs: invoice.remindAt === undefined ? undefined : Date.parse(invoice.remindAt),
    providerRef: undefined,
    closedMs: undefined,
    polledMs: createdMs,
  });
  setHandler(checkoutStatusQuery, () => orderStatus(order));
  if (!isAtOnce()) upsertSearchAttributes(attributesOf(invoice));
  return order;
}

function attributesOf(invoice: OpenedInvoice): SearchAttributeUpdatePair[] {
  return [
    { key: providerName, value: invoice.provider },
    { key: currencyCode, value: invoice.amount.currency },
    { key: amountMinorAttribute, value: invoice.amount.minor },
    { key: planSlug, value: invoice.plan },
  ];
}

/** The link reaches the person only after its invoice is committed (CO-1). */
async function offerLink(order: OrderDesk): Promise<boolean> {
  const { invoiceId } = order.invoice;
  order.waitingFor = 'the provider’s pay link';
  const about = isAtOnce() ? attributesOf(order.invoice) : [];
  order.show({ state: 'draft', waitingFor: order.waitingFor }, about);
  const link = await linkFrom({ provider: order.provider, invoiceId });
  if (link === undefined) {
    await close(order, 'cancelled', { actor: SYSTEM, template: 'inv.unavailable' });
    order.opening = { kind: 'refused', reason: 'provider_unavailable' };
    return false;
  }
  order.providerRef = link.providerRef;
  await publishInvoice({ invoiceId, ...link, asOf: order.clock.now() });
  order.state = 'pending';
  order.opening = { kind: 'open', invoiceId };
  return true;
}

/** Until the order is fulfilled or nobody watches it any more: whatever comes first, in history order (CO-14). */
async function waitForPayment(order: OrderDesk): Promise<void> {
  for (;;) {
    if (order.fulfilledAs !== undefined) return;
    const pending = order.questions.shift();
    if (pending) {
      pending.answer = (await answer(order, pending.question)) ?? 'done';
      continue;
    }
    const deadline = nextDeadline(order);
    if (!deadline) return;
    showWait(order, deadline);
    const isMoved = await condition(
      () => order.fulfilledAs !== undefined || order.questions.length > 0,
      order.clock.untilMs(deadline.atMs),
      { summary: SUMMARY[deadline.kind] },
    );
    if (!isMoved && (await meet(order, deadline.kind)) === 'over') return;
  }
}

async function meet(order: OrderDesk, kind: DeadlineKind): Promise<'on' | 'over'> {
  switch (kind) {
    case 'remind':
      order.remindMs = undefined;
      await remindInvoice({ invoiceId: order.invoice.invoiceId, asOf: order.clock.now() });
      await wakeNotifier();
      return 'on';
    case 'poll':
      await poll(order);
      return 'on';
    case 'expire':
      await close(order, 'expired', { actor: SYSTEM });
      return 'on';
    case 'endWatch':
      return 'over';
    default:
      return assertNever(kind);
  }
}

/** An operator cancelled the workflow itself: the order must not stay open with nobody behind it. */
async function withdraw(order: OrderDesk): Promise<void> {
  if (isOpen(order.state)) await close(order, 'cancelled', { actor: SYSTEM });
  order.opening ??= { kind: 'refused', reason: 'provider_unavailable' };
  answerRest(order);
}

function finish(order: OrderDesk): CheckoutResult {
  const { fulfilledAs } = order;
  if (fulfilledAs !== undefined) order.state = 'paid';
  order.waitingFor = 'nothing';
  order.nextAt = undefined;
  order.show({ state: order.state, waitingFor: 'nothing: this order is finished' });
  if (fulfilledAs !== undefined) return { kind: 'paid', fulfilledAs };
  return { kind: 'closed', state: order.state === 'cancelled' ? 'cancelled' : 'expired' };
}

function showWait(order: OrderDesk, deadline: Deadline): void {
  order.nextAt = new Date(deadline.atMs).toISOString();
  order.waitingFor = isOpen(order.state)
    ? `payment of invoice ${order.invoice.no} at ${order.provider}`
    : `late money of invoice ${order.invoice.no}, which is ${order.state}`;
  order.show({ state: order.state, waitingFor: order.waitingFor, nextAt: order.nextAt });
}
