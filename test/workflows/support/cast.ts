import type { OpenedInvoice } from '../../../activities/billing/opening';
import type { ProposalSnapshot } from '../../../activities/billing/operations/voting';
import type { ProposedRefund } from '../../../activities/billing/returning';
import type { JobSnapshot } from '../../../activities/billing/tracks/jobs';
import type { TrackAnswer, TrackEvent } from '../../../src/domain/billing/track-event';
import type { PostOutcome, WireFact } from '../../../src/domain/billing/payment';
import type { RefundPlan } from '../../../src/domain/billing/refund';
import type { Activities } from '../../activities/support/books';
import { chargeRoles } from './charge-roles';
import { holdRoles } from './hold-roles';
import { crowdRoles } from './crowd-roles';
import { reconciliationRoles } from './reconciliation-roles';

const HOUR = 3_600_000;

export const USER_ID = 42;

/** An invoice as `openInvoice` tells it; ends a day after it was opened. */
export function invoiceOf(order: {
  invoiceId: string;
  userId: number;
  provider: string;
  asOf: string;
}): OpenedInvoice {
  const at = (hours: number) => new Date(Date.parse(order.asOf) + hours * HOUR).toISOString();
  return {
    invoiceId: order.invoiceId,
    no: 7,
    userId: order.userId,
    amount: { minor: 20_000, currency: 'RUB', exponent: 2 },
    provider: order.provider,
    plan: 'topup-main',
    state: 'draft',
    createdAt: order.asOf,
    expiresAt: at(24),
    remindAt: at(22),
    lateWatchDays: 30,
  };
}

export function fulfilled(invoiceId: string): PostOutcome {
  return { kind: 'fulfilled', as: 'order', isLate: false, invoiceId, userId: USER_ID };
}

export function quarantined(item: 'underpaid' | 'overpaid' = 'underpaid'): PostOutcome {
  return { kind: 'quarantined', item, userId: USER_ID, openItemKey: `pay:${item}` };
}

export function fact(providerPaymentId: string, change: Partial<WireFact> = {}): WireFact {
  return {
    providerPaymentId,
    state: 'paid',
    amount: { minor: 20_000, currency: 'RUB', exponent: 2 },
    userId: USER_ID,
    ...change,
  };
}

/** An open proposal of ten tokens for the person, made now. */
export function proposalOf(
  proposalId: string,
  change: Partial<ProposalSnapshot> = {},
): ProposalSnapshot {
  return {
    proposalId,
    action: 'grant_tokens',
    params: { userId: USER_ID, amountUtok: 10_000_000, origin: 'grant' },
    amountMinor: 1_000,
    reason: 'the customer called us',
    proposedBy: 1,
    quorum: 1,
    approvedBy: [],
    state: 'open',
    isSettled: false,
    expiresAt: new Date(Date.now() + 24 * HOUR).toISOString(),
    ...change,
  };
}

/** The operator of every test. */
export const REPAIR = { operatorId: 'anna', reason: 'the customer called us' };

/** Up to where the audit was numbered. */
export const HORIZON = { toId: 9, nextTransaction: '1000' };
/** Half of a top-up of 200 that was half spent. */
export const REFUND_PLAN: RefundPlan = {
  policy: 'unspent_only',
  currency: 'RUB',
  exponent: 2,
  paidMinor: 20_000,
  refundedMinor: 0,
  refundMinor: 10_000,
  providerFeeMinor: 0,
  boughtUtok: 200_000_000,
  spentUtok: 100_000_000,
  paidUtok: 100_000_000,
  bonusUtok: 0,
  debtUtok: 0,
  isFull: false,
};

/** A recorded refund; nobody has to agree unless a test says so. */
export function proposedRefund(approvals = 0): ProposedRefund {
  return {
    kind: 'proposed',
    plan: REFUND_PLAN,
    approvals,
    userId: USER_ID,
    provider: 'mock',
    providerPaymentId: 'p-1',
    invoiceId: null,
  };
}

/** A job that was heard of at an instant and may be silent for an hour. */
export function jobOf(state: JobSnapshot['state'], seenAt: string): JobSnapshot {
  return {
    state,
    silentAt: new Date(Date.parse(seenAt) + HOUR).toISOString(),
    clockOffsetMs: 0,
  };
}

