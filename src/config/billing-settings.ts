import type { BillingSettings } from '../domain/billing/settings';
import type { Environment } from './environment';

/** The business rules as the environment sets them. */
export function billingSettings(values: Environment): BillingSettings {
  return {
    invoiceTtlHours: values.INVOICE_TTL_HOURS,
    invoiceReminderBeforeMinutes: values.INVOICE_REMINDER_BEFORE_MIN,
    invoiceMaxOpen: values.INVOICE_MAX_OPEN,
    quoteHoldHours: values.QUOTE_HOLD_HOURS,
    quoteButtonTtlMinutes: values.QUOTE_BUTTON_TTL_MIN,
    lateWatchDays: values.LATE_WATCH_DAYS,
    partialPayment: values.PARTIAL_PAYMENT,
    duplicatePayment: values.DUPLICATE_PAYMENT,
    ...watching(values),
    billingTimeZone: values.BILLING_TIME_ZONE,
    displayTimeZone: values.DISPLAY_TIME_ZONE,
    quietHours: values.QUIET_HOURS,
    trialStack: values.TRIAL_STACK,
    trialRequiresNeverPaid: values.TRIAL_REQUIRES_NEVER_PAID,
    trialMinAccountAgeDays: values.TRIAL_MIN_ACCOUNT_AGE_DAYS,
    trialMaxAccountAgeDays: values.TRIAL_MAX_ACCOUNT_AGE_DAYS,
    trialTokenGraceDays: values.TRIAL_TOKEN_GRACE_DAYS,
    giftTtlDays: values.GIFT_TTL_DAYS,
    giftReturn: values.GIFT_RETURN,
    refundPolicy: values.REFUND_POLICY,
    refundAutoLimitMinor: values.REFUND_AUTO_LIMIT_MINOR,
    refundClaimDays: values.REFUND_CLAIM_DAYS,
    refundDeductProviderFee: values.REFUND_DEDUCT_PROVIDER_FEE,
    fourEyesLargeMinor: values.FOUR_EYES_LARGE_MINOR,
    upgradeMode: values.UPGRADE_MODE,
    reminderDays: values.REMINDER_DAYS,
    reminderLastLeadHours: values.REMINDER_LAST_LEAD_HOURS,
    dunningDays: values.DUNNING_DAYS,
    graceFullDays: values.GRACE_FULL_DAYS,
    dunningRecovery: values.DUNNING_RECOVERY,
    dunningCancelInflight: values.DUNNING_CANCEL_INFLIGHT,
    renewalFallback: values.RENEWAL_FALLBACK,
    starsWaitHours: values.STARS_WAIT_HOURS,
    pauseMaxDays: values.PAUSE_MAX_DAYS,
    pausePerYear: values.PAUSE_PER_YEAR,
    erasureDelayDays: values.ERASURE_DELAY_DAYS,
    referralRewardPercent: values.REFERRAL_REWARD_PERCENT,
    referralHoldDays: values.REFERRAL_HOLD_DAYS,
    referralMinPaymentTokens: values.REFERRAL_MIN_PAYMENT_TOKENS,
    receiptSno: values.ROBOKASSA_RECEIPT_SNO,
    receiptTax: values.ROBOKASSA_RECEIPT_TAX,
    rateLimitCalls: values.RATE_LIMIT_CALLS,
    rateLimitPeriodSeconds: values.RATE_LIMIT_PERIOD_SEC,
    spendMaxTokens: values.SPEND_MAX_TOKENS,
    spendRequiresSubscription: values.SPEND_REQUIRES_SUBSCRIPTION,
    overdraftLimitTokens: values.OVERDRAFT_LIMIT_TOKENS,
    lowBalanceThresholds: values.LOW_BALANCE_THRESHOLDS,
    costMultiplier: values.COST_MULTIPLIER,
    costRounding: values.COST_ROUNDING,
    trackMinStartTokens: values.TRACK_MIN_START_TOKENS,
    trackMissingPolicy: values.TRACK_MISSING_POLICY,
    trackMissingTimeoutMinutes: values.TRACK_MISSING_TIMEOUT_MIN,
    trackMissingFlatTokens: values.TRACK_MISSING_FLAT_TOKENS,
    autoTopupDailyCapMinor: values.AUTO_TOPUP_DAILY_CAP_MINOR,
    silentTopics: [],
    adminChatId: values.ADMIN_NOTIFICATIONS_ENABLED ? values.ADMIN_CHAT_ID : undefined,
  };
}

type Watching =
  'unknownAlertMinutes' | 'unknownDeadlineHours' | 'paymentSlowMinutes' | 'mismatchSlaHours';

/** When somebody has to look at a payment. */
function watching(values: Environment): Pick<BillingSettings, Watching> {
  return {
    unknownAlertMinutes: values.UNKNOWN_ALERT_MIN,
    unknownDeadlineHours: values.UNKNOWN_DEADLINE_HOURS,
    paymentSlowMinutes: values.PAYMENT_SLOW_MIN,
    mismatchSlaHours: values.MISMATCH_SLA_HOURS,
  };
}
