import { allHandlersFinished, condition, upsertSearchAttributes } from '@temporalio/workflow';
import type { OpenedDispute } from '../../../activities/billing/disputes';
import { disputeReminderMs, isDisputeOpen } from '../../../src/domain/billing/dispute';
import { businessClock } from '../../clock';
import { amountMinorAttribute, billingUserId, currencyCode, providerName } from '../../contract';
import { moneyWords } from '../../visibility';
import { wakeNotifier } from '../activities';
import { tellSubscription } from '../refund/refund';
import type { DisputeInput, DisputeResult } from './contract';
import { decisionOf, layDesk, standingStage, type DisputeDesk } from './desk';
import {
  collectEvidence,
  locateDispute,
  loseDispute,
  noteContradiction,
  noteEvidence,
  openDispute,
  remindOfDispute,
  winDispute,
} from './stubs';

type Standing = Extract<OpenedDispute, { kind: 'standing' }>;

/**
 * A payer's complaint at their bank from the first word to its end: everything the payment gave is frozen, evidence is
 * collected, operators are reminded; a win restores everything, a loss takes it back (DP-1). Words of the provider come
 * in any order and as often as they like; the row remembers what was booked.
 */
export async function dispute(input: DisputeInput): Promise<DisputeResult> {
  const desk = layDesk(input);
  const result = await story(desk);
  desk.phase = 'over';
  desk.waitingFor = 'nothing';
  desk.show({ state: `dispute_${result.kind}`, waitingFor: 'nothing' });
  for (const pending of desk.evidence.splice(0)) {
    pending.answer = { accepted: 'refused: the dispute is over' };
  }
  await condition(allHandlersFinished);
  return result;
}

async function story(desk: DisputeDesk): Promise<DisputeResult> {
  await condition(() => desk.news.length > 0);
  await locate(desk);
  const standing = await openDispute({ ...nameOf(desk), ...toldOf(desk) });
  if (standing.kind === 'ignored') return { kind: 'ignored' };
  introduce(desk, standing);
  if (!isDisputeOpen(standing.state)) return endedBefore(desk, standing.state);
  if (!decisionOf(desk)) await defend(desk, standing);
  return decide(desk);
}

/** Whose clock it lives by; frozen for the whole run. */
async function locate(desk: DisputeDesk): Promise<void> {
  if (desk.input.clockOffsetMs !== undefined) return;
  const { clockOffsetMs } = await locateDispute(nameOf(desk));
  desk.clock = businessClock(clockOffsetMs);
}

function nameOf({ input, clock }: DisputeDesk) {
  const { provider, ref, providerPaymentId } = input;
  return { provider, ref, providerPaymentId, asOf: clock.now() };
}

/** What the provider told: the first sum and the last due date that were named. */
function toldOf(desk: DisputeDesk) {
  const amountMinor = desk.news.find((told) => told.amountMinor !== undefined)?.amountMinor;
  const dueAt = [...desk.news].reverse().find((told) => told.dueAt !== undefined)?.dueAt;
  return {
    ...(amountMinor === undefined ? {} : { amountMinor }),
    ...(dueAt === undefined ? {} : { dueAt }),
    // Nobody is alarmed about what is decided already.
    isDecided: decisionOf(desk) !== undefined,
  };
}

function introduce(desk: DisputeDesk, standing: Standing): void {
  desk.state = standing.state;
  desk.dueAt = standing.dueAt;
  const { userId, amountMinor: minor, currency } = standing;
  desk.owner = { userId, amount: moneyWords({ minor, currency }) };
  upsertSearchAttributes([
    { key: billingUserId, value: String(standing.userId) },
    { key: providerName, value: desk.input.provider },
    { key: currencyCode, value: standing.currency },
    { key: amountMinorAttribute, value: standing.amountMinor },
  ]);
}

/** A later word about a dispute that was booked to its end; one that says the opposite is for a human. */
async function endedBefore(desk: DisputeDesk, state: Standing['state']): Promise<DisputeResult> {
  const stage = standingStage(desk);
  if (stage !== 'opened' && stage !== state) {
    await noteContradiction({ ...nameOf(desk), stage: stage ?? 'opened' });
    await wakeNotifier();
  }
  return { kind: state === 'won' ? 'won' : 'lost' };
}

/** Collects evidence and waits for the bank's decision, or for an operator who gives in. */
async function defend(desk: DisputeDesk, standing: Standing): Promise<void> {
  await collectEvidence(nameOf(desk));
  await wakeNotifier();
  let remindMs: number | undefined = disputeReminderMs(
    desk.clock.nowMs(),
    Date.parse(standing.dueAt),
  );
  desk.phase = 'open';
  while (!decisionOf(desk)) {
    showOpen(desk, remindMs);
    const hasNews = () => decisionOf(desk) !== undefined || desk.evidence.length > 0;
    const isInTime = await waitUntil(desk, remindMs, hasNews);
    if (!isInTime) {
      await remindOfDispute(nameOf(desk));
      await wakeNotifier();
      remindMs = undefined;
    }
    await takeEvidence(desk);
  }
}

/** False when the instant came before the news; without an instant only news ends the wait. */
async function waitUntil(
  { clock }: DisputeDesk,
  instantMs: number | undefined,
  hasNews: () => boolean,
): Promise<boolean> {
  if (instantMs === undefined) {
    await condition(hasNews);
    return true;
  }
  return condition(hasNews, clock.untilMs(instantMs), {
    summary: 'Until operators are reminded of the evidence',
  });
}

function showOpen(desk: DisputeDesk, remindMs: number | undefined): void {
  desk.waitingFor = 'the decision of the bank';
  desk.show({
    state: `dispute_${desk.state ?? 'opened'}`,
    waitingFor: `${desk.waitingFor}; evidence is due by ${desk.dueAt ?? 'an unknown day'}`,
    nextAt: remindMs === undefined ? undefined : new Date(remindMs).toISOString(),
    stuck: desk.state === 'evidence_sent' ? undefined : 'dispute',
  });
}

async function takeEvidence(desk: DisputeDesk): Promise<void> {
  for (const pending of desk.evidence.splice(0)) {
    await noteEvidence({ ...nameOf(desk), ...pending.question });
    desk.state = 'evidence_sent';
    pending.answer = { accepted: 'noted; the bank decides now' };
  }
}

async function decide(desk: DisputeDesk): Promise<DisputeResult> {
  const decision = decisionOf(desk) ?? 'lost';
  desk.phase = 'deciding';
  desk.show({ state: 'dispute_deciding', waitingFor: 'the books' });
  if (decision === 'won') await winDispute(nameOf(desk));
  else {
    const { concession } = desk;
    const booked = await loseDispute({ ...nameOf(desk), ...(concession ? { concession } : {}) });
    if (booked.subscriptionId !== undefined) await tellSubscription(booked.subscriptionId);
  }
  desk.state = decision;
  await wakeNotifier();
  // The bank may have said more while the first word was being booked.
  return endedBefore(desk, decision);
}
