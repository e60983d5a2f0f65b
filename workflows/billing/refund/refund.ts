import {
  allHandlersFinished,
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  patched,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { unknownPollDelayMs } from '../../../src/domain/billing/payment';
import type { RefundPlan } from '../../../src/domain/billing/refund';
import { businessClock } from '../../clock';
import {
  amountMinorAttribute,
  billingUserId,
  currencyCode,
  invoiceIdAttribute,
  providerName,
} from '../../contract';
import { wakeNotifier } from '../activities';
import { fundsArrivedSignal, subscriptionWorkflowId } from '../contract';
import { recordRepair } from '../operation/stubs';
import type { RefundInput, RefundResult } from './contract';
import {
  approvalsMissing,
  enter,
  layDesk,
  openingOf,
  wishOf,
  type Proposal,
  type RefundDesk,
} from './desk';
import { sendUntilProved, type SendingEnd } from './sending';
import {
  abandonRefund,
  freezeRefund,
  locateRefund,
  noteRefundSending,
  previewRefund,
  proposeRefund,
  releaseRefund,
  settleRefund,
} from './stubs';

/** How long a plan that was only looked at waits for its confirmation. */
const PREVIEW_PATIENCE = '15 minutes';
/** After so many hours without an answer the provider is asked daily, for ever (PC-11). */
const DAILY_AFTER_HOURS = 72;
/** Questions without an answer after which an operator should look. */
const PATIENT_QUESTIONS = 5;

/**
 * Money of one payment on its way back: plan, consent, frozen tokens, the provider's proof, books, message (RF-2).
 * Nothing is sent before the tokens are frozen; no token is taken before the provider has proved the refund.
 */
export async function refund(input: RefundInput): Promise<RefundResult> {
  const desk = layDesk(input);
  const result = await story(desk);
  enter(desk, { phase: 'over', waitingFor: 'nothing' });
  // A confirmation that came a moment too late must not wait for ever.
  desk.confirmed ??= { kind: 'refused', reason: 'not_confirmed', mostMinor: 0 };
  await condition(allHandlersFinished);
  return result;
}

async function story(desk: RefundDesk): Promise<RefundResult> {
  await locate(desk);
  const unwanted = desk.input.isPreview ? await preview(desk) : undefined;
  if (unwanted) return unwanted;
  const proposed = await proposeRefund({ ...wishOf(desk), ...shownCap(desk) });
  if (proposed.kind === 'refused') {
    announce(desk, proposed);
    return { kind: 'refused', reason: proposed.reason };
  }
  accept(desk, proposed);
  if (!(await isAgreed(desk))) return giveUp(desk);
  return carryOut(desk, proposed);
}

/** What was looked at is what goes back at most. */
function shownCap({ plan }: RefundDesk): { capMinor?: number } {
  return plan === undefined ? {} : { capMinor: plan.refundMinor };
}

/** Whose clock it lives by; frozen for the whole run. */
async function locate(desk: RefundDesk): Promise<void> {
  if (desk.input.clockOffsetMs !== undefined) return;
  const { clockOffsetMs } = await locateRefund({ paymentId: desk.input.paymentId });
  desk.clock = businessClock(clockOffsetMs);
}

/** Shows the plan and waits for its asker, who may walk away. Returns nothing when the refund is wanted. */
async function preview(desk: RefundDesk): Promise<RefundResult | undefined> {
  const previewed = await previewRefund(wishOf(desk));
  desk.opening = openingOf(desk, previewed);
  if (previewed.kind === 'refused') return { kind: 'refused', reason: previewed.reason };
  desk.plan = previewed.plan;
  // While it waits it is found by its owner, and moved with their clock.
  if (patched('preview-names-owner')) {
    upsertSearchAttributes([{ key: billingUserId, value: String(previewed.userId) }]);
  }
  enter(desk, { phase: 'preview', waitingFor: 'the asker to confirm the plan' });
  const isWanted = await condition(() => desk.isConfirmed, PREVIEW_PATIENCE, {
    summary: 'Until the plan is confirmed',
  });
  return isWanted ? undefined : { kind: 'abandoned', reason: 'nobody confirmed it' };
}

function announce(desk: RefundDesk, proposed: Parameters<typeof openingOf>[1]): void {
  const opening = openingOf(desk, proposed);
  desk.opening ??= opening;
  desk.confirmed = opening;
}

function accept(desk: RefundDesk, proposal: Proposal): void {
  const { plan, userId, provider, invoiceId } = proposal;
  desk.proposal = proposal;
  desk.plan = plan;
  announce(desk, proposal);
  upsertSearchAttributes([
    { key: billingUserId, value: String(userId) },
    { key: providerName, value: provider },
    { key: currencyCode, value: plan.currency },
    { key: amountMinorAttribute, value: plan.refundMinor },
    ...(invoiceId === null ? [] : [{ key: invoiceIdAttribute, value: invoiceId }]),
  ]);
}

/** Above the limit, or outside the term, others have to agree; there is no deadline, only a visible wait (RF-6). */
async function isAgreed(desk: RefundDesk): Promise<boolean> {
  if (approvalsMissing(desk) === 0) return true;
  await wakeNotifier();
  enter(desk, {
    phase: 'proposed',
    waitingFor: 'another operator to agree',
    stuck: 'approval',
  });
  await condition(() => approvalsMissing(desk) === 0 || desk.abandonment !== undefined);
  await auditRepairs(desk);
  return desk.abandonment === undefined;
}

async function giveUp(desk: RefundDesk): Promise<RefundResult> {
  const { operatorId = 'system', reason = 'given up' } = desk.abandonment ?? {};
  await abandonRefund({
    paymentId: desk.input.paymentId,
    by: { kind: 'operator', id: operatorId },
    reason,
    asOf: desk.clock.now(),
  });
  await wakeNotifier();
  return { kind: 'abandoned', reason };
}

/** Freeze, send, book; a refusal by the provider waits for an operator, who may try again. */
async function carryOut(desk: RefundDesk, proposal: Proposal): Promise<RefundResult> {
  for (;;) {
    enter(desk, { phase: 'freezing', waitingFor: 'the tokens to be frozen' });
    const frozen = await freezeRefund({ ...wishOf(desk), attempt: desk.attempt });
    if (frozen.kind === 'refused' && !desk.word) return { kind: 'refused', reason: frozen.reason };
    // Money that went by hand must find its way into the books, whatever became of the tokens meanwhile.
    if (frozen.kind === 'refused') {
      if (!(await isTriedAgain(desk, `nothing can be booked: ${frozen.reason}`)))
        return giveUp(desk);
      continue;
    }
    desk.plan = frozen.plan;
    const sent = await send(desk, proposal, frozen.plan);
    if (sent.kind === 'done') return book(desk, sent.providerRef);
    await refuse(desk, sent.reason);
    if (!(await isTriedAgain(desk, sent.reason))) return giveUp(desk);
    desk.attempt += 1;
  }
}

async function send(
  desk: RefundDesk,
  { provider, providerPaymentId, userId }: Proposal,
  plan: RefundPlan,
): Promise<SendingEnd> {
  // What the provider did by itself needs no sending, only books (RF-3).
  if (desk.input.origin === 'provider') return { kind: 'done', providerRef: providerPaymentId };
  if (desk.word) return endBy(desk.word);
  enter(desk, { phase: 'sending', waitingFor: `${provider} to send the money` });
  await noteRefundSending({ state: 'sent' });
  const { refundMinor: minor, currency, exponent } = plan;
  const amount = { minor, currency, exponent };
  const request = { providerPaymentId, amount, userId, key: providerKey(desk) };
  return sendUntilProved({ provider, request }, (unclear) => waitForProof(desk, unclear));
}

/** A provider remembers a refusal under its key, so a new try needs a key of its own. */
function providerKey({ input, attempt, opening }: RefundDesk): string {
  const base = opening?.kind === 'planned' ? opening.workflowId : `refund:${input.paymentId}`;
  return attempt === 1 ? base : `${base}:a${attempt}`;
}

async function waitForProof(
  desk: RefundDesk,
  unclear: { reason: string; questions: number },
): Promise<SendingEnd | undefined> {
  if (unclear.questions === 0) await noteRefundSending({ state: 'unknown' });
  const isLong = unclear.questions > PATIENT_QUESTIONS + DAILY_AFTER_HOURS;
  const delayMs = unknownPollDelayMs(unclear.questions, isLong);
  desk.isRetried = false;
  const nextAt = new Date(desk.clock.nowMs() + delayMs).toISOString();
  const waitingFor = `proof of the refund: ${unclear.reason}`;
  const stuck = unclear.questions >= PATIENT_QUESTIONS ? { stuck: 'refund' } : {};
  enter(desk, { phase: 'unknown', waitingFor, nextAt, ...stuck });
  await condition(() => desk.isRetried || desk.word !== undefined, delayMs, {
    summary: 'Until the refund is asked about again',
  });
  await auditRepairs(desk);
  return desk.word && endBy(desk.word);
}

/** An operator's evidence stands where the provider cannot be asked (OPS-3). */
function endBy({ how, evidence, operatorId }: NonNullable<RefundDesk['word']>): SendingEnd {
  return how === 'made'
    ? { kind: 'done', providerRef: `by hand: ${operatorId}` }
    : { kind: 'refused', reason: `${operatorId} says that it was not made: ${evidence}` };
}

/** Who agreed and who pressed on stands in the audit with both names (OPS-3, OPS-12). */
async function auditRepairs(desk: RefundDesk): Promise<void> {
  const { workflowId: entityId } = workflowInfo();
  for (const { updateId, ...repair } of desk.repairs.splice(0)) {
    const step = `${repair.action}:${updateId}`;
    await recordRepair({ step, entity: 'refund', entityId, ...repair, asOf: desk.clock.now() });
  }
}

async function refuse(desk: RefundDesk, refusal: string): Promise<void> {
  const { paymentId } = desk.input;
  const { attempt } = desk;
  await releaseRefund({ paymentId, attempt, refusal, asOf: desk.clock.now() });
  await wakeNotifier();
}

async function isTriedAgain(desk: RefundDesk, reason: string): Promise<boolean> {
  desk.isRetried = false;
  desk.word = undefined;
  const waitingFor = `an operator: the provider refused (${reason})`;
  enter(desk, { phase: 'stuck', waitingFor, stuck: 'refund_stuck' });
  await condition(() => desk.isRetried || !!desk.word || desk.abandonment !== undefined);
  await auditRepairs(desk);
  return desk.abandonment === undefined;
}

async function book(desk: RefundDesk, providerRef: string): Promise<RefundResult> {
  enter(desk, { phase: 'booking', waitingFor: 'the books' });
  const { paymentId } = desk.input;
  const booked = await settleRefund({
    ...{ paymentId, providerRef, ...accountedFor(desk) },
    asOf: desk.clock.now(),
  });
  if (booked.subscriptionId !== undefined) await tellSubscription(booked.subscriptionId);
  await wakeNotifier();
  return { kind: 'done', plan: booked.plan, providerRef };
}

/** Who stands for it in the audit: who asked for it, or who declared it made, with the evidence. */
function accountedFor({ input, word }: RefundDesk): Pick<RefundInput, 'requestedBy' | 'reason'> {
  if (!word) return { requestedBy: input.requestedBy, reason: input.reason };
  const { operatorId: id, reason, evidence } = word;
  return { requestedBy: { kind: 'operator', id }, reason: `${reason}; evidence: ${evidence}` };
}

/** The row decides; a subscription that has ended meanwhile needs no word. */
export async function tellSubscription(subscriptionId: string): Promise<void> {
  try {
    const workflowId = subscriptionWorkflowId(subscriptionId);
    await getExternalWorkflowHandle(workflowId).signal(fundsArrivedSignal);
  } catch (error) {
    if (isCancellation(error)) throw error;
  }
}
