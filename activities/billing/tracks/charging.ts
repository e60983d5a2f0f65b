import { charges } from '../../../drizzle/schema';
import { eq } from 'drizzle-orm';
import { assert } from '../../../src/domain/assert';
import { tokens } from '../../../src/domain/tokens';
import { writeAudit } from '../../audit';
import { tokenAccount, wallet } from '../accounts';
import { postTransfer } from '../ledger';
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
  return outcome.chargeId;
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

/** Gives back what a job was charged beyond its cost, as far as it was taken: a partial reversal (LG-2). */
export async function giveBack(desk: TrackDesk, credit: TrackCredit): Promise<void> {
  const { tx, asOf } = desk;
  const { job, chargeId, step } = credit;
  const [charge] = await tx.select().from(charges).where(eq(charges.id, chargeId));
  assert(charge, `charge ${chargeId} exists`);
  const amountUtok = Math.min(credit.amountUtok, charge.chargedUtok);
  if (amountUtok === 0 || charge.transferId === null) return;
  const { userId } = job;
  const { transferId } = await postTransfer(tx, {
    key: `${desk.key}:${step}`,
    kind: 'reversal',
    legs: [
      { account: tokenAccount('spend'), amount: -amountUtok },
      { account: wallet(userId), amount: amountUtok },
    ],
    userId,
    chargeId,
    reversesTransferId: charge.transferId,
    lot: { origin: 'refund' },
    asOf,
    meta: { jobId: job.id },
  });
  const after = { userId, chargeId, amountUtok, jobId: job.id };
  await writeAudit(tx, {
    action: 'tokens.returned',
    entity: 'transfer',
    entityId: transferId,
    after,
    asOf,
  });
}
