import { Runtime } from '@temporalio/worker';
import { grantAdmins } from '../../drizzle/admins';
import { connect } from '../../drizzle/client';
import { createCommands } from '../commands/billing';
import type { BillingCommands } from '../commands/contract';
import { createReads } from '../reads/reads';
import { createBillingWorkers } from './billing-worker';
import { messageMeter, providerMeter } from './meters';
import { createRegistry, serveMetrics } from './metrics';
import type { PaymentProviders } from '../payments/registry';
import { runProcess } from './process';
import { keepStanding, type Begin } from './standing';
import { temporalRuntime } from './temporal-log';
import { connectNative } from './temporal';
import { watchedProviders } from './watched-providers';
import { clientOf, messengerOf, providersOf } from './wiring';
import { dataConverter } from '../payloads/converter';
import { builtBundle, versionOf } from './workflow-code';

/** Connections to PostgreSQL: as many as transactions can usefully run at once here. */
const POOL_SIZE = 20;

runProcess('worker', async ({ config, log, tracing, stopping }) => {
  // Temporal's own handlers would end the process before its pool is closed; `stopping` asks the workers instead.
  Runtime.install(temporalRuntime(config, log));
  const { reach, namespace, taskQueue, maxCachedWorkflows } = config.temporal;
  const database = connect(config.databaseUrl, {
    ...{ poolSize: POOL_SIZE, applicationName: 'worker' },
    keepsStatements: true,
  });
  await grantAdmins(database.db, {
    userIds: config.adminUserIds,
    timeZone: config.billing.displayTimeZone,
    asOf: new Date(),
  });
  const connection = await connectNative(reach);
  const registry = createRegistry('worker');
  const metrics = await serveMetrics(config, { registry, log });
  const providers = watchedProviders(providersOf(config, log), providerMeter(registry));
  const converter = dataConverter(config.payloads.keys);
  const version = versionOf(config);
  const workers = await createBillingWorkers({
    connection,
    namespace,
    taskQueue,
    maxCachedWorkflows,
    dataConverter: converter,
    tracing: tracing.worker,
    deps: {
      db: database.db,
      settings: config.billing,
      providers,
      messenger: messengerOf(config, {
        reads: createReads(database.db, config.secrets),
        providers,
      }),
      secrets: config.secrets,
      publicBaseUrl: config.publicBaseUrl,
      log,
      onHandedOver: messageMeter(registry),
    },
    workflowBundlePath: builtBundle(config.payloads.keys),
    version,
  });
  const client = clientOf(config, connection, tracing);
  const commands = createCommands(client, taskQueue);
  const standing = await keepStanding(standingOf(commands, providers), log);
  log.info({ namespace, taskQueue, version }, 'worker ready');
  void stopping.then(() => workers.forEach((worker) => worker.shutdown()));
  await Promise.all(workers.map((worker) => worker.run()));
  await standing.stop();
  await Promise.all([connection.close(), metrics.stop()]);
  await database.close();
});

/** What serves everybody: one run of each, however many workers there are. */
function standingOf(commands: BillingCommands, providers: PaymentProviders): readonly Begin[] {
  const listing = [...providers].flatMap(([name, provider]) => (provider.statement ? [name] : []));
  return [
    () => commands.ensureNotifier(),
    () => commands.ensureOperations(),
    () => commands.ensureKeeper(),
    () => commands.ensureTopupSweep(),
    ...listing.map(
      (name): Begin =>
        () =>
          commands.ensureReconciliation(name),
    ),
  ];
}
