import type { CostRounding } from './cost';
import { switchedTopic, type OpsTopic } from './ops-topics';
import type { RefundPolicy } from './refund';

/**
 * The product's settings that decide business behaviour (specification section 20). Defaults come from the
 * environment; those in {@link LIVE_SETTINGS} may be overridden at run time by a row of the settings table.
 */
export interface BillingSettings {
  /** Lifetime of an unpaid invoice. Fractions are legal, for tests. */
  readonly invoiceTtlHours: number;
  readonly invoiceReminderBeforeMinutes: number;
  readonly invoiceMaxOpen: number;
  /** How long a quoted price is honoured, also for money that arrives late. */
  readonly quoteHoldHours: number;
  readonly quoteButtonTtlMinutes: number;
  readonly lateWatchDays: number;
  readonly partialPayment: 'quarantine' | 'accumulate';
  readonly duplicatePayment: 'wallet' | 'refund';
  readonly unknownAlertMinutes: number;
  readonly unknownDeadlineHours: number;
  readonly paymentSlowMinutes: number;
  /** How long somebody has to see to a payment that a provider and our books tell differently. */
  readonly mismatchSlaHours: number;
  /** IANA zone in which periods are counted; fixed for a subscription when it starts. */
  readonly billingTimeZone: string;
  /** IANA zone shown to people who have not chosen one. */
  readonly displayTimeZone: string;
  /** `HH:MM-HH:MM` in the person's zone; equal ends mean none. */
  readonly quietHours: string;
  /** Whether one person may use trials of different tariffs (TR-4). */
  readonly trialStack: boolean;
  readonly trialRequiresNeverPaid: boolean;
  /** How long ago somebody must have come to have a trial (TR-6). */
  readonly trialMinAccountAgeDays: number;
  /** How long ago they may have come at most; 0: however long. */
  readonly trialMaxAccountAgeDays: number;
  /** Days for which trial tokens outlive the trial. */
  readonly trialTokenGraceDays: number;
  readonly giftTtlDays: number;
  /** Where the money of an unclaimed gift goes. */
  readonly giftReturn: 'wallet' | 'refund';
  readonly refundPolicy: RefundPolicy;
  /** Refunds above it need a second operator (RF-6); minor units of the payment's currency. */
  readonly refundAutoLimitMinor: number;
  /** Working days after the payment in which a person may claim a refund by themselves. */
  readonly refundClaimDays: number;
  readonly refundDeductProviderFee: boolean;
  /** From this amount on two others must agree (OPS-12). */
  readonly fourEyesLargeMinor: number;
  readonly upgradeMode: 'now' | 'at_end';
  /** Days before a period's end at which its owner is reminded, with commas between them; zero is the last one (SB-5). */
  readonly reminderDays: string;
  readonly reminderLastLeadHours: number;
  /** Days after a period's end on which a renewal is tried, with commas between them (SB-11). */
  readonly dunningDays: string;
  /** Days of full access after an end that nobody paid for (SB-12). */
  readonly graceFullDays: number;
  /** Whether a period paid late begins at the old end, or with the payment (SB-13). */
  readonly dunningRecovery: 'original' | 'payment';
  /** What becomes of a charge that succeeds after its owner cancelled (SB-14). */
  readonly dunningCancelInflight: 'refund' | 'keep';
  /** Who tries next once the driver's try is proved to have failed (SB-15). */
  readonly renewalFallback: 'none' | 'wallet';
  /** How long after the end Telegram's own charge is waited for (SB-8). */
  readonly starsWaitHours: number;
  /** Longest pause, and how many a year (SB-20). */
  readonly pauseMaxDays: number;
  readonly pausePerYear: number;
  readonly erasureDelayDays: number;
  /** Percent of a referred person's first payment that the referrer gets as tokens, and after how many days. */
  readonly referralRewardPercent: number;
  readonly referralHoldDays: number;
  /** Payments worth fewer tokens than this at the top-up rate earn no reward. */
  readonly referralMinPaymentTokens: number;
  /** API calls of one key, and of one key for one person, within a period (API-3). */
  readonly rateLimitCalls: number;
  readonly rateLimitPeriodSeconds: number;
  /** Most tokens one spend may take. */
  readonly spendMaxTokens: number;
  /** Whether new work needs access `full` (SP-1). */
  readonly spendRequiresSubscription: boolean;
  /** How far below zero post-paid work may take what is available (LG-8). */
  readonly overdraftLimitTokens: number;
  /** Token amounts with commas between them, at which a falling balance is told (SP-8). */
  readonly lowBalanceThresholds: string;
  /** Decimal text: what a reported cost is multiplied by where no row says otherwise (TC-1). */
  readonly costMultiplier: string;
  readonly costRounding: CostRounding;
  /** What must be available for new work to start (SP-2). */
  readonly trackMinStartTokens: number;
  /** What a job is charged whose final report never came (TC-7), and how long after its last sign of life. */
  readonly trackMissingPolicy: 'last_reported' | 'flat' | 'estimate' | 'zero';
  readonly trackMissingTimeoutMinutes: number;
  /** Decimal text in tokens, charged without a multiplier. */
  readonly trackMissingFlatTokens: string;
  /** Most money automatic top-ups may take of one person a day, in minor units; zero switches them off. */
  readonly autoTopupDailyCapMinor: number;
  /** Tax system and VAT mark of fiscal receipts (54-FZ). */
  readonly receiptSno: string;
  readonly receiptTax: string;
  /** Chat of the operators; undefined silences operator messages. */
  readonly adminChatId: number | undefined;
  /** What that chat does not want to be told; rows of the settings table only. */
  readonly silentTopics: readonly OpsTopic[];
}

