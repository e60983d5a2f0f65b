import { eq } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { attempts } from '../../../drizzle/schema';
import { writeAudit } from '../../audit';
import type { ActivityDeps } from '../../deps';
import { inTransaction, stepKey } from '../../transactions';
import { closeOrder, isLive, lockAttempt, type Attempt } from '../charges/attempts';
import { closeItem } from '../open-items';

export interface DismissedCharge {
  readonly attemptId: string;
  readonly operatorId: string;
  readonly reason: string;
  /** What proves that nothing was taken. */
  readonly evidence: string;
  readonly asOf: string;
}

/**
 * An operator declares that a charge of unknown outcome took nothing: its order and its item are closed, and the
 * standing order may charge again. False when the outcome was known already, which then stands. Repeating it changes
 * nothing.
 */
export async function dismissTopupCharge(
  { db }: ActivityDeps,
  declared: DismissedCharge,
): Promise<{ readonly isDismissed: boolean }> {
  const { attemptId, operatorId, reason, evidence } = declared;
  return inTransaction(db, async (tx) => {
    const attempt = await lockAttempt(tx, attemptId);
    if (!isLive(attempt)) return { isDismissed: attempt.declineCode === NOT_MADE };
    const asOf = new Date(declared.asOf);
    await dismissAttempt(tx, attempt, {
      operatorId,
      reason: `${reason}; evidence: ${evidence}`,
      asOf,
    });
    await closeItem(tx, {
      ...{ key: stepKey(`unknown_outcome:${attemptId}`), state: 'resolved', asOf },
      ...{ resolution: 'declared not made', operatorId, reason },
    });
    return { isDismissed: true };
  });
}

/** Stands in the place of a bank's word where an operator has spoken. */
const NOT_MADE = 'not_made';

/** Ends a charge by the word of an operator; money that comes all the same follows the rule of late payments (CO-9). */
export async function dismissAttempt(
  tx: Transaction,
  attempt: Attempt,
  by: { readonly operatorId: string; readonly reason: string; readonly asOf: Date },
): Promise<void> {
  const { operatorId, reason, asOf } = by;
  const after = { state: 'failed_soft', declineCode: NOT_MADE } as const;
  await tx.update(attempts).set(after).where(eq(attempts.id, attempt.id));
  await closeOrder(tx, attempt, { reason, asOf });
  await writeAudit(tx, {
    ...{ action: 'auto_topup.charge_dismissed', entity: 'auto_topup', entityId: attempt.id },
    actor: { kind: 'operator', id: operatorId },
    before: { state: attempt.state },
    after,
    ...{ reason, asOf },
  });
}
