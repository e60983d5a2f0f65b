import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { tsToMs } from '@temporalio/common/lib/time';
import { temporal } from '@temporalio/proto';
import { BILLING_TASK_QUEUE } from '../../workflows/contract';
import type { ProcessDefinition } from '../embedded/processes';
import type { TemporalServer } from '../embedded/temporal';

/** The sandbox takes any well-formed token; this one is nobody's. */
const SANDBOX_TOKEN = '4200000001:sandbox-token';

/** Where everything of one machine listens. */
export interface Addresses {
  readonly databaseUrl: string;
  readonly temporal: TemporalServer;
  readonly ports: { readonly telegram: number; readonly mock: number; readonly http: number };
}

/** The product's own processes and the sandbox around it, in the order in which they lean on each other. */
export function processesOf(addresses: Addresses, dataFolder: string): ProcessDefinition[] {
  const env = environmentOf(addresses, dataFolder);
  const { telegram, mock, http } = addresses.ports;
  const sandbox = isRealTelegram()
    ? []
    : [
        node({
          name: 'telegram-sandbox',
          entry: 'sandbox/telegram/main.js',
          env,
          isReady: answers(telegram),
        }),
      ];
  return [
    ...sandbox,
    node({
      name: 'mock-provider',
      entry: 'sandbox/mock-provider/main.js',
      env,
      isReady: answers(mock),
    }),
    node({ name: 'worker', entry: 'src/main/worker.js', env, isReady: polls(addresses.temporal) }),
    node({ name: 'server', entry: 'src/main/server.js', env, isReady: answers(http) }),
    node({ name: 'bot', entry: 'src/main/bot.js', env }),
  ];
}

/** The environment of the embedded processes; what is set outside wins. */
function environmentOf(
  { databaseUrl, temporal: server, ports }: Addresses,
  dataFolder: string,
): Record<string, string> {
  const defaults = {
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: server.address,
    TEMPORAL_NAMESPACE: server.namespace,
    PUBLIC_BASE_URL: `http://localhost:${ports.http}`,
    PAYMENT_PROVIDERS: 'mock,stars',
    MOCK_PROVIDER_URL: `http://127.0.0.1:${ports.mock}`,
    MOCK_PROVIDER_PUBLIC_URL: `http://localhost:${ports.mock}`,
    ...(isRealTelegram() ? {} : sandboxEnvironment(ports.telegram)),
  };
  const outside = Object.fromEntries(
    Object.keys(defaults).flatMap((name) => {
      const value = process.env[name];
      return value === undefined || value === '' ? [] : [[name, value]];
    }),
  ) as Record<string, string>;
  return {
    ...defaults,
    ...outside,
    PORT: String(ports.http),
    MOCK_PROVIDER_PORT: String(ports.mock),
    MOCK_PROVIDER_DATA_FILE: join(dataFolder, 'mock-provider.jsonl'),
    TELEGRAM_SANDBOX_PORT: String(ports.telegram),
    TELEGRAM_SANDBOX_DATA: join(dataFolder, 'telegram-sandbox.jsonl'),
  };
}

function sandboxEnvironment(port: number): Record<string, string> {
  return {
    TELEGRAM_BOT_TOKEN: SANDBOX_TOKEN,
    TELEGRAM_API_ROOT: `http://127.0.0.1:${port}`,
    TELEGRAM_CHAT_URL: `http://localhost:${port}`,
  };
}

/** With a token of one's own, Telegram is the real one and no sandbox starts. */
export function isRealTelegram(): boolean {
  return Boolean(process.env['TELEGRAM_BOT_TOKEN']);
}

interface NodeProcess {
  readonly name: string;
  /** Relative to the compiled tree. */
  readonly entry: string;
  readonly env: Record<string, string>;
  readonly isReady?: () => Promise<boolean>;
}

function node({ name, entry, env, isReady }: NodeProcess): ProcessDefinition {
  return {
    name,
    command: process.execPath,
    args: ['--enable-source-maps', join(__dirname, '..', '..', entry)],
    env,
    stopWithinMs: 15_000,
    ...(isReady === undefined ? {} : { isReady }),
  };
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

/** A worker is ready once Temporal has seen it ask for work since this start. */
function polls({ address, namespace }: TemporalServer): () => Promise<boolean> {
  const startedAt = Date.now();
  return async () => {
    const connection = await Connection.connect({ address });
    try {
      const { pollers } = await connection.workflowService.describeTaskQueue({
        namespace,
        taskQueue: { name: process.env['TEMPORAL_TASK_QUEUE'] ?? BILLING_TASK_QUEUE },
        taskQueueType: temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
      });
      return (pollers ?? []).some(({ lastAccessTime }) => tsToMs(lastAccessTime) > startedAt);
    } finally {
      await connection.close();
    }
  };
}
