import { z } from 'zod';
import { isTimeZone } from './domain/calendar';
import { TAX_MARKS, TAX_SYSTEMS } from './domain/billing/fiscal';
import { DEFAULT_SETTINGS, type BillingSettings } from './domain/billing/settings';
import type { Secrets } from './domain/secrets';

// The environment is read here and nowhere else; every variable of .env.example has its one reader in this file.

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
const hours = (fallback: number) => z.coerce.number().positive().default(fallback);
const notNegative = (fallback: number) => z.coerce.number().min(0).default(fallback);
const percent = (fallback: number) => z.coerce.number().int().min(0).max(100).default(fallback);
const whole = (fallback: number) => z.coerce.number().int().min(0).default(fallback);
const zone = (fallback: string) =>
  z.string().default(fallback).refine(isTimeZone, 'is not an IANA time zone');

const environment = z.object({
  NODE_ENV: z.string().default('development'),
  DATABASE_URL: z.url(),
  TELEGRAM_BOT_TOKEN: z.string().regex(/^\d+:.{3,}$/, 'is not a bot token of the form 123:abc'),
  PUBLIC_BASE_URL: z.url(),
  TEMPORAL_ADDRESS: z.string().default('127.0.0.1:7233'),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  TEMPORAL_TASK_QUEUE: z.string().default('billing'),
  TEMPORAL_UI_URL: z.url().optional(),
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
  HOST: z.string().default('127.0.0.1'),
  PORT: whole(8000),
  LEGAL_DIR: z.string().default('./legal'),
  TRUSTED_PROXY_HOPS: whole(0),
  WORKER_MAX_CACHED_WORKFLOWS: whole(1000),
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
  BILLING_TIME_ZONE: zone(DEFAULT_SETTINGS.billingTimeZone),
  DISPLAY_TIME_ZONE: zone(DEFAULT_SETTINGS.displayTimeZone),
  QUIET_HOURS: z
    .string()
    .regex(/^\d\d:\d\d-\d\d:\d\d$/, 'is not of the form HH:MM-HH:MM')
    .default(DEFAULT_SETTINGS.quietHours),
  TRIAL_STACK: flag.default(DEFAULT_SETTINGS.trialStack),
  TRIAL_REQUIRES_NEVER_PAID: flag.default(DEFAULT_SETTINGS.trialRequiresNeverPaid),
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
  ERASURE_DELAY_DAYS: z.coerce.number().min(0).max(30).default(DEFAULT_SETTINGS.erasureDelayDays),
  REFERRAL_REWARD_PERCENT: percent(DEFAULT_SETTINGS.referralRewardPercent),
  REFERRAL_HOLD_DAYS: notNegative(DEFAULT_SETTINGS.referralHoldDays),
  REFERRAL_MIN_PAYMENT_TOKENS: whole(DEFAULT_SETTINGS.referralMinPaymentTokens),
  ROBOKASSA_RECEIPT_SNO: z.enum(TAX_SYSTEMS).default(DEFAULT_SETTINGS.receiptSno),
  ROBOKASSA_RECEIPT_TAX: z.enum(TAX_MARKS).default(DEFAULT_SETTINGS.receiptTax),
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
});

export type Environment = z.infer<typeof environment>;

export interface MockSettings {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly currencies: readonly string[];
  readonly credentials: {
    readonly merchantLogin: string;
    readonly password1: string;
    readonly password2: string;
    readonly hash: string;
  };
}

/** How updates of Telegram arrive: asked for, or pushed with a secret. */
export type TelegramMode =
  { readonly kind: 'polling' } | { readonly kind: 'webhook'; readonly secret: string };

/** The whole configuration of a process; read once, changed never. */
export interface Config {
  readonly isProduction: boolean;
  readonly buildVersion: string;
  readonly logLevel: string;
  readonly databaseUrl: string;
  readonly publicBaseUrl: string;
  readonly temporal: {
    readonly address: string;
    readonly namespace: string;
    readonly taskQueue: string;
    readonly maxCachedWorkflows: number;
    /** Where operators open the Web UI, without a slash at the end. */
    readonly uiUrl: string | undefined;
  };
  readonly telegram: {
    readonly token: string;
    readonly apiRoot: string;
    readonly chatUrl: string | undefined;
    readonly mode: TelegramMode;
  };
  readonly http: {
    readonly host: string;
    readonly port: number;
    readonly legalDir: string;
    readonly trustedProxyHops: number;
  };
  readonly providers: { readonly enabled: readonly string[]; readonly mock: MockSettings };
  readonly secrets: Secrets;
  readonly supportUsername: string;
  /** Telegram ids of the people who are administrators from the start. */
  readonly adminUserIds: readonly number[];
  /** Who stands on receipts as the seller. */
  readonly seller: { readonly name: string; readonly requisites: readonly string[] };
  readonly billing: BillingSettings;
}

