import { z } from 'zod';
import { isTimeZone } from '../domain/calendar';
import { TAX_MARKS, TAX_SYSTEMS } from '../domain/billing/fiscal';
import { DEFAULT_SETTINGS } from '../domain/billing/settings';
import { providerEnvironment } from './provider-environment';

const list = (fallback: string, separator = ',') =>
  z
    .string()
    .default(fallback)
    .transform((text) =>
      text
        .split(separator)
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    );

const flag = z
  .enum(['true', 'false', '1', '0'])
  .transform((text) => text === 'true' || text === '1');
const telegramId = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);
/** Thirty-two characters or more; shorter ones could be guessed. */
const secret = () => z.string().min(32, 'needs at least 32 characters');
/** Temporal joins the two names of a version with a dot, and visibility with a colon. */
const versionName = () => z.string().regex(/^[A-Za-z0-9_-]{1,100}$/, 'takes A-Z a-z 0-9 _ -');
const hours = (fallback: number) => z.coerce.number().positive().default(fallback);
const notNegative = (fallback: number) => z.coerce.number().min(0).default(fallback);
const percent = (fallback: number) => z.coerce.number().int().min(0).max(100).default(fallback);
const whole = (fallback: number) => z.coerce.number().int().min(0).default(fallback);
const positive = (fallback: number) => z.coerce.number().int().positive().default(fallback);
const decimal = (fallback: string) =>
  z
    .string()
    .regex(/^\d{1,6}(\.\d{1,4})?$/, 'is not a decimal number of at most four places')
    .default(fallback);
/** Whole or decimal numbers with commas between them. */
const decimals = (fallback: string) =>
  z
    .string()
    .regex(/^\d{1,9}(\.\d{1,6})?(,\d{1,9}(\.\d{1,6})?)*$/, 'is not a list of numbers')
    .default(fallback);
const zone = (fallback: string) =>
  z.string().default(fallback).refine(isTimeZone, 'is not an IANA time zone');

/** `<id>:<base64 of 32 bytes>` with commas between; the first encrypts. */
const payloadKeys = list('').transform((entries, context) => {
  const keys = entries.map(payloadKey);
  const wrong = keys.findIndex((key) => key === undefined);
  const told = (message: string) => context.addIssue({ code: 'custom', message });
  if (wrong >= 0) told(`the entry ${wrong + 1} is not of the form <id>:<base64 of 32 bytes>`);
  const known = keys.filter((key) => key !== undefined);
  if (new Set(known.map(({ id }) => id)).size < known.length) told('names one key twice');
  return known;
});

function payloadKey(entry: string): { id: string; secret: Uint8Array } | undefined {
  const [, id, base64] = /^([A-Za-z0-9._-]{1,64}):([A-Za-z0-9+/]{43}=)$/.exec(entry) ?? [];
  const secret = Buffer.from(base64 ?? '', 'base64');
  return id !== undefined && secret.length === 32 ? { id, secret } : undefined;
}

const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

/** `name=value` with commas between; of a wrong one only its place is told. */
const headers = list('').transform((entries, context) =>
  entries.flatMap((entry, index): [name: string, value: string][] => {
    const [, name, value] = /^([\w-]+)=([^%]+)$/.exec(entry) ?? [];
    if (name !== undefined && value !== undefined) return [[name, value]];
    const message = `the entry ${index + 1} is not of the form name=value`;
    context.addIssue({ code: 'custom', message });
    return [];
  }),
);

