import { Client, Connection } from '@temporalio/client';
import { connect, connectReadOnly } from '../../drizzle/client';
import { createCommands } from '../commands/billing';
import { createHttpApp } from '../http/app';
import { listen } from '../http/listen';
import { createReads } from '../reads/reads';
import { createRecords } from '../records/records';
import { requireMigrations } from './migrations';
import { runProcess } from './process';
import { providersOf } from './wiring';

runProcess('server', async ({ config, log, stopping }) => {
  const { address, namespace, taskQueue } = config.temporal;
  const writes = connect(config.databaseUrl, { applicationName: 'server' });
  const reads = connectReadOnly(config.databaseUrl, { applicationName: 'server-reads' });
  const connection = await Connection.connect({ address });
  const client = new Client({ connection, namespace });
  const app = createHttpApp({
    commands: createCommands(client, taskQueue),
    records: createRecords(writes.db, { settings: config.billing }),
    reads: createReads(reads.db),
    providers: providersOf(config),
    probes: {
      database: async () => void (await reads.sql`select 1`),
      temporal: async () => void (await connection.workflowService.getSystemInfo({})),
      migrations: () => requireMigrations(reads.sql),
    },
    log,
    clock: { nowMs: () => Date.now() },
    settings: {
      trustedProxyHops: config.http.trustedProxyHops,
      legalDir: config.http.legalDir,
      ...(config.telegram.chatUrl === undefined ? {} : { chatUrl: config.telegram.chatUrl }),
    },
  });
  const listening = await listen(app, { port: config.http.port, host: config.http.host });
  log.info({ url: listening.url }, 'server ready');
  await stopping;
  await listening.stop();
  await connection.close();
  await Promise.all([writes.close(), reads.close()]);
});