/** A report as the books take it. */
export function reported({ eventId, isFinal, totalCost }: TrackEvent): TrackAnswer {
  return {
    kind: 'recorded',
    eventId,
    isReplay: false,
    status: isFinal ? 'charged' : 'reported',
    charge: undefined,
    rawCost: totalCost,
    currency: 'RUB',
    rubPerUnit: '1',
    multiplier: '3.14',
    costUtok: 0,
    nodes: [],
    isOverstated: false,
    label: undefined,
    jobChargedUtok: 0,
  };
}

const nothing = () => Promise.resolve(undefined as never);

/** Everything goes well. */
export function happyActivities(): Activities {
  return {
    openBreak: ({ transferId }) =>
      Promise.resolve({ openItemKey: `breakItem:${transferId}:break` }),
    openInvoice: (order) => Promise.resolve({ kind: 'opened', invoice: invoiceOf(order) }),
    publishInvoice: nothing,
    replaceLink: nothing,
    switchProvider: () => Promise.resolve('switched'),
    remindInvoice: nothing,
    closeInvoice: ({ state }) => Promise.resolve({ state }),
    prolongInvoice: nothing,
    payReferral: () => Promise.resolve({ kind: 'paid' }),
    loadGift: () => Promise.resolve(null),
    remindGift: nothing,
    claimGift: () => Promise.resolve({ kind: 'claimed' }),
    returnGift: () => Promise.resolve({ state: 'returned' }),
    completeFreeOrder: () => Promise.resolve({ kind: 'fulfilled' }),
    locatePayment: () =>
      Promise.resolve({
        clockOffsetMs: 0,
        userId: USER_ID,
        invoiceId: undefined,
        unknownAlertMinutes: 15,
        unknownDeadlineHours: 72,
        slowMinutes: 5,
      }),
    learnPayment: ({ hint }) =>
      Promise.resolve({ kind: 'fact', fact: { ...hint, state: 'paid' }, evidence: 'asked' }),
    recordFact: ({ fact: told }) => Promise.resolve({ state: told.state, outcome: undefined }),
    postPayment: ({ fact: told }) => Promise.resolve(fulfilled(told.invoiceId ?? '')),
    openUnknownItem: nothing,
    tellPayer: nothing,
    createPayment: ({ invoiceId }) =>
      Promise.resolve({ kind: 'created', url: `https://pay.example/${invoiceId}` }),
    askOrder: () => Promise.resolve({ kind: 'facts', facts: [] }),
    cancelAtProvider: nothing,
    refundAtProvider: () => Promise.resolve({ kind: 'done', providerRef: 'r-1' }),
    creditQuarantined: () => Promise.resolve(resolved('credit_wallet')),
    completeQuarantined: () => Promise.resolve(resolved('complete_order')),
    writeOffQuarantined: () => Promise.resolve(resolved('write_off')),
    openRefund: ({ fact: told }) =>
      Promise.resolve({
        kind: 'opened',
        amount: told.amount ?? { minor: 1, currency: 'RUB', exponent: 2 },
        userId: USER_ID,
      }),
    findPayment: () => Promise.resolve(null),
    findOpenItem: () => Promise.resolve(null),
    locateDispute: () => Promise.resolve({ clockOffsetMs: 0 }),
    openDispute: ({ dueAt, asOf }) =>
      Promise.resolve({
        kind: 'standing',
        state: 'opened',
        userId: USER_ID,
        amountMinor: 20_000,
        currency: 'RUB',
        dueAt: dueAt ?? new Date(Date.parse(asOf) + 7 * 24 * HOUR).toISOString(),
      }),
    collectEvidence: nothing,
    noteEvidence: nothing,
    remindOfDispute: nothing,
    winDispute: nothing,
    loseDispute: () => Promise.resolve({ subscriptionId: undefined }),
    noteContradiction: nothing,
    locateRefund: () => Promise.resolve({ clockOffsetMs: 0 }),
    previewRefund: () => Promise.resolve(proposedRefund()),
    proposeRefund: () => Promise.resolve(proposedRefund()),
    freezeRefund: () => Promise.resolve({ kind: 'frozen', plan: REFUND_PLAN }),
    noteRefundSending: nothing,
    settleRefund: () => Promise.resolve({ plan: REFUND_PLAN, subscriptionId: undefined }),
    releaseRefund: nothing,
    abandonRefund: nothing,
    bookRefund: nothing,
    refuseRefund: nothing,
    applySpends: () => Promise.resolve([]),
    setLimits: () => Promise.resolve({ kind: 'set' }),
    refundSpend: () => Promise.resolve({ kind: 'refused', reason: 'not_found' }),
    ...holdRoles(),
    ...reconciliationRoles(),
    recordReports: ({ events, arrivedAt }) =>
      Promise.resolve({
        answers: events.map(reported),
        job: jobOf(events.some(({ isFinal }) => isFinal) ? 'settled' : 'open', arrivedAt),
      }),
    loadTrackJob: () => Promise.resolve(jobOf('unknown', new Date(0).toISOString())),
    settleMissingTrack: ({ asOf }) => Promise.resolve({ job: jobOf('missing', asOf) }),
    settlePricedTrack: ({ asOf }) => Promise.resolve({ job: jobOf('settled', asOf) }),
    dismissTopupCharge: () => Promise.resolve({ isDismissed: true }),
    planAutoTopup: () => Promise.resolve({ kind: 'idle', reason: 'enough is available' }),
    sendTopupCharge: () => Promise.resolve({ kind: 'paid', providerPaymentId: 'mp_1' }),
    recordTopupDecline: nothing,
    topupAttemptState: () => Promise.resolve({ isOpen: false, state: 'succeeded' }),
    tellUnknownTopup: nothing,
    sweepTopups: () => Promise.resolve({ started: 0 }),
    keepMethod: () => Promise.resolve({ kind: 'kept' }),
    scheduleTariff: () => Promise.resolve({ kind: 'withdrawn' }),
    loadSubscription: () => Promise.resolve(null),
    ...chargeRoles(),
    loadCourse: () => Promise.resolve(null),
    takeSubscriptionStep: () => Promise.resolve({ kind: 'done' }),
    grantWish: ({ kind }) => Promise.resolve({ kind: 'done', effect: kind }),
    expireSubscription: () => Promise.resolve(null),
    remindTrial: nothing,
    endTrial: nothing,
    expiringLots: () => Promise.resolve([]),
    settleExpiry: nothing,
    runOperation: () => Promise.resolve({ outcome: { kind: 'done', result: null }, effects: [] }),
    beginErasure: ({ asOf }) =>
      Promise.resolve({
        dueAt: new Date(Date.parse(asOf) + 14 * 24 * HOUR).toISOString(),
        methodIds: ['method-1'],
      }),
    cancelOpenOrders: nothing,
    stopMethod: () => Promise.resolve({ kind: 'done' }),
    runningHolds: () => Promise.resolve({ active: 0 }),
    showUnstopped: nothing,
    awaitErasure: nothing,
    withdrawErasure: nothing,
    erasePerson: () => Promise.resolve({ subscriptionIds: [] }),
    beginExport: () => Promise.resolve({ kind: 'accepted' }),
    makeExport: ({ asOf }) =>
      Promise.resolve({ linkUntil: new Date(Date.parse(asOf) + 48 * HOUR).toISOString() }),
    emptyExport: nothing,
    sealAudit: () => Promise.resolve({ sealedRows: 0, horizon: HORIZON }),
    checkSeals: () => Promise.resolve({}),
    promiseDigest: ({ asOf }) =>
      Promise.resolve({
        toldOf: asOf.slice(0, 10),
        nextAt: new Date(Date.parse(asOf) + 24 * HOUR).toISOString(),
      }),
    checkInvariants: () => Promise.resolve({ broken: [] }),
    recoverWork: () => Promise.resolve({ holds: 0, jobs: 0 }),
    applyRetention: () => Promise.resolve({ inboxEvents: 0, outboxMessages: 0, exports: 0 }),
    ...crowdRoles(),
    recordRepair: nothing,
    loadProposal: ({ proposalId }) => Promise.resolve(proposalOf(proposalId)),
    castVote: ({ isApproval }) => Promise.resolve({ kind: isApproval ? 'approved' : 'rejected' }),
    expireProposal: () => Promise.resolve('expired'),
    settleProposal: nothing,
    dueMessages: () => Promise.resolve({ messages: [], nextInMs: undefined }),
    deliverMessage: () => Promise.resolve({ kind: 'done' }),
    wakeNotifier: nothing,
  };
}

function resolved(how: 'credit_wallet' | 'complete_order' | 'write_off') {
  return { kind: 'done' as const, outcome: { kind: 'resolved' as const, how, userId: USER_ID } };
}