/** What is wrong with the environment, one line for each variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Parses the environment. Throws {@link ConfigError} that names every missing or wrong variable at once. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const parsed = environment.safeParse(withoutEmpty(env));
  if (!parsed.success) throw new ConfigError(problems(parsed.error, env));
  const values = parsed.data;
  const isProduction = values.NODE_ENV === 'production';
  if (isProduction) refuseSandbox(values);
  return {
    isProduction,
    buildVersion: values.BUILD_VERSION,
    logLevel: values.LOG_LEVEL,
    databaseUrl: values.DATABASE_URL,
    publicBaseUrl: values.PUBLIC_BASE_URL.replace(/\/+$/, ''),
    temporal: {
      address: values.TEMPORAL_ADDRESS,
      namespace: values.TEMPORAL_NAMESPACE,
      taskQueue: values.TEMPORAL_TASK_QUEUE,
      maxCachedWorkflows: values.WORKER_MAX_CACHED_WORKFLOWS,
      uiUrl: values.TEMPORAL_UI_URL?.replace(/\/+$/, ''),
    },
    telegram: {
      token: values.TELEGRAM_BOT_TOKEN,
      apiRoot: values.TELEGRAM_API_ROOT.replace(/\/+$/, ''),
      chatUrl: values.TELEGRAM_CHAT_URL,
      mode: telegramMode(values),
    },
    http: {
      host: values.HOST,
      port: values.PORT,
      legalDir: values.LEGAL_DIR,
      trustedProxyHops: values.TRUSTED_PROXY_HOPS,
    },
    providers: { enabled: values.PAYMENT_PROVIDERS, mock: mockSettings(values) },
    secrets: { apiKeyPepper: values.API_KEY_PEPPER, dataKey: values.DATA_KEY },
    supportUsername: values.SUPPORT_USERNAME,
    adminUserIds: values.ADMIN_USER_IDS,
    seller: { name: values.SELLER_NAME, requisites: values.SELLER_REQUISITES },
    billing: billingSettings(values),
  };
}

function withoutEmpty(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
}

function problems(error: z.ZodError, env: NodeJS.ProcessEnv): string {
  const lines = error.issues.map(({ path, message }) => {
    const name = String(path[0]);
    // Never the value itself: it may be a secret with a typing error.
    return env[name] ? `${name} is wrong: ${message}` : `${name} is not set`;
  });
  return `${lines.join('\n')}\nSee .env.example.`;
}

/** Nothing of the sandbox is reachable in production (PC-5). */
function refuseSandbox(values: Environment): void {
  if (values.PAYMENT_PROVIDERS.includes('mock')) {
    throw new ConfigError('PAYMENT_PROVIDERS contains mock, which NODE_ENV=production forbids');
  }
}

function telegramMode(values: Environment): TelegramMode {
  if (values.TELEGRAM_MODE === 'polling') return { kind: 'polling' };
  const secret = values.TELEGRAM_WEBHOOK_SECRET;
  if (secret === undefined) {
    throw new ConfigError('TELEGRAM_WEBHOOK_SECRET is not set; TELEGRAM_MODE=webhook needs it');
  }
  return { kind: 'webhook', secret };
}

function mockSettings(values: Environment): MockSettings {
  return {
    baseUrl: values.MOCK_PROVIDER_URL.replace(/\/+$/, ''),
    apiKey: values.MOCK_PROVIDER_API_KEY,
    currencies: values.MOCK_PROVIDER_CURRENCIES,
    credentials: {
      merchantLogin: values.MOCK_PROVIDER_MERCHANT_LOGIN,
      password1: values.MOCK_PROVIDER_PASSWORD_1,
      password2: values.MOCK_PROVIDER_PASSWORD_2,
      hash: values.MOCK_PROVIDER_HASH,
    },
  };
}

function billingSettings(values: Environment): BillingSettings {
  return {
    invoiceTtlHours: values.INVOICE_TTL_HOURS,
    invoiceReminderBeforeMinutes: values.INVOICE_REMINDER_BEFORE_MIN,
    invoiceMaxOpen: values.INVOICE_MAX_OPEN,
    quoteHoldHours: values.QUOTE_HOLD_HOURS,
    quoteButtonTtlMinutes: values.QUOTE_BUTTON_TTL_MIN,
    lateWatchDays: values.LATE_WATCH_DAYS,
    partialPayment: values.PARTIAL_PAYMENT,
    duplicatePayment: values.DUPLICATE_PAYMENT,
    unknownAlertMinutes: values.UNKNOWN_ALERT_MIN,
    unknownDeadlineHours: values.UNKNOWN_DEADLINE_HOURS,
    paymentSlowMinutes: values.PAYMENT_SLOW_MIN,
    billingTimeZone: values.BILLING_TIME_ZONE,
    displayTimeZone: values.DISPLAY_TIME_ZONE,
    quietHours: values.QUIET_HOURS,
    trialStack: values.TRIAL_STACK,
    trialRequiresNeverPaid: values.TRIAL_REQUIRES_NEVER_PAID,
    trialTokenGraceDays: values.TRIAL_TOKEN_GRACE_DAYS,
    giftTtlDays: values.GIFT_TTL_DAYS,
    giftReturn: values.GIFT_RETURN,
    refundPolicy: values.REFUND_POLICY,
    refundAutoLimitMinor: values.REFUND_AUTO_LIMIT_MINOR,
    refundClaimDays: values.REFUND_CLAIM_DAYS,
    refundDeductProviderFee: values.REFUND_DEDUCT_PROVIDER_FEE,
    fourEyesLargeMinor: values.FOUR_EYES_LARGE_MINOR,
    upgradeMode: values.UPGRADE_MODE,
    erasureDelayDays: values.ERASURE_DELAY_DAYS,
    referralRewardPercent: values.REFERRAL_REWARD_PERCENT,
    referralHoldDays: values.REFERRAL_HOLD_DAYS,
    referralMinPaymentTokens: values.REFERRAL_MIN_PAYMENT_TOKENS,
    receiptSno: values.ROBOKASSA_RECEIPT_SNO,
    receiptTax: values.ROBOKASSA_RECEIPT_TAX,
    silentTopics: [],
    adminChatId: values.ADMIN_NOTIFICATIONS_ENABLED ? values.ADMIN_CHAT_ID : undefined,
  };
}
