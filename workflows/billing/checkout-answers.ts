import { condition, isCancellation, patched, upsertSearchAttributes } from '@temporalio/workflow';
import { assertNever } from '../../src/domain/assert';
import { isOpen, type InvoiceState } from '../../src/domain/billing/invoice';
import { FACT_RANK, type WireFact } from '../../src/domain/billing/payment';
import { providerName } from '../contract';
import {
  askOrder,
  cancelAtProvider,
  closeInvoice,
  createPayment,
  prolongInvoice,
  replaceLink,
  switchProvider,
  wakeNotifier,
} from './activities';
import {
  openingStatus,
  orderStatus,
  type Desk,
  type OrderDesk,
  type Question,
} from './checkout-desk';
import type {
  Actor,
  CancelOutcome,
  ChangeProviderOutcome,
  CheckoutStatus,
  OrderRequest,
} from './contract';
import { hintPaymentConfirmation } from './hints';
import { recordRepair } from './operation/stubs';
import { onlyEarlier } from './repairs/trace';

/** Answers one question of the queue, in the order of history. */
export async function answer(order: OrderDesk, question: Question): Promise<unknown> {
  switch (question.kind) {
    case 'poll':
      return poll(order);
    case 'check':
      return check(order);
    case 'cancel':
      return cancel(order, question);
    case 'changeProvider':
      return changeProvider(order, question);
    case 'switchProvider':
      return switchForOwner(order, question);
    case 'retryNow':
      return askForOperator(order, question);
    case 'prolong':
      return prolong(order, question);
    default:
      return assertNever(question);
  }
}

/**
 * Asks the provider; what it calls paid or given back is confirmed by a workflow of its own. Returns whether money is
 * on its way: what went back, or has found its end already, is no reason to wait for it.
 */
export async function poll(order: OrderDesk): Promise<boolean> {
  order.polledMs = order.clock.nowMs();
  const { invoiceId, no: invoiceNo } = order.invoice;
  const facts = await factsOf({ invoiceId, invoiceNo, provider: order.provider });
  const coming = facts.filter(
    (fact) => fact.state === 'paid' && !order.settled.has(fact.providerPaymentId),
  );
  const reversed = facts.filter((fact) => FACT_RANK[fact.state] > FACT_RANK.paid);
  for (const fact of [...coming, ...reversed]) await hintOnce(order, fact);
  order.isConfirming = coming.length > 0 || facts.some((fact) => fact.state === 'authorised');
  if (!order.isConfirming && isLinkDead(order, facts) && patched('new-link'))
    await renewLink(order);
  return coming.length > 0;
}

/** Some providers make a payment object that a decline ends; the order is then still open and cannot be paid. */
function isLinkDead(order: OrderDesk, facts: readonly WireFact[]): boolean {
  const isObject = ({ state, providerPaymentId }: WireFact) =>
    state === 'failed' && providerPaymentId === order.providerRef;
  return isOpen(order.state) && facts.some(isObject);
}

/** A provider that gives no new link now is asked again with the next poll. */
async function renewLink(order: OrderDesk): Promise<void> {
  const { invoiceId } = order.invoice;
  const { provider, providerRef: after } = order;
  const link = await linkFrom({ provider, invoiceId, ...(after === undefined ? {} : { after }) });
  if (link === undefined) return;
  order.providerRef = link.providerRef;
  await replaceLink({ invoiceId, provider, ...link, asOf: order.clock.now() });
  await wakeNotifier();
}

async function factsOf(order: {
  invoiceId: string;
  invoiceNo: number;
  provider: string;
}): Promise<readonly WireFact[]> {
  try {
    const told = await askOrder(order);
    return told.kind === 'facts' ? told.facts : [];
  } catch (error) {
    if (isCancellation(error)) throw error;
    return [];
  }
}

async function hintOnce(order: OrderDesk, fact: WireFact): Promise<void> {
  const mark = `${fact.providerPaymentId}:${fact.state}`;
  if (order.hinted.has(mark)) return;
  order.hinted.add(mark);
  await hintPaymentConfirmation({
    provider: order.provider,
    fact,
    clockOffsetMs: order.input.clockOffsetMs ?? 0,
  });
}

/** How long an answer to "check" waits for a payment that was just found. */
const CHECK_PATIENCE = '8 seconds';

async function check(order: OrderDesk): Promise<CheckoutStatus> {
  const isPaying = await poll(order);
  if (isPaying) await condition(() => order.fulfilledAs !== undefined, CHECK_PATIENCE);
  if (order.fulfilledAs !== undefined) order.state = 'paid';
  return orderStatus(order);
}

/** "Already paid" wins over cancel (CO-7). */
async function cancel(order: OrderDesk, { actor, reason }: OrderRequest): Promise<CancelOutcome> {
  if (!isOpen(order.state)) return { kind: 'closed', state: order.state };
  if (await poll(order)) return { kind: 'already_paid' };
  if (order.fulfilledAs !== undefined) return { kind: 'already_paid' };
  const by = { actor, ...(reason === undefined ? {} : { reason }) };
  const state = await close(order, 'cancelled', by);
  return state === 'cancelled' ? { kind: 'cancelled' } : { kind: 'already_paid' };
}

