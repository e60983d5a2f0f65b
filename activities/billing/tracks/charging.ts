import { eq } from 'drizzle-orm';
import { charges } from '../../../drizzle/schema';
import { spenderRows } from '../../../drizzle/spenders';
import { assert } from '../../../src/domain/assert';
import { planSpendRefund, type SpendRefundPlan } from '../../../src/domain/billing/spend-refund';
import { tokens } from '../../../src/domain/tokens';
import { writeAudit } from '../../audit';
import { tokenAccount, wallet } from '../accounts';
import { countDelivered } from '../delivered-limits';
import { postTransfer } from '../ledger';
import { totalUtok } from '../lots';
import { closeItem } from '../open-items';
import { refundable } from '../spend-refunds/burned';
import { emptyLimits } from '../spend-refunds/limits';
import { spendTokens } from '../spending';
import { settleHold } from '../work-holds/settlement';
import type { JobRow, TrackDesk } from './jobs';

/** What a job is charged for. */
export interface TrackDebit {
  readonly job: JobRow;
  readonly amountUtok: number;
  /** The end of the charge's key: `charge`, or which correction it is. */
  readonly step: string;
  /** What the job had been charged before, which this completes. */
  readonly earlierUtok: number;
}

/**
 * Charges delivered work down to the floor, never refused for lack of balance, lapse, block or freeze (LG-8, TC-5).
 * Returns the id of the charge, which is there for nothing, too (LG-9).
 */
export async function chargeTrack(desk: TrackDesk, debit: TrackDebit): Promise<string> {
  const { job, amountUtok, step, earlierUtok } = debit;
  const outcome = await spendTokens(desk.tx, {
    key: `${desk.key}:${step}`,
    clientId: job.clientId,
    ...(desk.keyId === undefined ? {} : { keyId: desk.keyId }),
    userId: job.userId,
    requestedUtok: amountUtok,
    kind: 'track',
    track: job.track,
    description: job.track,
    meta: { jobId: job.id, ...(earlierUtok > 0 ? { earlierUtok } : {}) },
    asOf: desk.asOf,
    lowestUtok: -tokens(desk.settings.overdraftLimitTokens),
    settings: desk.settings,
  });
  assert(outcome.kind === 'charged', `delivered work of ${desk.key} is never refused`);
  if (!outcome.isRepeat) await count(desk, job, outcome.chargedUtok);
  return outcome.chargeId;
}

/** Limits never refuse delivered work, but they count it (SP-7). */
function count(
  { tx, keyId, asOf, settings }: TrackDesk,
  { userId, clientId }: JobRow,
  byUtok: number,
): Promise<void> {
  const debit = { userId, clientId, keyId: keyId ?? null, byUtok };
  return countDelivered(tx, { ...debit, asOf, settings });
}

export interface HeldDebit {
  /** Null when there was nothing more to charge. */
  readonly chargeId: string | null;
  /** The keeper of the hold, who wants to know. */
  readonly holdWorkflowId: string;
}

/**
 * Settles the hold of a job with what the job cost (TC-5). A hold that ended before was charged by its own policy: only
 * the difference is left to charge or to give back.
 */
export async function chargeHold(
  desk: TrackDesk,
  { job, holdId, amountUtok }: { job: JobRow; holdId: string; amountUtok: number },
): Promise<HeldDebit> {
  const { tx, asOf, settings } = desk;
  const settled = await settleHold(tx, {
    holdId,
    by: 'track',
    dueUtok: amountUtok,
    isPostPaid: true,
    description: job.track,
    meta: { jobId: job.id },
    asOf,
    settings,
  });
  const { workflowId: holdWorkflowId } = settled;
  const { charge } = settled.hold;
  const earlierUtok = charge?.requestedUtok ?? 0;
  if (amountUtok > earlierUtok) {
    const rest = { job, amountUtok: amountUtok - earlierUtok, step: 'charge', earlierUtok };
    return { chargeId: await chargeTrack(desk, rest), holdWorkflowId };
  }
  if (charge && amountUtok < earlierUtok) {
    const surplus = { job, chargeId: charge.chargeId, amountUtok: earlierUtok - amountUtok };
    await giveBack(desk, { ...surplus, step: 'surplus' });
  }
  return { chargeId: charge?.chargeId ?? null, holdWorkflowId };
}

