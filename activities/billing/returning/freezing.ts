import { eq } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { refunds } from '../../../drizzle/schema';
import { assert } from '../../../src/domain/assert';
import type { RefundPlan } from '../../../src/domain/billing/refund';
import { writeAudit } from '../../audit';
import type { ActivityDeps } from '../../deps';
import { inTransaction, stepKey } from '../../transactions';
import { placeHold } from '../holds';
import type { Refund } from './case';
import { lockAsked, ownRefund, planAsked, type Asked, type RefundWish } from './planning';
import { sharesOf } from './tokens';

export type FrozenRefund =
  | { readonly kind: 'frozen'; readonly plan: RefundPlan }
  | { readonly kind: 'refused'; readonly reason: string };

/** One try to give the money back; a refusal by the provider and an operator's retry make the next. */
export type RefundAttempt = RefundWish & { readonly attempt: number };

/**
 * Freezes the tokens before any money is sent (RF-2). The plan is made once more under the payment's lock, so that two
 * refunds never give back more than was paid (RF-5). Repeating an attempt returns what it froze.
 */
export async function freezeRefund(deps: ActivityDeps, wish: RefundAttempt): Promise<FrozenRefund> {
  return inTransaction(deps.db, async (tx) => {
    const asked = await lockAsked(tx, deps, wish);
    const refund = await ownRefund(tx);
    assert(refund?.plan, 'a refund is recorded before it is frozen');
    if (isFrozen(refund)) return { kind: 'frozen', plan: refund.plan };
    const planning =
      asked.kind === 'refused'
        ? asked
        : planAsked(asked, { ...wish, capMinor: refund.amountMinor });
    if (asked.kind === 'refused' || planning.kind === 'refused') {
      return refuseFreezing(tx, refund, { wish, reason: reasonOf(planning) });
    }
    await freeze(tx, asked, { refund, wish, plan: planning.plan });
    return { kind: 'frozen', plan: planning.plan };
  });
}

function isFrozen({ state }: Refund): boolean {
  return state !== 'proposed' && state !== 'refused';
}

function reasonOf(planning: { kind: string; reason?: string }): string {
  return planning.reason ?? 'unknown';
}

async function freeze(
  tx: Transaction,
  { sold }: Asked,
  frozen: { refund: Refund; wish: RefundAttempt; plan: RefundPlan },
): Promise<void> {
  const { refund, wish, plan } = frozen;
  const shares = sharesOf(sold, plan);
  const hold =
    shares.length === 0
      ? undefined
      : await placeHold(tx, {
          key: stepKey(`freeze:a${wish.attempt}`),
          userId: sold.userId,
          purpose: 'refund',
          asOf: new Date(wish.asOf),
          lots: shares,
          meta: { refundId: refund.id },
        });
  await tx
    .update(refunds)
    .set({ state: 'frozen', plan, amountMinor: plan.refundMinor, holdId: hold?.holdId ?? null })
    .where(eq(refunds.id, refund.id));
  await writeAudit(tx, {
    action: 'refund.frozen',
    entity: 'refund',
    entityId: refund.id,
    before: { state: refund.state },
    after: { state: 'frozen', plan, attempt: wish.attempt },
    asOf: new Date(wish.asOf),
  });
}

/** Nothing is left to give back; the row says so, and no money was ever on its way. */
async function refuseFreezing(
  tx: Transaction,
  refund: Refund,
  { wish, reason }: { wish: RefundAttempt; reason: string },
): Promise<FrozenRefund> {
  await tx.update(refunds).set({ state: 'refused' }).where(eq(refunds.id, refund.id));
  await writeAudit(tx, {
    action: 'refund.refused',
    entity: 'refund',
    entityId: refund.id,
    before: { state: refund.state },
    after: { state: 'refused', reason },
    asOf: new Date(wish.asOf),
  });
  return { kind: 'refused', reason };
}

export interface SendingNote {
  readonly state: 'sent' | 'unknown';
}

/** Notes how far the money is on its way, for whoever looks; a refund that has ended is left alone. */
export async function noteRefundSending({ db }: ActivityDeps, note: SendingNote): Promise<void> {
  await inTransaction(db, async (tx) => {
    const refund = await ownRefund(tx);
    if (refund?.state !== 'frozen' && refund?.state !== 'sent') return;
    await tx.update(refunds).set({ state: note.state }).where(eq(refunds.id, refund.id));
  });
}
