import {
  allHandlersFinished,
  CancellationScope,
  condition,
  isCancellation,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { OpenedInvoice } from '../../activities/billing/checkouts';
import { assertNever } from '../../src/domain/assert';
import { nextOpenPollMs, nextWatchPollMs, watchEndMs } from '../../src/domain/billing/checkout';
import { isOpen, type InvoiceState } from '../../src/domain/billing/invoice';
import { FACT_RANK, type WireFact } from '../../src/domain/billing/payment';
import { businessClock, type BusinessClock } from '../clock';
import { amountMinorAttribute, currencyCode, planSlug, providerName } from '../contract';
import { ask, type Pending } from '../requests';
import { createShowcase } from '../visibility';
import {
  askOrder,
  cancelAtProvider,
  closeInvoice,
  createPayment,
  openInvoice,
  prolongInvoice,
  publishInvoice,
  remindInvoice,
  switchProvider,
  wakeNotifier,
} from './activities';
import { requireRepair } from './repair-rules';
import {
  cancelCheckoutUpdate,
  changeProviderUpdate,
  checkPaymentUpdate,
  checkoutStatusQuery,
  openCheckoutUpdate,
  paymentSeenSignal,
  pollRequestedSignal,
  prolongCheckoutUpdate,
  type Actor,
  type CancelOutcome,
  type ChangeProviderOutcome,
  type CheckoutInput,
  type CheckoutOpening,
  type CheckoutResult,
  type CheckoutStatus,
} from './contract';
import { hintPaymentConfirmation } from './hints';

type Question =
  | { readonly kind: 'poll' }
  | { readonly kind: 'check' }
  | { readonly kind: 'cancel'; readonly actor: Actor }
  | { readonly kind: 'changeProvider'; readonly actor: Actor; readonly provider: string }
  | {
      readonly kind: 'prolong';
      readonly actor: Actor;
      readonly hours: number;
      readonly reason: string;
    };

interface Desk {
  readonly input: CheckoutInput;
  readonly clock: BusinessClock;
  readonly show: ReturnType<typeof createShowcase>;
  readonly questions: Pending<Question, unknown>[];
  /** Payments of this order whose outcome is known; they are no reason to think it is being paid. */
  readonly settled: Set<string>;
  readonly hinted: Set<string>;
  opening: CheckoutOpening | undefined;
  fulfilledAs: 'order' | 'wallet_credit' | undefined;
  isConfirming: boolean;
  waitingFor: string;
  nextAt: string | undefined;
}

/** An order on the workflow's desk once its invoice exists. */
interface OrderDesk extends Desk {
  readonly invoice: OpenedInvoice;
  state: InvoiceState;
  provider: string;
  expiresMs: number;
  closedMs: number | undefined;
  polledMs: number;
  isReminded: boolean;
}

/**
 * One order from its quote to its end: opens the invoice and its link, waits for the payment, asks the provider by
 * itself, reminds, expires to the second, and watches a closed order for late money (specification section 8).
 */
export async function checkout(input: CheckoutInput): Promise<CheckoutResult> {
  const desk = layDesk(input);
  const result = await trade(desk);
  await condition(allHandlersFinished);
  return result;
}

async function trade(desk: Desk): Promise<CheckoutResult> {
  const opened = await openOrder(desk);
  if (opened.kind !== 'opened') {
    desk.opening = opened;
    return opened;
  }
  const order = orderDesk(desk, opened.invoice);
  try {
    if (!(await offerLink(order))) return { kind: 'refused', reason: 'provider_unavailable' };
    await waitForPayment(order);
    return await finish(order);
  } catch (error) {
    if (isCancellation(error)) await CancellationScope.nonCancellable(() => withdraw(order));
    throw error;
  }
}

function layDesk(input: CheckoutInput): Desk {
  const desk: Desk = {
    input,
    clock: businessClock(input.clockOffsetMs ?? 0),
    show: createShowcase(),
    questions: [],
    settled: new Set(),
    hinted: new Set(),
    opening: undefined,
    fulfilledAs: undefined,
    isConfirming: false,
    waitingFor: 'the invoice to be written',
    nextAt: undefined,
  };
  listen(desk);
  return desk;
}

function listen(desk: Desk): void {
  const { questions } = desk;
  setHandler(openCheckoutUpdate, async () => {
    await condition(() => desk.opening !== undefined);
    return desk.opening as CheckoutOpening;
  });
  setHandler(paymentSeenSignal, ({ outcome, providerPaymentId }) => {
    if (providerPaymentId !== undefined) desk.settled.add(providerPaymentId);
    if (outcome.kind === 'fulfilled') desk.fulfilledAs = outcome.as;
  });
  setHandler(pollRequestedSignal, () => {
    questions.push({ question: { kind: 'poll' }, answer: undefined });
  });
  setHandler(checkPaymentUpdate, () => ask<Question, CheckoutStatus>(questions, { kind: 'check' }));
  setHandler(cancelCheckoutUpdate, ({ actor }) =>
    ask<Question, CancelOutcome>(questions, { kind: 'cancel', actor }),
  );
  setHandler(changeProviderUpdate, (change) =>
    ask<Question, ChangeProviderOutcome>(questions, { kind: 'changeProvider', ...change }),
  );
  setHandler(
    prolongCheckoutUpdate,
    ({ hours, operatorId, reason }) => {
      const actor: Actor = { kind: 'operator', id: operatorId };
      return ask<Question, { expiresAt: string }>(questions, {
        kind: 'prolong',
        actor,
        hours,
        reason,
      });
    },
    {
      validator: (repair) => {
        requireRepair(repair);
        if (!(repair.hours > 0 && repair.hours <= 168)) throw new Error('hours must be 1 to 168');
      },
    },
  );
  setHandler(checkoutStatusQuery, () => statusOf(desk));
}

async function openOrder(desk: Desk) {
  const { invoiceId, userId, provider } = desk.input;
  desk.show({ state: 'opening', waitingFor: desk.waitingFor });
  return openInvoice({ invoiceId, userId, provider, asOf: desk.clock.now() });
}

function orderDesk(desk: Desk, invoice: OpenedInvoice): OrderDesk {
  const createdMs = Date.parse(invoice.createdAt);
  const order: OrderDesk = Object.assign(desk, {
    invoice,
    state: invoice.state,
    provider: invoice.provider,
    expiresMs: Date.parse(invoice.expiresAt),
    closedMs: undefined,
    polledMs: createdMs,
    isReminded: false,
  });
  setHandler(checkoutStatusQuery, () => orderStatus(order));
  upsertSearchAttributes([
    { key: providerName, value: invoice.provider },
    { key: currencyCode, value: invoice.amount.currency },
    { key: amountMinorAttribute, value: invoice.amount.minor },
    { key: planSlug, value: invoice.plan },
  ]);
  return order;
}

/** The link reaches the person only after its invoice is committed (CO-1). */
async function offerLink(order: OrderDesk): Promise<boolean> {
  const { invoiceId } = order.invoice;
  order.waitingFor = 'the provider’s pay link';
  order.show({ state: 'draft', waitingFor: order.waitingFor });
  const link = await linkFrom(order.provider, invoiceId);
  if (link === undefined) {
    await close(order, 'cancelled', { actor: SYSTEM, template: 'inv.unavailable' });
    order.opening = { kind: 'refused', reason: 'provider_unavailable' };
    return false;
  }
  await publishInvoice({ invoiceId, url: link, asOf: order.clock.now() });
  order.state = 'pending';
  order.opening = { kind: 'open', invoiceId };
  return true;
}

/** The pay link, or undefined when the provider stays silent past the deadline or refuses. */
async function linkFrom(provider: string, invoiceId: string): Promise<string | undefined> {
  try {
    const created = await createPayment({ invoiceId, provider });
    return created.kind === 'created' ? created.url : undefined;
  } catch (error) {
    if (isCancellation(error)) throw error;
    return undefined;
  }
}

const SYSTEM: Actor = { kind: 'system', id: 'checkout' };

type DeadlineKind = 'remind' | 'poll' | 'expire' | 'endWatch';
interface Deadline {
  readonly kind: DeadlineKind;
  readonly atMs: number;
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

const SUMMARY: Readonly<Record<DeadlineKind, string>> = {
  remind: 'Until the reminder of the unpaid invoice',
  poll: 'Until the provider is asked again',
  expire: 'Until the invoice expires',
  endWatch: 'Until nobody watches for late money any more',
};

function nextDeadline(order: OrderDesk): Deadline | undefined {
  const candidates = isOpen(order.state) ? openDeadlines(order) : watchDeadlines(order);
  return candidates.sort((a, b) => a.atMs - b.atMs)[0];
}

function openDeadlines(order: OrderDesk): Deadline[] {
  const { remindAt, createdAt } = order.invoice;
  const reminder: Deadline[] =
    remindAt === undefined || order.isReminded
      ? []
      : [{ kind: 'remind', atMs: Date.parse(remindAt) }];
  return [
    { kind: 'expire', atMs: order.expiresMs },
    ...reminder,
    { kind: 'poll', atMs: nextOpenPollMs(Date.parse(createdAt), order.polledMs) },
  ];
}

function watchDeadlines(order: OrderDesk): Deadline[] {
  const closedMs = order.closedMs ?? order.clock.nowMs();
  return [
    { kind: 'endWatch', atMs: watchEndMs(closedMs, order.invoice.lateWatchDays) },
    { kind: 'poll', atMs: nextWatchPollMs(closedMs, Math.max(order.polledMs, closedMs)) },
  ];
}

async function meet(order: OrderDesk, kind: DeadlineKind): Promise<'on' | 'over'> {
  switch (kind) {
    case 'remind':
      order.isReminded = true;
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

async function answer(order: OrderDesk, question: Question): Promise<unknown> {
  switch (question.kind) {
    case 'poll':
      return poll(order);
    case 'check':
      return check(order);
    case 'cancel':
      return cancel(order, question.actor);
    case 'changeProvider':
      return changeProvider(order, question);
    case 'prolong':
      return prolong(order, question);
    default:
      return assertNever(question);
  }
}

/** Asks the provider; what it calls paid is confirmed by a workflow of its own. Returns whether money is on its way. */
async function poll(order: OrderDesk): Promise<boolean> {
  order.polledMs = order.clock.nowMs();
  const { invoiceId, no: invoiceNo } = order.invoice;
  const facts = await factsOf({ invoiceId, invoiceNo, provider: order.provider });
  const paid = facts.filter(
    (fact) => FACT_RANK[fact.state] >= FACT_RANK.paid && !order.settled.has(fact.providerPaymentId),
  );
  for (const fact of paid) await hintOnce(order, fact);
  order.isConfirming = paid.length > 0 || facts.some((fact) => fact.state === 'authorised');
  return paid.length > 0;
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
async function cancel(order: OrderDesk, actor: Actor): Promise<CancelOutcome> {
  if (!isOpen(order.state)) return { kind: 'closed', state: order.state };
  if (await poll(order)) return { kind: 'already_paid' };
  if (order.fulfilledAs !== undefined) return { kind: 'already_paid' };
  const state = await close(order, 'cancelled', { actor });
  return state === 'cancelled' ? { kind: 'cancelled' } : { kind: 'already_paid' };
}

async function changeProvider(
  order: OrderDesk,
  change: { provider: string; actor: Actor },
): Promise<ChangeProviderOutcome> {
  const { invoiceId, no: invoiceNo } = order.invoice;
  if (!isOpen(order.state)) return { kind: 'refused', reason: order.state };
  if (order.provider === change.provider) return { kind: 'changed', provider: change.provider };
  if (await poll(order)) return { kind: 'refused', reason: 'confirming' };
  const url = await linkFrom(change.provider, invoiceId);
  if (url === undefined) return { kind: 'refused', reason: 'provider_unavailable' };
  const asOf = order.clock.now();
  const switched = await switchProvider({ invoiceId, ...change, url, asOf });
  if (switched === 'closed') return { kind: 'refused', reason: 'closed' };
  await quietly(() => cancelAtProvider({ invoiceId, invoiceNo, provider: order.provider }));
  order.provider = change.provider;
  upsertSearchAttributes([{ key: providerName, value: change.provider }]);
  return { kind: 'changed', provider: change.provider };
}

async function prolong(
  order: OrderDesk,
  change: { hours: number; actor: Actor; reason: string },
): Promise<{ expiresAt: string }> {
  if (isOpen(order.state)) order.expiresMs += Math.round(change.hours * 3_600_000);
  const expiresAt = new Date(order.expiresMs).toISOString();
  const { actor, reason } = change;
  const { invoiceId } = order.invoice;
  await prolongInvoice({ invoiceId, expiresAt, actor, reason, asOf: order.clock.now() });
  return { expiresAt };
}

/** Closes the order for the person; its money may still come. Returns the state that stands. */
async function close(
  order: OrderDesk,
  state: 'expired' | 'cancelled',
  by: { actor: Actor; template?: 'inv.unavailable' },
): Promise<InvoiceState> {
  const { invoiceId, no: invoiceNo } = order.invoice;
  const asOf = order.clock.now();
  const closed = await closeInvoice({ invoiceId, state, asOf, ...by });
  order.state = closed.state;
  order.closedMs = Date.parse(asOf);
  await wakeNotifier();
  await quietly(() => cancelAtProvider({ invoiceId, invoiceNo, provider: order.provider }));
  return closed.state;
}

/** An operator cancelled the workflow itself: the order must not stay open with nobody behind it. */
async function withdraw(order: OrderDesk): Promise<void> {
  if (isOpen(order.state)) await close(order, 'cancelled', { actor: SYSTEM });
  order.opening ??= { kind: 'refused', reason: 'provider_unavailable' };
  await answerRest(order);
}

async function finish(order: OrderDesk): Promise<CheckoutResult> {
  const { fulfilledAs } = order;
  if (fulfilledAs !== undefined) order.state = 'paid';
  order.waitingFor = 'nothing';
  order.nextAt = undefined;
  order.show({ state: order.state, waitingFor: 'nothing: this order is finished' });
  await answerRest(order);
  if (fulfilledAs !== undefined) return { kind: 'paid', fulfilledAs };
  return { kind: 'closed', state: order.state === 'cancelled' ? 'cancelled' : 'expired' };
}

/** Questions that came with the end are answered from where the order stands; nothing is asked outside any more. */
async function answerRest(order: OrderDesk): Promise<void> {
  for (const pending of order.questions.splice(0)) {
    pending.answer = lastAnswer(order, pending.question);
  }
}

function lastAnswer(order: OrderDesk, question: Question): unknown {
  switch (question.kind) {
    case 'poll':
      return false;
    case 'check':
      return orderStatus(order);
    case 'cancel':
      return order.state === 'paid'
        ? { kind: 'already_paid' }
        : { kind: 'closed', state: order.state };
    case 'changeProvider':
      return { kind: 'refused', reason: order.state };
    case 'prolong':
      return { expiresAt: new Date(order.expiresMs).toISOString() };
    default:
      return assertNever(question);
  }
}

function showWait(order: OrderDesk, deadline: Deadline): void {
  order.nextAt = new Date(deadline.atMs).toISOString();
  order.waitingFor = isOpen(order.state)
    ? `payment of invoice ${order.invoice.no} at ${order.provider}`
    : `late money of invoice ${order.invoice.no}, which is ${order.state}`;
  order.show({ state: order.state, waitingFor: order.waitingFor, nextAt: order.nextAt });
}

function statusOf(desk: Desk): CheckoutStatus {
  return {
    invoiceId: desk.input.invoiceId,
    invoiceNo: undefined,
    state: 'opening',
    isConfirming: false,
    waitingFor: desk.waitingFor,
    nextActionAt: undefined,
    allowedRepairs: [],
  };
}

function orderStatus(order: OrderDesk): CheckoutStatus {
  return {
    invoiceId: order.invoice.invoiceId,
    invoiceNo: order.invoice.no,
    state: order.state,
    isConfirming: order.isConfirming && isOpen(order.state),
    waitingFor: order.waitingFor,
    nextActionAt: order.nextAt,
    allowedRepairs: isOpen(order.state) ? ['cancel', 'changeProvider', 'prolong'] : [],
  };
}

/** Best effort: what fails here costs nothing, because the order is closed on our side already. */
async function quietly(effect: () => Promise<void>): Promise<void> {
  try {
    await effect();
  } catch (error) {
    if (isCancellation(error)) throw error;
  }
}
