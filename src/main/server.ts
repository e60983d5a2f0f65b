import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { Runtime } from '@temporalio/worker';
import { connect, connectReadOnly } from '../../drizzle/client';
import { stuckReason } from '../../workflows/contract';
import { createBot } from '../bot/bot';
import { introduceBot } from '../bot/polling';
import { createWebhookHandler, registerWebhook } from '../bot/webhook';
import { createCommands } from '../commands/billing';
import type { Config } from '../config';
import { createHttpApp } from '../http/app';
import { listen } from '../http/listen';
import { httpMetrics } from '../http/metrics';
import type { HttpSettings, TelegramWebhook } from '../http/ports';
import { dataConverter } from '../payloads/converter';
import { createReads } from '../reads/reads';
import { createRecords } from '../records/records';
import { botParts, type BotMakings } from './bot-process';
import { startClearing } from './clearing';
import { spendMeter, updateMeter, watchStuck, type SpendMeter } from './meters';
import { createRegistry, serveMetrics, watchBusiness } from './metrics';
import { requireMigrations } from './migrations';
import { runProcess, type Process } from './process';
import { hostSpending, type SpendHost } from './spend-worker';
import { connectClient, connectNative } from './temporal';
import { temporalRuntime } from './temporal-log';
import { readTerms } from './terms';
import { sandboxClock } from './test-clock';
import { clientOf, providersOf } from './wiring';
import { builtBundle, versionOf } from './workflow-code';

/**
 * Calls are counted by one statement at a time, always the same. Every call waits for it, and no call is worth a flush of
 * the disk: after a crash of PostgreSQL a caller may have the calls of its last half second again.
 */
const RATES_POOL = {
  applicationName: 'server-rates',
  poolSize: 1,
  keepsStatements: true,
  flushesLater: true,
};

const READS_POOL = { applicationName: 'server-reads', keepsStatements: true };

runProcess('server', async ({ config, log, tracing, stopping }) => {
  // Temporal's own handlers would stop the worker of spends before the last request is answered.
  Runtime.install(temporalRuntime(config, log));
  const { reach, taskQueue } = config.temporal;
  const writes = connect(config.databaseUrl, { applicationName: 'server', keepsStatements: true });
  const counting = connect(config.databaseUrl, RATES_POOL);
  const readOnly = connectReadOnly(config.databaseUrl, READS_POOL);
  const connection = await connectClient(reach);
  const client = clientOf(config, connection, tracing);
  const makings: BotMakings & { config: Config } = {
    config,
    log,
    ...sandboxClock(config, { client, sql: writes.sql }),
    commands: createCommands(client, taskQueue),
    reads: createReads(readOnly.db, config.secrets),
    records: createRecords(writes.db, {
      settings: config.billing,
      terms: readTerms(config.http.legalDir),
      secrets: config.secrets,
      counting: counting.db,
    }),
    providers: providersOf(config, log),
  };
  const registry = createRegistry('server');
  const { measure, counters } = httpMetrics(registry);
  const metrics = await serveMetrics(config, {
    registry,
    refresh: inTurn(
      watchBusiness(registry, readOnly.db),
      watchStuck(registry, { count: () => stuckWorkflows(client), log }),
    ),
    log,
  });
  const telegramWebhook = hostBot({ ...makings, onUpdate: updateMeter(registry) });
  const spends = await spending({ config, log, tracing }, spendMeter(registry));
  const app = createHttpApp({
    ...makings,
    measure,
    counters,
    spending: spends.gate,
    probes: {
      database: async () => void (await readOnly.sql`select 1`),
      temporal: async () => void (await connection.workflowService.getSystemInfo({})),
      migrations: () => requireMigrations(readOnly.sql),
    },
    clock: { nowMs: () => Date.now() },
    settings: httpSettings(config),
    ...(telegramWebhook === undefined ? {} : { telegramWebhook }),
  });
  const listening = await listen(app, { port: config.http.port, host: config.http.host });
  log.info({ url: listening.url, telegram: config.telegram.mode.kind }, 'server ready');
  const clearing = startClearing(makings.records, log);
  await stopping;
  await Promise.all([listening.stop(), metrics.stop()]);
  await spends.stop();
  await clearing.stop();
  await connection.close();
  await Promise.all([writes.close(), counting.close(), readOnly.close()]);
});

function httpSettings({ http, billing, secrets, telegram }: Config): HttpSettings {
  const { trustedProxyHops, legalDir, isApiDocsPublic } = http;
  const { chatUrl } = telegram;
  return {
    ...{ trustedProxyHops, legalDir, isApiDocsPublic, billing },
    apiKeyPepper: secrets.apiKeyPepper,
    ...(chatUrl === undefined ? {} : { chatUrl }),
  };
}

/** Few batches run at once, and always with the same statements. */
const SPENDS_POOL = { applicationName: 'server-spends', poolSize: 4, keepsStatements: true };

/** The server carries its own spends, on a connection of its own: client and worker share it (eager start). */
async function spending(
  { config, log, tracing }: Omit<Process, 'stopping'>,
  meter: SpendMeter,
): Promise<SpendHost> {
  const { reach, namespace, taskQueue } = config.temporal;
  const connection = await connectNative(reach);
  const database = connect(config.databaseUrl, SPENDS_POOL);
  const version = versionOf(config);
  const host = await hostSpending({
    connection,
    namespace,
    taskQueue,
    processId: randomUUID(),
    dataConverter: dataConverter(config.payloads.keys),
    deps: { db: database.db, settings: config.billing },
    onStart: meter.onStart,
    tracing,
    log,
    workflowBundlePath: builtBundle(config.payloads.keys),
    version,
  });
  return {
    gate: meter.measured(host.gate),
    stop: async () => {
      await host.stop();
      await connection.close();
      await database.close();
    },
  };
}

/** Asked of Temporal's visibility, as /stuck asks it. */
async function stuckWorkflows(client: Client): Promise<number> {
  const query = `${stuckReason.name} is not null and ExecutionStatus = 'Running'`;
  return (await client.workflow.count(query)).count;
}

function inTurn(...works: readonly (() => Promise<void>)[]): () => Promise<void> {
  return async () => {
    for (const work of works) await work();
  };
}

/** In webhook mode this process is the bot: it registers its address, again and again until Telegram answers. */
function hostBot(makings: BotMakings & { config: Config }): TelegramWebhook | undefined {
  const { config, log } = makings;
  const { mode, token, apiRoot } = config.telegram;
  if (mode.kind === 'polling') return undefined;
  const parts = botParts(makings);
  const bot = createBot(token, parts, { apiRoot });
  const { secret } = mode;
  const register = async (): Promise<void> => {
    await introduceBot(bot, parts);
    await registerWebhook(bot, { url: `${config.publicBaseUrl}/webhook/telegram`, secret });
    log.info('Telegram delivers to the webhook');
  };
  void insist(register, (error) => log.warn({ err: error }, 'the webhook is not registered yet'));
  return { secret, handle: createWebhookHandler(bot) };
}

const INSIST_MS = 5_000;

async function insist(
  work: () => Promise<void>,
  complain: (error: unknown) => void,
): Promise<void> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      complain(error);
      await new Promise((resolve) => setTimeout(resolve, INSIST_MS));
    }
  }
}
