import { join } from 'node:path';
import { BILLING_TASK_QUEUE } from '../../workflows/contract';
import type { ProcessDefinition } from '../embedded/processes';
import type { TemporalServer } from '../embedded/temporal';
import { isPolled } from './pollers';

/** The sandbox takes any well-formed token; this one is nobody's. */
export const SANDBOX_TOKEN = '4200000001:sandbox-token';

/** The two operators whom the sandbox always has: one asks, the other allows. */
const SANDBOX_ADMINS = '7000000101,7000000102';

/** Where everything of one machine listens. */
export interface Addresses {
  readonly databaseUrl: string;
  readonly temporal: TemporalServer;
  readonly ports: {
    readonly telegram: number;
    readonly mock: number;
    readonly http: number;
    /** Where encrypted payloads are read; absent when nothing is encrypted. */
    readonly codec?: number;
  };
}

export interface ProcessPlan {
  readonly dataFolder: string;
  /** The compiled tree. */
  readonly compiledFolder: string;
  /** What is set outside; it wins over the embedded defaults. */
  readonly outside: NodeJS.ProcessEnv;
  /** Wins over everything. */
  readonly overrides?: Readonly<Record<string, string>>;
}

/** The product's own processes and the sandbox around it, in the order in which they lean on each other. */
export function processesOf(addresses: Addresses, plan: ProcessPlan): ProcessDefinition[] {
  const env = environmentOf(addresses, plan);
  const { telegram, mock, http, codec } = addresses.ports;
  const node = nodeProcesses(plan, env);
  const chat = node('telegram-sandbox', 'sandbox/telegram/main.js', answers(telegram));
  return [
    ...(isRealTelegram(plan.outside) ? [] : [chat]),
    node('mock-provider', 'sandbox/mock-provider/main.js', answers(mock)),
    node('worker', 'src/main/worker.js', polls(addresses.temporal)),
    node('server', 'src/main/server.js', answers(http)),
    ...(codec === undefined
      ? []
      : [node('codec-server', 'src/main/codec-server.js', answers(codec))]),
    node('bot', 'src/main/bot.js', isRealTelegram(plan.outside) ? undefined : hasBot(telegram)),
  ];
}

/** What a command beside the running product has to know; nothing that was set outside. */
export function publishedEnvironment(
  addresses: Addresses,
  plan: ProcessPlan,
): Record<string, string> {
  return embeddedDefaults(addresses, plan);
}

function environmentOf(addresses: Addresses, plan: ProcessPlan): Record<string, string> {
  const { ports } = addresses;
  const defaults = embeddedDefaults(addresses, plan);
  const outside = Object.entries(plan.outside).filter(
    (entry): entry is [string, string] => entry[0] in defaults && Boolean(entry[1]),
  );
  return {
    ...defaults,
    ...Object.fromEntries(outside),
    PORT: String(ports.http),
    ...(ports.codec === undefined ? {} : { CODEC_PORT: String(ports.codec) }),
    MOCK_PROVIDER_PORT: String(ports.mock),
    MOCK_PROVIDER_DATA_FILE: join(plan.dataFolder, 'mock-provider.jsonl'),
    TELEGRAM_SANDBOX_PORT: String(ports.telegram),
    TELEGRAM_SANDBOX_DATA: join(plan.dataFolder, 'telegram-sandbox.jsonl'),
    ...plan.overrides,
  };
}

function embeddedDefaults(
  { databaseUrl, temporal: server, ports }: Addresses,
  plan: ProcessPlan,
): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: server.address,
    TEMPORAL_NAMESPACE: server.namespace,
    TEMPORAL_TASK_QUEUE: BILLING_TASK_QUEUE,
    TEMPORAL_UI_URL: server.webUiUrl ?? '',
    PUBLIC_BASE_URL: `http://localhost:${ports.http}`,
    // The sandbox guards nothing; production refuses to start without secrets of its own.
    API_KEY_PEPPER: 'sandbox-pepper-that-guards-nothing',
    DATA_KEY: 'sandbox-data-key-that-guards-nothing',
    API_DOCS_PUBLIC: 'true',
    PAYMENT_PROVIDERS: 'mock,stars',
    MOCK_PROVIDER_URL: `http://127.0.0.1:${ports.mock}`,
    MOCK_PROVIDER_PUBLIC_URL: `http://localhost:${ports.mock}`,
    ...(ports.codec === undefined ? {} : { CODEC_PUBLIC_URL: codecUrl(ports.codec) }),
    ...(isRealTelegram(plan.outside) ? {} : sandboxEnvironment(ports.telegram)),
  };
}

/** By the same name as the embedded Web UI: a cookie of another site would not be sent. */
export function codecUrl(port: number): string {
  return `http://127.0.0.1:${port}`;
}

function sandboxEnvironment(port: number): Record<string, string> {
  return {
    TELEGRAM_BOT_TOKEN: SANDBOX_TOKEN,
    ADMIN_USER_IDS: SANDBOX_ADMINS,
    TELEGRAM_API_ROOT: `http://127.0.0.1:${port}`,
    TELEGRAM_CHAT_URL: `http://localhost:${port}`,
  };
}

/** With a token of one's own, Telegram is the real one and no sandbox starts. */
export function isRealTelegram(env: NodeJS.ProcessEnv): boolean {
  return Boolean(env['TELEGRAM_BOT_TOKEN']);
}

/** Node processes of the compiled tree, all with one environment. */
function nodeProcesses(plan: ProcessPlan, env: Record<string, string>) {
  return (
    name: string,
    entry: string,
    isReady?: ProcessDefinition['isReady'],
  ): ProcessDefinition => ({
    name,
    command: process.execPath,
    // No source maps: Node would look up in them every stack that Temporal takes for a promise of a workflow.
    args: [join(plan.compiledFolder, entry)],
    env,
    stopWithinMs: 15_000,
    ...(isReady === undefined ? {} : { isReady }),
  });
}

/** A process is ready once its port answers anything at all. */
function answers(port: number): () => Promise<boolean> {
  return async () => {
    const response = await fetch(`http://127.0.0.1:${port}/`, {
      redirect: 'manual',
      signal: AbortSignal.timeout(2_000),
    });
    await response.body?.cancel();
    return true;
  };
}

/** The sandbox knows the bot from its first call on. */
function hasBot(port: number): () => Promise<boolean> {
  return async () => {
    const response = await fetch(`http://127.0.0.1:${port}/sandbox/state`, {
      signal: AbortSignal.timeout(2_000),
    });
    const { bots } = (await response.json()) as { bots: unknown[] };
    return bots.length > 0;
  };
}

/** A worker is ready once Temporal has seen it ask for work since this start. */
function polls({ address, namespace }: TemporalServer): () => Promise<boolean> {
  const sinceMs = Date.now();
  return () => isPolled({ address, namespace, taskQueue: BILLING_TASK_QUEUE, sinceMs });
}