async function changeProvider(
  order: OrderDesk,
  change: OrderRequest & { provider: string },
): Promise<ChangeProviderOutcome> {
  const { invoiceId, no: invoiceNo } = order.invoice;
  if (!isOpen(order.state)) return { kind: 'refused', reason: order.state };
  if (order.provider === change.provider) return { kind: 'changed', provider: change.provider };
  if (await poll(order)) return { kind: 'refused', reason: 'confirming' };
  const link = await linkFrom({ provider: change.provider, invoiceId });
  if (link === undefined) return { kind: 'refused', reason: 'provider_unavailable' };
  const asOf = order.clock.now();
  const switched = await switchProvider({ invoiceId, ...change, ...link, asOf });
  if (switched !== 'switched') {
    const { providerRef } = link;
    const { provider } = change;
    await quietly(() => cancelAtProvider({ invoiceId, invoiceNo, provider, providerRef }));
    return { kind: 'refused', reason: switched === 'taken' ? 'order_exists' : 'closed' };
  }
  const { provider, providerRef } = order;
  await quietly(() => cancelAtProvider({ invoiceId, invoiceNo, provider, providerRef }));
  order.provider = change.provider;
  order.providerRef = link.providerRef;
  upsertSearchAttributes([{ key: providerName, value: change.provider }]);
  return { kind: 'changed', provider: change.provider };
}

/** Its owner is not at the screen: the order they were shown gets the new link by itself. */
async function switchForOwner(
  order: OrderDesk,
  change: OrderRequest & { provider: string },
): Promise<ChangeProviderOutcome> {
  const outcome = await changeProvider(order, change);
  if (outcome.kind === 'changed') await wakeNotifier();
  return outcome;
}

async function askForOperator(
  order: OrderDesk,
  { operatorId, reason, updateId }: Extract<Question, { kind: 'retryNow' }>,
): Promise<{ accepted: string }> {
  const asOf = order.clock.now();
  await recordRepair({
    ...{ step: `retry:${updateId}`, action: 'invoice.asked_about', entity: 'invoice' as const },
    ...{ entityId: order.invoice.invoiceId, operatorId, reason, asOf },
    ...onlyEarlier(order.nextAt, asOf),
  });
  const isPaying = await poll(order);
  return {
    accepted: isPaying
      ? 'the provider knows of money; it is being booked'
      : `${order.provider} knows of no money that is not booked`,
  };
}

async function prolong(
  order: OrderDesk,
  change: { hours: number; actor: Actor; reason: string },
): Promise<{ expiresAt: string }> {
  if (isOpen(order.state)) postpone(order, Math.round(change.hours * 3_600_000));
  const expiresAt = new Date(order.expiresMs).toISOString();
  const { actor, reason } = change;
  const { invoiceId } = order.invoice;
  await prolongInvoice({ invoiceId, expiresAt, actor, reason, asOf: order.clock.now() });
  return { expiresAt };
}

/** A reminder that is still to come keeps its distance from the end (CO-5). */
function postpone(order: OrderDesk, byMs: number): void {
  order.expiresMs += byMs;
  if (order.remindMs !== undefined) order.remindMs += byMs;
}

/** Questions that came with the end are answered from where the order stands; nothing is asked outside any more. */
export function answerRest(desk: Desk | OrderDesk): void {
  for (const pending of desk.questions.splice(0)) {
    pending.answer = lastAnswer(desk, pending.question);
  }
}

/** An order that was refused before it had an invoice reads as cancelled. */
function lastAnswer(desk: Desk | OrderDesk, question: Question): unknown {
  const state = desk.state === 'opening' ? 'cancelled' : desk.state;
  switch (question.kind) {
    case 'poll':
      return false;
    case 'check':
      return { ...('invoice' in desk ? orderStatus(desk) : openingStatus(desk)), state };
    case 'cancel':
      return state === 'paid' ? { kind: 'already_paid' } : { kind: 'closed', state };
    case 'changeProvider':
    case 'switchProvider':
      return { kind: 'refused', reason: state };
    case 'retryNow':
      return { accepted: 'refused: this order is finished' };
    case 'prolong':
      return { expiresAt: 'invoice' in desk ? new Date(desk.expiresMs).toISOString() : '' };
    default:
      return assertNever(question);
  }
}

interface PayLink {
  readonly url: string;
  readonly providerRef?: string;
}

/** The pay link, or undefined when the provider stays silent past the deadline or refuses. */
export async function linkFrom(order: {
  provider: string;
  invoiceId: string;
  /** The provider’s name of a payment object that came to nothing before. */
  after?: string;
}): Promise<PayLink | undefined> {
  try {
    const created = await createPayment(order);
    if (created.kind !== 'created') return undefined;
    const { url, providerRef } = created;
    return { url, ...(providerRef === undefined ? {} : { providerRef }) };
  } catch (error) {
    if (isCancellation(error)) throw error;
    return undefined;
  }
}

/** Closes the order for the person; its money may still come. Returns the state that stands. */
export async function close(
  order: OrderDesk,
  state: 'expired' | 'cancelled',
  by: OrderRequest & { template?: 'inv.unavailable' },
): Promise<InvoiceState> {
  const { invoiceId, no: invoiceNo } = order.invoice;
  const asOf = order.clock.now();
  const closed = await closeInvoice({ invoiceId, state, asOf, ...by });
  order.state = closed.state;
  order.closedMs = Date.parse(asOf);
  await wakeNotifier();
  const { provider, providerRef } = order;
  await quietly(() => cancelAtProvider({ invoiceId, invoiceNo, provider, providerRef }));
  return closed.state;
}

/** Best effort: what fails here costs nothing, because the order is closed on our side already. */
async function quietly(effect: () => Promise<void>): Promise<void> {
  try {
    await effect();
  } catch (error) {
    if (isCancellation(error)) throw error;
  }
}