export interface TrackCredit {
  readonly job: JobRow;
  readonly chargeId: string;
  readonly amountUtok: number;
  readonly step: string;
}

/**
 * Gives back what a job was charged beyond its cost, to the lots it came from: a partial reversal (LG-2). What was never
 * collected goes first, for nobody has paid it.
 */
export async function giveBack(desk: TrackDesk, credit: TrackCredit): Promise<void> {
  const { tx, asOf } = desk;
  const [charge] = await tx.select().from(charges).where(eq(charges.id, credit.chargeId));
  assert(charge, `charge ${credit.chargeId} exists`);
  const left = await refundable(tx, charge, asOf);
  const takenUtok = left.chargedUtok - left.givenBackUtok;
  const mostUtok = takenUtok + left.uncollectedUtok - left.waivedUtok;
  const plan = planSpendRefund(left, Math.min(credit.amountUtok, mostUtok));
  if (plan.kind === 'too_much') return;
  await waive(desk, charge, plan.waivedUtok);
  await returnTokens(desk, { credit, charge, plan });
}

type Charge = typeof charges.$inferSelect;

/** With its last part nothing is missing any more, and the open item that said so is closed. */
async function waive({ tx, asOf }: TrackDesk, charge: Charge, byUtok: number): Promise<void> {
  if (byUtok === 0) return;
  const waivedUtok = charge.waivedUtok + byUtok;
  await tx.update(charges).set({ waivedUtok }).where(eq(charges.id, charge.id));
  if (waivedUtok < charge.uncollectedUtok) return;
  for (const key of [`${charge.key}:uncollected`, `hold:${charge.key}:uncollected`]) {
    const reason = 'a later report said that it had cost less';
    const by = { resolution: 'corrected', operatorId: 'track-costs', reason };
    await closeItem(tx, { key, state: 'resolved', ...by, asOf });
  }
}

async function returnTokens(
  desk: TrackDesk,
  given: { credit: TrackCredit; charge: Charge; plan: SpendRefundPlan },
): Promise<void> {
  const { tx, asOf } = desk;
  const { credit, charge, plan } = given;
  const returnedUtok = plan.owedUtok + totalUtok(plan.shares);
  const lapsedUtok = totalUtok(plan.lapsed);
  if (returnedUtok + lapsedUtok === 0 || charge.transferId === null) return;
  const { userId, id: jobId } = credit.job;
  const { transferId } = await postTransfer(tx, {
    key: `${desk.key}:${credit.step}`,
    kind: 'reversal',
    legs: [
      { account: tokenAccount('spend'), amount: -returnedUtok - lapsedUtok },
      { account: wallet(userId), amount: returnedUtok },
      { account: tokenAccount('breakage'), amount: lapsedUtok },
    ],
    lot: { origin: 'refund' },
    returns: plan.shares,
    userId,
    chargeId: charge.id,
    reversesTransferId: charge.transferId,
    asOf,
    meta: { jobId, lapsed: plan.lapsed },
  });
  const [person] = await spenderRows(tx, [userId]);
  assert(person, `user ${userId} has a wallet`);
  const byUtok = returnedUtok + lapsedUtok;
  await emptyLimits(tx, { charge, person, byUtok, asOf });
  await writeAudit(tx, {
    action: 'tokens.returned',
    entity: 'transfer',
    entityId: transferId,
    after: { userId, chargeId: charge.id, returnedUtok, lapsedUtok, jobId },
    asOf,
  });
}
