import { ApplicationFailure } from '@temporalio/common';
import { condition, currentUpdateInfo, setHandler } from '@temporalio/workflow';
import type { OpenedInvoice } from '../../activities/billing/opening';
import { isOpen, type InvoiceState } from '../../src/domain/billing/invoice';
import { businessClock, type BusinessClock } from '../clock';
import { ask, type Pending } from '../requests';
import { createShowcase, describeRepair, moneyWords, type Subject } from '../visibility';
import {
  cancelCheckoutUpdate,
  changeProviderUpdate,
  checkPaymentUpdate,
  checkoutStatusQuery,
  NOT_YOURS,
  openCheckoutUpdate,
  paymentSeenSignal,
  pollRequestedSignal,
  prolongCheckoutUpdate,
  type Actor,
  type CancelOutcome,
  type ChangeProviderOutcome,
  type CheckoutInput,
  type CheckoutOpening,
  type CheckoutStatus,
  type OperatorSigned,
  type OrderRequest,
  type Repair,
} from './contract';
import { requirePhase, requireRepair, requireWords, signedBy } from './repair-rules';
import { askAboutOrderUpdate, switchProviderUpdate } from './repairs/contract';

/** What a running checkout can be asked. */
export type Question =
  | { readonly kind: 'poll' }
  | { readonly kind: 'check' }
  | ({ readonly kind: 'cancel' } & OrderRequest)
  | ({ readonly kind: 'changeProvider'; readonly provider: string } & OrderRequest)
  | ({ readonly kind: 'switchProvider'; readonly provider: string } & OrderRequest)
  | ({ readonly kind: 'retryNow'; readonly updateId: string } & OperatorSigned)
  | {
      readonly kind: 'prolong';
      readonly actor: Actor;
      readonly hours: number;
      readonly reason: string;
    };

/** What a checkout knows before its invoice exists. */
export interface Desk {
  readonly input: CheckoutInput;
  readonly clock: BusinessClock;
  readonly show: ReturnType<typeof createShowcase>;
  readonly questions: Pending<Question, unknown>[];
  /** Payments of this order whose outcome is known; they are no reason to think it is being paid. */
  readonly settled: Set<string>;
  readonly hinted: Set<string>;
  state: InvoiceState | 'opening';
  opening: CheckoutOpening | undefined;
  fulfilledAs: 'order' | 'wallet_credit' | undefined;
  isConfirming: boolean;
  waitingFor: string;
  nextAt: string | undefined;
}

/** An order on the workflow's desk once its invoice exists. */
export interface OrderDesk extends Desk {
  readonly invoice: OpenedInvoice;
  state: InvoiceState;
  provider: string;
  /** The provider’s own name of its payment object, where it has one. */
  providerRef: string | undefined;
  expiresMs: number;
  /** When the unpaid order is mentioned once; undefined when it is not or has been. */
  remindMs: number | undefined;
  closedMs: number | undefined;
  polledMs: number;
}