export const DEFAULT_SETTINGS: BillingSettings = {
  invoiceTtlHours: 24,
  invoiceReminderBeforeMinutes: 120,
  invoiceMaxOpen: 5,
  quoteHoldHours: 72,
  quoteButtonTtlMinutes: 15,
  lateWatchDays: 30,
  partialPayment: 'quarantine',
  duplicatePayment: 'wallet',
  unknownAlertMinutes: 15,
  unknownDeadlineHours: 72,
  paymentSlowMinutes: 5,
  mismatchSlaHours: 24,
  billingTimeZone: 'UTC',
  displayTimeZone: 'Europe/Moscow',
  quietHours: '22:00-09:00',
  trialStack: true,
  trialRequiresNeverPaid: false,
  trialMinAccountAgeDays: 0,
  trialMaxAccountAgeDays: 0,
  trialTokenGraceDays: 0,
  giftTtlDays: 30,
  giftReturn: 'wallet',
  refundPolicy: 'unspent_only',
  refundAutoLimitMinor: 100_000,
  refundClaimDays: 5,
  refundDeductProviderFee: true,
  fourEyesLargeMinor: 1_000_000,
  upgradeMode: 'now',
  reminderDays: '3,1,0',
  reminderLastLeadHours: 3,
  dunningDays: '0,1,3,5,7',
  graceFullDays: 3,
  dunningRecovery: 'original',
  dunningCancelInflight: 'refund',
  renewalFallback: 'none',
  starsWaitHours: 24,
  pauseMaxDays: 90,
  pausePerYear: 2,
  erasureDelayDays: 14,
  referralRewardPercent: 10,
  referralHoldDays: 14,
  referralMinPaymentTokens: 200,
  rateLimitCalls: 100,
  rateLimitPeriodSeconds: 60,
  spendMaxTokens: 10_000,
  spendRequiresSubscription: true,
  overdraftLimitTokens: 1_000,
  lowBalanceThresholds: '50,20,10,5',
  costMultiplier: '3.14',
  costRounding: 'cent',
  trackMinStartTokens: 0,
  trackMissingPolicy: 'last_reported',
  trackMissingTimeoutMinutes: 60,
  trackMissingFlatTokens: '1',
  autoTopupDailyCapMinor: 0,
  receiptSno: 'usn_income',
  receiptTax: 'none',
  adminChatId: undefined,
  silentTopics: [],
};

/** Settings that a row of the settings table may override, by the name of its environment variable. */
export const LIVE_SETTINGS = {
  INVOICE_TTL_HOURS: 'invoiceTtlHours',
  INVOICE_REMINDER_BEFORE_MIN: 'invoiceReminderBeforeMinutes',
  INVOICE_MAX_OPEN: 'invoiceMaxOpen',
  QUOTE_HOLD_HOURS: 'quoteHoldHours',
  QUOTE_BUTTON_TTL_MIN: 'quoteButtonTtlMinutes',
  LATE_WATCH_DAYS: 'lateWatchDays',
  PARTIAL_PAYMENT: 'partialPayment',
  DUPLICATE_PAYMENT: 'duplicatePayment',
  UNKNOWN_ALERT_MIN: 'unknownAlertMinutes',
  UNKNOWN_DEADLINE_HOURS: 'unknownDeadlineHours',
  PAYMENT_SLOW_MIN: 'paymentSlowMinutes',
  MISMATCH_SLA_HOURS: 'mismatchSlaHours',
  QUIET_HOURS: 'quietHours',
  REMINDER_DAYS: 'reminderDays',
  REMINDER_LAST_LEAD_HOURS: 'reminderLastLeadHours',
  DUNNING_DAYS: 'dunningDays',
  GRACE_FULL_DAYS: 'graceFullDays',
  RATE_LIMIT_CALLS: 'rateLimitCalls',
  RATE_LIMIT_PERIOD_SEC: 'rateLimitPeriodSeconds',
  SPEND_MAX_TOKENS: 'spendMaxTokens',
  SPEND_REQUIRES_SUBSCRIPTION: 'spendRequiresSubscription',
  LOW_BALANCE_THRESHOLDS: 'lowBalanceThresholds',
  COST_MULTIPLIER: 'costMultiplier',
  COST_ROUNDING: 'costRounding',
  TRACK_MIN_START_TOKENS: 'trackMinStartTokens',
  TRACK_MISSING_POLICY: 'trackMissingPolicy',
  TRACK_MISSING_TIMEOUT_MIN: 'trackMissingTimeoutMinutes',
  TRACK_MISSING_FLAT_TOKENS: 'trackMissingFlatTokens',
} as const satisfies Record<string, keyof BillingSettings>;

