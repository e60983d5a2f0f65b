import type { z } from 'zod';
import { billingSettings } from './config/billing-settings';
import { environment, type Environment } from './config/environment';
import { knownSecrets } from './config/known-secrets';
import {
  foreignAddresses,
  providerSettings,
  type ProviderSettings,
  type UnconfiguredProvider,
} from './config/provider-settings';
import { temporalReach, type TemporalReach } from './config/temporal-settings';
import { tracingSettings, type TracingSettings } from './config/tracing-settings';
import type { BillingSettings } from './domain/billing/settings';
import type { Secrets } from './domain/secrets';

// The environment is read here and nowhere else; every variable of .env.example has its one reader in this file
// or in src/config/.

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

/** Where the codec server listens, and where browsers reach it. */
export interface CodecSettings {
  readonly host: string;
  readonly port: number;
  readonly publicUrl: string;
}

/** How updates of Telegram arrive: asked for, or pushed with a secret. */
export type TelegramMode =
  { readonly kind: 'polling' } | { readonly kind: 'webhook'; readonly secret: string };

/** The whole configuration of a process; read once, changed never. */
export interface Config {
  readonly isProduction: boolean;
  readonly buildVersion: string;
  readonly logLevel: string;
  /** `text` is for people at a terminal. */
  readonly logFormat: 'json' | 'text';
  readonly databaseUrl: string;
  readonly publicBaseUrl: string;
  readonly temporal: {
    readonly reach: TemporalReach;
    readonly namespace: string;
    readonly taskQueue: string;
    readonly maxCachedWorkflows: number;
    /** To which version of which deployment the workers of this process belong; no build when none are told apart. */
    readonly deployment: { readonly name: string; readonly buildId: string | undefined };
    /** Where operators open the Web UI, without a slash at the end. */
    readonly uiUrl: string | undefined;
  };
  readonly payloads: {
    /** The first encrypts, every one decrypts; none leaves payloads readable to whoever reads Temporal's database. */
    readonly keys: readonly { readonly id: string; readonly secret: Uint8Array }[];
    readonly codec: CodecSettings;
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
    /** Whether the API's document and page are open to everybody. */
    readonly isApiDocsPublic: boolean;
  };
  /** Where each process shows its numbers; Temporal's SDK uses the port after it. */
  readonly metrics: { readonly host: string; readonly port: number | undefined };
  /** Where spans go; undefined traces nothing. */
  readonly tracing: TracingSettings | undefined;
  readonly providers: {
    /** Those that are offered, in this order. */
    readonly enabled: readonly string[];
    readonly settings: ProviderSettings;
    /** Those that PAYMENT_PROVIDERS names without their variables: not offered, and told at start. */
    readonly unconfigured: readonly UnconfiguredProvider[];
    readonly mock: MockSettings;
  };
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
  const config = configOf(values, isProduction);
  if (isProduction) refuseKnownSecrets(config);
  return config;
}

function configOf(values: Environment, isProduction: boolean): Config {
  return {
    isProduction,
    buildVersion: values.BUILD_VERSION,
    logLevel: values.LOG_LEVEL,
    logFormat: values.LOG_FORMAT,
    databaseUrl: databaseUrl(values),
    publicBaseUrl: values.PUBLIC_BASE_URL.replace(/\/+$/, ''),
    temporal: {
      reach: reachOf(values),
      namespace: values.TEMPORAL_NAMESPACE,
      taskQueue: values.TEMPORAL_TASK_QUEUE,
      maxCachedWorkflows: values.WORKER_MAX_CACHED_WORKFLOWS,
      deployment: { name: values.WORKER_DEPLOYMENT, buildId: values.WORKER_BUILD_ID },
      uiUrl: values.TEMPORAL_UI_URL?.replace(/\/+$/, ''),
    },
    payloads: { keys: values.PAYLOAD_KEYS, codec: codecSettings(values) },
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
      isApiDocsPublic: values.API_DOCS_PUBLIC,
    },
    metrics: { host: values.METRICS_HOST, port: values.METRICS_PORT },
    tracing: tracingSettings(values),
    providers: providersOf(values),
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
  const foreign = foreignAddresses(providerSettings(values));
  if (foreign.length > 0) throw new ConfigError(foreign.join('\n'));
}

/** Whoever can read this repository, or guesses a word, opens nothing in production. */
function refuseKnownSecrets(config: Config): void {
  const known = knownSecrets(config);
  if (known.length > 0) throw new ConfigError(`${known.join('\n')}\nSee .env.example.`);
}

function databaseUrl(values: Environment): string {
  const address = values.DATABASE_URL;
  const password = values.DATABASE_PASSWORD;
  if (password === undefined) return address;
  const url = new URL(address);
  url.password = encodeURIComponent(password);
  return url.href;
}

function reachOf(values: Environment): TemporalReach {
  const { reach, problems: wrong } = temporalReach(values);
  if (wrong.length > 0) throw new ConfigError(wrong.join('\n'));
  return reach;
}

function providersOf(values: Environment): Config['providers'] {
  const { ready: settings, unconfigured } = providerSettings(values);
  const isLeftOut = (name: string) => unconfigured.some((each) => each.name === name);
  const enabled = values.PAYMENT_PROVIDERS.filter((name) => !isLeftOut(name));
  return { enabled, settings, unconfigured, mock: mockSettings(values) };
}

function telegramMode(values: Environment): TelegramMode {
  if (values.TELEGRAM_MODE === 'polling') return { kind: 'polling' };
  const secret = values.TELEGRAM_WEBHOOK_SECRET;
  if (secret === undefined) {
    throw new ConfigError('TELEGRAM_WEBHOOK_SECRET is not set; TELEGRAM_MODE=webhook needs it');
  }
  return { kind: 'webhook', secret };
}

function codecSettings(values: Environment): CodecSettings {
  const port = values.CODEC_PORT;
  const publicUrl = values.CODEC_PUBLIC_URL ?? `http://localhost:${port}`;
  return { host: values.CODEC_HOST, port, publicUrl: publicUrl.replace(/\/+$/, '') };
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