/** Lays out an empty desk with its handlers set, before anything is awaited. */
export function layDesk(input: CheckoutInput): Desk {
  const desk: Desk = {
    input,
    clock: businessClock(input.clockOffsetMs ?? 0),
    show: createShowcase(() => subjectOf(desk)),
    questions: [],
    settled: new Set(),
    hinted: new Set(),
    state: 'opening',
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
  const validator = (asked: { actor: Actor }) => requireOwner(desk.input, asked.actor);
  const requireMover = ({ actor, reason = '' }: OrderRequest) => {
    requireOwner(desk.input, actor);
    if (actor.kind === 'operator') requireRepair({ operatorId: actor.id, reason });
  };
  setHandler(
    checkPaymentUpdate,
    () => ask<Question, CheckoutStatus>(questions, { kind: 'check' }),
    { validator },
  );
  setHandler(
    cancelCheckoutUpdate,
    ({ reason, ...request }) => {
      const said = reason === undefined ? {} : { reason };
      const actor = signedBy(request);
      return ask<Question, CancelOutcome>(questions, { kind: 'cancel', actor, ...said });
    },
    {
      validator: (request: OrderRequest | OperatorSigned) => {
        requireMover({ ...request, actor: signedBy(request) });
        if (signedBy(request).kind === 'operator') requirePhase(desk.state, [...OPEN, 'opening']);
      },
      ...describeRepair('checkout', 'cancel'),
    },
  );
  setHandler(
    changeProviderUpdate,
    (change) =>
      ask<Question, ChangeProviderOutcome>(questions, { kind: 'changeProvider', ...change }),
    { validator: requireMover },
  );
  hearOperators(desk);
  setHandler(checkoutStatusQuery, () => openingStatus(desk));
}

/** Phases in which an order can still be paid. */
const OPEN = ['draft', 'pending'];

function hearOperators(desk: Desk): void {
  const { questions } = desk;
  setHandler(
    switchProviderUpdate,
    ({ provider, operatorId, reason }) => {
      const actor: Actor = { kind: 'operator', id: operatorId };
      const change = { kind: 'switchProvider', provider, actor, reason } as const;
      return ask<Question, ChangeProviderOutcome>(questions, change);
    },
    {
      validator: (repair: Repair & { provider: string }) => {
        requireRepair(repair);
        requirePhase(desk.state, OPEN);
        requireWords(repair.provider, 'provider is empty; say which one');
      },
      ...describeRepair('checkout', 'switchProvider'),
    },
  );
  setHandler(
    askAboutOrderUpdate,
    ({ operatorId, reason }) => {
      const updateId = currentUpdateInfo()?.id ?? 'unnamed';
      const wish = { kind: 'retryNow', operatorId, reason, updateId } as const;
      return ask<Question, { accepted: string }>(questions, wish);
    },
    {
      validator: (repair: Repair) => {
        requireRepair(repair);
        requirePhase(desk.state, [...OPEN, 'expired', 'cancelled']);
      },
      ...describeRepair('checkout', 'retryNow'),
    },
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
      validator: (repair: Repair & { hours: number }) => {
        requireRepair(repair);
        requirePhase(desk.state, OPEN);
        if (!(repair.hours > 0 && repair.hours <= 168)) throw new Error('hours must be 1 to 168');
      },
      ...describeRepair('checkout', 'prolong'),
    },
  );
}

/** What an operator reads on the card of any workflow. */
function subjectOf(desk: Desk & Partial<Pick<OrderDesk, 'invoice' | 'provider'>>): Subject {
  const { input, invoice, provider = input.provider } = desk;
  return {
    who: `user ${input.userId}`,
    what: invoice
      ? `invoice ${invoice.no} for ${invoice.plan} at ${provider}`
      : `an order at ${provider}`,
    howMuch: invoice && moneyWords(invoice.amount),
    repairs: repairsIn(desk.state),
  };
}

function repairsIn(state: Desk['state']): readonly string[] {
  if (state === 'opening') return ['cancel'];
  if (isOpen(state)) return ['cancel', 'switchProvider', 'prolong', 'retryNow'];
  return state === 'expired' || state === 'cancelled' ? ['retryNow'] : [];
}

/** A person may only move their own order; operators may move any (BOT-4). */
function requireOwner(input: CheckoutInput, actor: Actor): void {
  if (actor.kind !== 'user' || actor.id === String(input.userId)) return;
  throw ApplicationFailure.nonRetryable('this order belongs to somebody else', NOT_YOURS);
}

/** The card of an order that has no invoice yet. */
export function openingStatus(desk: Desk): CheckoutStatus {
  return {
    invoiceId: desk.input.invoiceId,
    invoiceNo: undefined,
    state: desk.state,
    isConfirming: false,
    waitingFor: desk.waitingFor,
    nextActionAt: undefined,
    allowedRepairs: [],
  };
}

/** The card of an order: who, what, waiting for, next at, allowed repairs (OPS-5). */
export function orderStatus(order: OrderDesk): CheckoutStatus {
  return {
    invoiceId: order.invoice.invoiceId,
    invoiceNo: order.invoice.no,
    state: order.state,
    isConfirming: order.isConfirming && isOpen(order.state),
    waitingFor: order.waitingFor,
    nextActionAt: order.nextAt,
    allowedRepairs: repairsIn(order.state),
  };
}
