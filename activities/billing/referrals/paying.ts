import { and, eq, inArray } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { disputes, payments, referrals, refunds, users } from '../../../drizzle/schema';
import { assert } from '../../../src/domain/assert';
import { isDisputeOpen } from '../../../src/domain/billing/dispute';
import { judgeReward, type DueReward, type VoidReason } from '../../../src/domain/billing/referral';
import type { BillingSettings } from '../../../src/domain/billing/settings';
import { writeAudit } from '../../audit';
import type { ActivityDeps } from '../../deps';
import { promiseToUser } from '../../outbox';
import { inTransaction, readSettings } from '../../transactions';
import { tokenAccount, wallet } from '../accounts';
import { balanceOf, lockWallet, postTransfer } from '../ledger';
import { isBeingErased } from '../standing';

export interface RewardStep {
  readonly refereeId: number;
  readonly asOf: string;
}

export type PaidReward =
  | { readonly kind: 'paid' }
  | { readonly kind: 'void' }
  /** Not yet: to be asked again then. */
  | { readonly kind: 'wait'; readonly until: string };

/** Side effects of the `referralPayout` workflow. Each is one transaction; repeating it changes nothing. */
export function referralActivities(deps: ActivityDeps) {
  return {
    payReferral: (step: RewardStep) => payReferral(deps, step),
  };
}

type Referral = typeof referrals.$inferSelect;

interface Reward {
  readonly referral: Referral;
  readonly rewardUtok: number;
  readonly asOf: Date;
  readonly settings: BillingSettings;
}

/** While something is being decided, the reward is looked at once a day. */
const AGAIN_MS = 86_400_000;

/**
 * Pays a held reward whose time has come, once, or voids it because its money went back. What is under way, such as a
 * dispute, makes it wait.
 */
async function payReferral(
  { db, settings: defaults }: ActivityDeps,
  step: RewardStep,
): Promise<PaidReward> {
  return inTransaction(db, async (tx) => {
    const [referral] = await tx
      .select()
      .from(referrals)
      .where(eq(referrals.refereeId, step.refereeId))
      .for('update');
    if (referral?.state === 'paid') return { kind: 'paid' };
    if (referral?.state !== 'held') return { kind: 'void' };
    const { payAt, rewardUtok } = referral;
    assert(payAt && rewardUtok !== null, `the reward for ${step.refereeId} was put on hold`);
    const asOf = new Date(step.asOf);
    if (asOf < payAt) return { kind: 'wait', until: payAt.toISOString() };
    const verdict = judgeReward(await dueReward(tx, referral));
    const reward = { referral, rewardUtok, asOf, settings: await readSettings(tx, defaults) };
    switch (verdict.kind) {
      case 'wait':
        return { kind: 'wait', until: new Date(asOf.getTime() + AGAIN_MS).toISOString() };
      case 'void':
        await voidReward(tx, reward, verdict.reason);
        return { kind: 'void' };
      case 'pay':
        await pay(tx, reward);
        return { kind: 'paid' };
    }
  });
}

async function dueReward(tx: Transaction, referral: Referral): Promise<DueReward> {
  const paymentId = referral.paymentId ?? '';
  const [payment] = await tx.select().from(payments).where(eq(payments.id, paymentId));
  const open = await tx
    .select({ id: refunds.id })
    .from(refunds)
    .where(
      and(
        eq(refunds.paymentId, paymentId),
        inArray(refunds.state, ['proposed', 'frozen', 'sent', 'unknown']),
      ),
    );
  const disputed = await tx.select().from(disputes).where(eq(disputes.paymentId, paymentId));
  const [referrer] = await tx.select().from(users).where(eq(users.id, referral.referrerId));
  const isGone = !referrer || referrer.isBlocked || referrer.pseudonymisedAt !== null;
  return {
    isRefunded: payment?.state === 'refunded' || payment?.state === 'partially_refunded',
    isRefundUnderWay: open.length > 0,
    dispute: disputeOf(disputed, payment?.state === 'disputed'),
    isReferrerGone: isGone || (await isBeingErased(tx, referral.referrerId)),
    isReferrerFrozen: referrer?.moneyFrozenBy != null,
  };
}

/** A dispute that the provider told of, but whose case is not recorded yet, is open. */
function disputeOf(
  rows: readonly (typeof disputes.$inferSelect)[],
  isTold: boolean,
): DueReward['dispute'] {
  if (rows.some(({ state }) => state === 'lost')) return 'lost';
  const isOpen = rows.some(({ state }) => isDisputeOpen(state)) || (isTold && rows.length === 0);
  return isOpen ? 'open' : 'none';
}

async function voidReward(tx: Transaction, reward: Reward, reason: VoidReason): Promise<void> {
  const { referral, rewardUtok, asOf, settings } = reward;
  await settle(tx, reward, { state: 'void', reason });
  if (reason === 'referrer_gone') return;
  await promiseToUser(tx, referral.referrerId, {
    key: `${referral.referrerId}:referral.void:${referral.refereeId}`,
    template: 'referral.void',
    params: { tokensUtok: rewardUtok },
    category: 'service',
    asOf,
    settings,
  });
}

async function pay(tx: Transaction, reward: Reward): Promise<void> {
  const { referral, rewardUtok, asOf } = reward;
  const { refereeId, referrerId } = referral;
  await lockWallet(tx, referrerId);
  const { transferId } = await postTransfer(tx, {
    key: `referral:${refereeId}:payout`,
    kind: 'grant',
    legs: [
      { account: tokenAccount('promo'), amount: -rewardUtok },
      { account: wallet(referrerId), amount: rewardUtok },
    ],
    lot: { origin: 'grant' },
    userId: referrerId,
    asOf,
    meta: { referral: true },
  });
  await settle(tx, reward, { state: 'paid', transferId });
  await tellBoth(tx, reward);
}

async function settle(
  tx: Transaction,
  { referral, asOf }: Reward,
  end: { state: 'paid'; transferId: string } | { state: 'void'; reason: VoidReason },
): Promise<void> {
  await tx.update(referrals).set(end).where(eq(referrals.refereeId, referral.refereeId));
  await writeAudit(tx, {
    action: `referral.${end.state}`,
    entity: 'referral',
    entityId: String(referral.refereeId),
    before: { state: referral.state },
    after: end,
    asOf,
  });
}

async function tellBoth(tx: Transaction, { referral, rewardUtok, asOf, settings }: Reward) {
  const { refereeId, referrerId } = referral;
  const balanceUtok = await balanceOf(tx, referrerId);
  await promiseToUser(tx, referrerId, {
    key: `${referrerId}:referral.paid:${refereeId}`,
    template: 'referral.paid',
    params: { tokensUtok: rewardUtok, balanceUtok },
    category: 'service',
    asOf,
    settings,
  });
  await promiseToUser(tx, refereeId, {
    key: `${refereeId}:referral.thanks:${referrerId}`,
    template: 'referral.thanks',
    params: {},
    category: 'service',
    asOf,
    settings,
  });
}
