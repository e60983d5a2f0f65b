import type { ActivityDeps } from '../deps';
import { autoTopupActivities } from './auto-topups';
import { breakActivities } from './breaks';
import { broadcastActivities } from './broadcasts';
import { checkoutActivities } from './checkouts';
import { freeOrderActivities } from './free-orders';
import { auditActivities } from './operations/auditing';
import { giftActivities } from './gifts';
import { operationActivities } from './operations/running';
import { erasureActivities } from './erasures';
import { exportActivities } from './exports';
import { keeperActivities } from './keeper';
import { limitActivities } from './limit-changes';
import { methodRemovalActivities } from './method-removals';
import { paymentActivities } from './payments';
import { planChangeActivities } from './next-plans';
import { priceChangeActivities } from './price-changes';
import { proposalActivities } from './operations/voting';
import { providerActivities } from './provider-calls';
import { reconciliationActivities } from './reconciliation';
import { referralActivities } from './referrals/paying';
import { refundActivities } from './refunds';
import { verificationActivities } from './unverified';
import { walletActivities } from './lot-expiry';
import { repairActivities } from './repairs';
import { spendActivities } from './spends';
import { spendRefundActivities } from './spend-refunds';
import { disputeActivities } from './disputes';
import { deskActivities, orderRefundActivities } from './returning';
import { subscriptionCourseActivities } from './subscription-course';
import { subscriptionWishActivities } from './subscription-wishes';
import { subscriptionActivities } from './subscriptions';
import { trackActivities } from './tracks';
import { trialActivities } from './trial-course';
import { workHoldActivities } from './work-holds';

/** All of billing's activities by family; a name stands in exactly one of them. */
export function billingActivities(deps: ActivityDeps) {
  return [
    autoTopupActivities(deps),
    breakActivities(deps),
    broadcastActivities(deps),
    checkoutActivities(deps),
    freeOrderActivities(deps),
    auditActivities(deps),
    giftActivities(deps),
    operationActivities(deps),
    erasureActivities(deps),
    exportActivities(deps),
    keeperActivities(deps),
    limitActivities(deps),
    methodRemovalActivities(deps),
    paymentActivities(deps),
    planChangeActivities(deps),
    priceChangeActivities(deps),
    proposalActivities(deps),
    providerActivities(deps),
    orderRefundActivities(deps),
    disputeActivities(deps),
    deskActivities(deps),
    reconciliationActivities(deps),
    referralActivities(deps),
    refundActivities(deps),
    repairActivities(deps),
    spendActivities(deps),
    spendRefundActivities(deps),
    subscriptionActivities(deps),
    subscriptionCourseActivities(deps),
    subscriptionWishActivities(deps),
    trackActivities(deps),
    trialActivities(deps),
    verificationActivities(deps),
    walletActivities(deps),
    workHoldActivities(deps),
  ] as const;
}

export type AutoTopupActivities = ReturnType<typeof autoTopupActivities>;
export type BreakActivities = ReturnType<typeof breakActivities>;
export type BroadcastActivities = ReturnType<typeof broadcastActivities>;
export type CheckoutActivities = ReturnType<typeof checkoutActivities>;
export type FreeOrderActivities = ReturnType<typeof freeOrderActivities>;
export type AuditActivities = ReturnType<typeof auditActivities>;
export type GiftActivities = ReturnType<typeof giftActivities>;
export type OperationActivities = ReturnType<typeof operationActivities>;
export type ErasureActivities = ReturnType<typeof erasureActivities>;
export type ExportActivities = ReturnType<typeof exportActivities>;
export type KeeperActivities = ReturnType<typeof keeperActivities>;
export type LimitActivities = ReturnType<typeof limitActivities>;
export type MethodRemovalActivities = ReturnType<typeof methodRemovalActivities>;
export type PaymentActivities = ReturnType<typeof paymentActivities>;
export type PlanChangeActivities = ReturnType<typeof planChangeActivities>;
export type PriceChangeActivities = ReturnType<typeof priceChangeActivities>;
export type ProposalActivities = ReturnType<typeof proposalActivities>;
export type ProviderActivities = ReturnType<typeof providerActivities>;
export type DeskActivities = ReturnType<typeof deskActivities>;
export type DisputeActivities = ReturnType<typeof disputeActivities>;
export type OrderRefundActivities = ReturnType<typeof orderRefundActivities>;
export type ReconciliationActivities = ReturnType<typeof reconciliationActivities>;
export type ReferralActivities = ReturnType<typeof referralActivities>;
export type RefundActivities = ReturnType<typeof refundActivities>;
export type RepairActivities = ReturnType<typeof repairActivities>;
export type SpendActivities = ReturnType<typeof spendActivities>;
export type SpendRefundActivities = ReturnType<typeof spendRefundActivities>;
export type SubscriptionActivities = ReturnType<typeof subscriptionActivities>;
export type SubscriptionCourseActivities = ReturnType<typeof subscriptionCourseActivities>;
export type SubscriptionWishActivities = ReturnType<typeof subscriptionWishActivities>;
export type TrackActivities = ReturnType<typeof trackActivities>;
export type TrialActivities = ReturnType<typeof trialActivities>;
export type VerificationActivities = ReturnType<typeof verificationActivities>;
export type WalletActivities = ReturnType<typeof walletActivities>;
export type WorkHoldActivities = ReturnType<typeof workHoldActivities>;
