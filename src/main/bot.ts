import { connect, connectReadOnly } from '../../drizzle/client';
import { createBot } from '../bot/bot';
import { startPolling } from '../bot/polling';
import { createCommands } from '../commands/billing';
import { createReads } from '../reads/reads';
import { createRecords } from '../records/records';
import { botParts } from './bot-process';
import { updateMeter } from './meters';
import { createRegistry, serveMetrics } from './metrics';
import { runProcess } from './process';
import { connectClient } from './temporal';
import { readTerms } from './terms';
import { sandboxClock } from './test-clock';
import { clientOf, providersOf } from './wiring';

/** A process that waits for nothing ends by itself, and its supervisor would start it for ever. */
async function idleUntil(stopping: Promise<unknown>): Promise<void> {
  const idle = setInterval(() => undefined, 60_000);
  await stopping;
  clearInterval(idle);
}

runProcess('bot', async ({ config, log, tracing, stopping }) => {
  const registry = createRegistry('bot');
  const metrics = await serveMetrics(config, { registry, log });
  if (config.telegram.mode.kind === 'webhook') {
    log.info('TELEGRAM_MODE is webhook: the server hosts the bot, nothing to do here');
    await idleUntil(stopping);
    await metrics.stop();
    return;
  }
  const { reach, taskQueue } = config.temporal;
  const writes = connect(config.databaseUrl, { applicationName: 'bot', keepsStatements: true });
  const readOnly = connectReadOnly(config.databaseUrl, {
    ...{ applicationName: 'bot-reads', keepsStatements: true },
  });
  const connection = await connectClient(reach);
  const client = clientOf(config, connection, tracing);
  const parts = botParts({
    config,
    log,
    ...sandboxClock(config, { client, sql: writes.sql }),
    commands: createCommands(client, taskQueue),
    reads: createReads(readOnly.db, config.secrets),
    records: createRecords(writes.db, {
      settings: config.billing,
      terms: readTerms(config.http.legalDir),
      secrets: config.secrets,
    }),
    providers: providersOf(config, log),
    onUpdate: updateMeter(registry),
  });
  const bot = createBot(config.telegram.token, parts, { apiRoot: config.telegram.apiRoot });
  const polling = startPolling(bot, parts);
  void polling.started.then(() => log.info('bot ready'));
  await stopping;
  await Promise.all([polling.stop(), metrics.stop()]);
  await connection.close();
  await Promise.all([writes.close(), readOnly.close()]);
});