/** A row of the settings table that no environment variable stands behind: the bot is closed while it is true (OPS-13). */
export const MAINTENANCE = 'MAINTENANCE';

const CHOICES: Readonly<Record<string, readonly string[]>> = {
  PARTIAL_PAYMENT: ['quarantine', 'accumulate'],
  DUPLICATE_PAYMENT: ['wallet', 'refund'],
  COST_ROUNDING: ['cent', 'exact'],
  TRACK_MISSING_POLICY: ['last_reported', 'flat', 'estimate', 'zero'],
};

interface Shape {
  readonly fits: RegExp;
  readonly says: string;
}

const DAY_LIST: Shape = {
  fits: /^\d{1,3}(\.\d{1,4})?(,\d{1,3}(\.\d{1,4})?)*$/,
  says: 'takes days with commas between them',
};
const DECIMAL: Shape = { fits: /^\d{1,6}(\.\d{1,4})?$/, says: 'takes a decimal number' };
const TEXT_SHAPES: Readonly<Record<string, Shape>> = {
  QUIET_HOURS: { fits: /^\d\d:\d\d-\d\d:\d\d$/, says: 'takes HH:MM-HH:MM' },
  LOW_BALANCE_THRESHOLDS: {
    fits: /^\d{1,9}(\.\d{1,6})?(,\d{1,9}(\.\d{1,6})?)*$/,
    says: 'takes numbers with commas between them',
  },
  REMINDER_DAYS: DAY_LIST,
  DUNNING_DAYS: DAY_LIST,
  COST_MULTIPLIER: DECIMAL,
  TRACK_MISSING_FLAT_TOKENS: DECIMAL,
};

const MAY_BE_ZERO = ['INVOICE_REMINDER_BEFORE_MIN', 'TRACK_MIN_START_TOKENS', 'GRACE_FULL_DAYS'];

/** What is wrong with a value for a live setting, for whoever wants to set it; undefined when it may be set. */
export function settingProblem(key: string, value: string | number | boolean): string | undefined {
  if (key === MAINTENANCE || switchedTopic(key)) {
    return typeof value === 'boolean' ? undefined : 'takes true or false';
  }
  if (!Object.hasOwn(LIVE_SETTINGS, key)) return 'is not a live setting';
  const usual = DEFAULT_SETTINGS[LIVE_SETTINGS[key as keyof typeof LIVE_SETTINGS]];
  if (typeof value !== typeof usual) return `takes a ${typeof usual}`;
  if (typeof value === 'boolean') return undefined;
  return typeof value === 'number' ? numberProblem(key, value) : textProblem(key, value);
}

function numberProblem(key: string, value: number): string | undefined {
  const isFit = value > 0 || (value === 0 && MAY_BE_ZERO.includes(key));
  return isFit ? undefined : 'takes a number above zero';
}

function textProblem(key: string, value: string): string | undefined {
  const choices = CHOICES[key];
  if (choices) return choices.includes(value) ? undefined : `takes ${choices.join(' or ')}`;
  const shape = TEXT_SHAPES[key];
  return shape === undefined || shape.fits.test(value) ? undefined : shape.says;
}

export interface SettingRow {
  readonly key: string;
  readonly value: unknown;
}

/** Defaults with the live overrides applied; a row of another type than its default is ignored, never obeyed. */
export function mergeSettings(
  defaults: BillingSettings,
  rows: readonly SettingRow[],
): BillingSettings {
  const overrides = rows.flatMap(({ key, value }) => {
    const name = LIVE_SETTINGS[key as keyof typeof LIVE_SETTINGS] as
      keyof BillingSettings | undefined;
    return name !== undefined && typeof value === typeof defaults[name] ? [[name, value]] : [];
  });
  const silentTopics = rows.flatMap(({ key, value }) =>
    value === false ? (switchedTopic(key) ?? []) : [],
  );
  return {
    ...defaults,
    ...(Object.fromEntries(overrides) as Partial<BillingSettings>),
    silentTopics,
  };
}