/** Every variable of .env.example by its type, with its default. */
const variables = z.object({
  NODE_ENV: z.string().default('development'),
  DATABASE_URL: z.url(),
  /** Takes the place of the password in DATABASE_URL. */
  DATABASE_PASSWORD: z.string().optional(),
  TELEGRAM_BOT_TOKEN: z.string().regex(/^\d+:.{3,}$/, 'is not a bot token of the form 123:abc'),
  PUBLIC_BASE_URL: z.url(),
  TEMPORAL_ADDRESS: z.string().default('127.0.0.1:7233'),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  TEMPORAL_TASK_QUEUE: z.string().default('billing'),
  TEMPORAL_UI_URL: z.url().optional(),
  TEMPORAL_API_KEY: z.string().optional(),
  TEMPORAL_TLS: flag.optional(),
  TEMPORAL_TLS_CLIENT_CERT_PATH: z.string().optional(),
  TEMPORAL_TLS_CLIENT_KEY_PATH: z.string().optional(),
  TEMPORAL_TLS_SERVER_CA_CERT_PATH: z.string().optional(),
  TEMPORAL_TLS_SERVER_NAME: z.string().optional(),
  PAYLOAD_KEYS: payloadKeys,
  CODEC_HOST: z.string().default('127.0.0.1'),
  CODEC_PORT: whole(8003),
  CODEC_PUBLIC_URL: z.url().optional(),
  TELEGRAM_API_ROOT: z.url().default('https://api.telegram.org'),
  TELEGRAM_CHAT_URL: z.url().optional(),
  TELEGRAM_MODE: z.enum(['polling', 'webhook']).default('polling'),
  TELEGRAM_WEBHOOK_SECRET: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,256}$/, 'takes 1 to 256 of A-Z a-z 0-9 _ -')
    .optional(),
  PAYMENT_PROVIDERS: list('mock'),
  MOCK_PROVIDER_URL: z.url().default('http://127.0.0.1:8082'),
  MOCK_PROVIDER_API_KEY: z.string().default('mock-api-key'),
  MOCK_PROVIDER_MERCHANT_LOGIN: z.string().default('mock-shop'),
  MOCK_PROVIDER_PASSWORD_1: z.string().default('mock-password-1'),
  MOCK_PROVIDER_PASSWORD_2: z.string().default('mock-password-2'),
  MOCK_PROVIDER_HASH: z.string().default('sha256'),
  MOCK_PROVIDER_CURRENCIES: list('RUB,USD,EUR'),
  ...providerEnvironment,
  METRICS_HOST: z.string().default('127.0.0.1'),
  /** Absent: no metrics. The next port shows those of Temporal's SDK. */
  METRICS_PORT: z.coerce.number().int().min(1).max(65534).optional(),
  /** Absent: nothing is traced. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
  OTEL_EXPORTER_OTLP_HEADERS: headers,
  OTEL_SERVICE_NAME: z.string().optional(),
  OTEL_TRACES_SAMPLER: z.enum(SAMPLERS).default('parentbased_always_on'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1),
  HOST: z.string().default('127.0.0.1'),
  PORT: whole(8000),
  /** Lets anybody read the API's document and page; otherwise a key is needed. */
  API_DOCS_PUBLIC: flag.default(false),
  LEGAL_DIR: z.string().default('./legal'),
  TRUSTED_PROXY_HOPS: whole(0),
  WORKER_MAX_CACHED_WORKFLOWS: whole(1000),
  WORKER_DEPLOYMENT: versionName().default('billing'),
  /** Absent: workers belong to no version. */
  WORKER_BUILD_ID: versionName().optional(),
  INVOICE_TTL_HOURS: hours(DEFAULT_SETTINGS.invoiceTtlHours),
  INVOICE_REMINDER_BEFORE_MIN: notNegative(DEFAULT_SETTINGS.invoiceReminderBeforeMinutes),
  INVOICE_MAX_OPEN: whole(DEFAULT_SETTINGS.invoiceMaxOpen),
  QUOTE_HOLD_HOURS: hours(DEFAULT_SETTINGS.quoteHoldHours),
  QUOTE_BUTTON_TTL_MIN: hours(DEFAULT_SETTINGS.quoteButtonTtlMinutes),
  LATE_WATCH_DAYS: hours(DEFAULT_SETTINGS.lateWatchDays),
  PARTIAL_PAYMENT: z.enum(['quarantine', 'accumulate']).default(DEFAULT_SETTINGS.partialPayment),
  DUPLICATE_PAYMENT: z.enum(['wallet', 'refund']).default(DEFAULT_SETTINGS.duplicatePayment),
  UNKNOWN_ALERT_MIN: hours(DEFAULT_SETTINGS.unknownAlertMinutes),
  UNKNOWN_DEADLINE_HOURS: hours(DEFAULT_SETTINGS.unknownDeadlineHours),
  PAYMENT_SLOW_MIN: hours(DEFAULT_SETTINGS.paymentSlowMinutes),
  MISMATCH_SLA_HOURS: hours(DEFAULT_SETTINGS.mismatchSlaHours),
  BILLING_TIME_ZONE: zone(DEFAULT_SETTINGS.billingTimeZone),
  DISPLAY_TIME_ZONE: zone(DEFAULT_SETTINGS.displayTimeZone),
  QUIET_HOURS: z
    .string()
    .regex(/^\d\d:\d\d-\d\d:\d\d$/, 'is not of the form HH:MM-HH:MM')
    .default(DEFAULT_SETTINGS.quietHours),
  TRIAL_STACK: flag.default(DEFAULT_SETTINGS.trialStack),
  TRIAL_REQUIRES_NEVER_PAID: flag.default(DEFAULT_SETTINGS.trialRequiresNeverPaid),
  TRIAL_MIN_ACCOUNT_AGE_DAYS: notNegative(DEFAULT_SETTINGS.trialMinAccountAgeDays),
  TRIAL_MAX_ACCOUNT_AGE_DAYS: notNegative(DEFAULT_SETTINGS.trialMaxAccountAgeDays),
  TRIAL_TOKEN_GRACE_DAYS: notNegative(DEFAULT_SETTINGS.trialTokenGraceDays),
  GIFT_TTL_DAYS: hours(DEFAULT_SETTINGS.giftTtlDays),
  GIFT_RETURN: z.enum(['wallet', 'refund']).default(DEFAULT_SETTINGS.giftReturn),
  REFUND_POLICY: z
    .enum(['unspent_only', 'full_with_debt', 'goodwill'])
    .default(DEFAULT_SETTINGS.refundPolicy),
  REFUND_AUTO_LIMIT_MINOR: whole(DEFAULT_SETTINGS.refundAutoLimitMinor),
  REFUND_CLAIM_DAYS: whole(DEFAULT_SETTINGS.refundClaimDays),
  REFUND_DEDUCT_PROVIDER_FEE: flag.default(DEFAULT_SETTINGS.refundDeductProviderFee),
  FOUR_EYES_LARGE_MINOR: whole(DEFAULT_SETTINGS.fourEyesLargeMinor),
  UPGRADE_MODE: z.enum(['now', 'at_end']).default(DEFAULT_SETTINGS.upgradeMode),
  REMINDER_DAYS: decimals(DEFAULT_SETTINGS.reminderDays),
  REMINDER_LAST_LEAD_HOURS: hours(DEFAULT_SETTINGS.reminderLastLeadHours),
  DUNNING_DAYS: decimals(DEFAULT_SETTINGS.dunningDays),
  GRACE_FULL_DAYS: notNegative(DEFAULT_SETTINGS.graceFullDays),
  DUNNING_RECOVERY: z.enum(['original', 'payment']).default(DEFAULT_SETTINGS.dunningRecovery),
  DUNNING_CANCEL_INFLIGHT: z
    .enum(['refund', 'keep'])
    .default(DEFAULT_SETTINGS.dunningCancelInflight),
  RENEWAL_FALLBACK: z.enum(['none', 'wallet']).default(DEFAULT_SETTINGS.renewalFallback),
  STARS_WAIT_HOURS: hours(DEFAULT_SETTINGS.starsWaitHours),
  PAUSE_MAX_DAYS: whole(DEFAULT_SETTINGS.pauseMaxDays),
  PAUSE_PER_YEAR: whole(DEFAULT_SETTINGS.pausePerYear),
  ERASURE_DELAY_DAYS: z.coerce.number().min(0).max(30).default(DEFAULT_SETTINGS.erasureDelayDays),
  REFERRAL_REWARD_PERCENT: percent(DEFAULT_SETTINGS.referralRewardPercent),
  REFERRAL_HOLD_DAYS: notNegative(DEFAULT_SETTINGS.referralHoldDays),
  REFERRAL_MIN_PAYMENT_TOKENS: whole(DEFAULT_SETTINGS.referralMinPaymentTokens),
  ROBOKASSA_RECEIPT_SNO: z.enum(TAX_SYSTEMS).default(DEFAULT_SETTINGS.receiptSno),
  ROBOKASSA_RECEIPT_TAX: z.enum(TAX_MARKS).default(DEFAULT_SETTINGS.receiptTax),
  RATE_LIMIT_CALLS: positive(DEFAULT_SETTINGS.rateLimitCalls),
  RATE_LIMIT_PERIOD_SEC: positive(DEFAULT_SETTINGS.rateLimitPeriodSeconds),
  SPEND_MAX_TOKENS: positive(DEFAULT_SETTINGS.spendMaxTokens),
  SPEND_REQUIRES_SUBSCRIPTION: flag.default(DEFAULT_SETTINGS.spendRequiresSubscription),
  OVERDRAFT_LIMIT_TOKENS: whole(DEFAULT_SETTINGS.overdraftLimitTokens),
  LOW_BALANCE_THRESHOLDS: decimals(DEFAULT_SETTINGS.lowBalanceThresholds),
  COST_MULTIPLIER: decimal(DEFAULT_SETTINGS.costMultiplier),
  COST_ROUNDING: z.enum(['cent', 'exact']).default(DEFAULT_SETTINGS.costRounding),
  TRACK_MIN_START_TOKENS: notNegative(DEFAULT_SETTINGS.trackMinStartTokens),
  TRACK_MISSING_POLICY: z
    .enum(['last_reported', 'flat', 'estimate', 'zero'])
    .default(DEFAULT_SETTINGS.trackMissingPolicy),
  TRACK_MISSING_TIMEOUT_MIN: hours(DEFAULT_SETTINGS.trackMissingTimeoutMinutes),
  TRACK_MISSING_FLAT_TOKENS: decimal(DEFAULT_SETTINGS.trackMissingFlatTokens),
  AUTO_TOPUP_DAILY_CAP_MINOR: whole(DEFAULT_SETTINGS.autoTopupDailyCapMinor),
  SELLER_NAME: z.string().default('Telegram Billing'),
  SELLER_REQUISITES: list('', ';'),
  API_KEY_PEPPER: secret(),
  DATA_KEY: secret(),
  ADMIN_USER_IDS: list('').pipe(z.array(telegramId)),
  ADMIN_CHAT_ID: z.coerce.number().int().optional(),
  ADMIN_NOTIFICATIONS_ENABLED: flag.default(true),
  SUPPORT_USERNAME: z.string().default('support'),
  BUILD_VERSION: z.string().default('dev'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  LOG_FORMAT: z.enum(['json', 'text']).default('json'),
});

/** The variables, and what of them contradicts each other. */
export const environment = variables.refine(
  ({ TRIAL_MIN_ACCOUNT_AGE_DAYS: min, TRIAL_MAX_ACCOUNT_AGE_DAYS: max }) => max === 0 || max > min,
  {
    path: ['TRIAL_MAX_ACCOUNT_AGE_DAYS'],
    error: 'is not above TRIAL_MIN_ACCOUNT_AGE_DAYS: nobody could have a trial; 0 is no limit',
  },
);

export type Environment = z.infer<typeof environment>;
