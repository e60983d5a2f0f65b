import type { SpendGate } from '../../src/commands/spend-gate';
import type { Connection } from '../../drizzle/client';
import type { BillingCommands } from '../../src/commands/contract';
import type { BillingSettings } from '../../src/domain/billing/settings';
import { createHttpApp } from '../../src/http/app';
import { listen, type Listening } from '../../src/http/listen';
import type { Log } from '../../src/log';
import { requireMigrations } from '../../src/main/migrations';
import type { PaymentProviders } from '../../src/payments/registry';
import type { BillingReads } from '../../src/reads/billing';
import type { EdgeRecords } from '../../src/records/contract';
import { TEST_SECRETS } from './secrets';

interface HttpInput {
  readonly httpPort: number;
  readonly commands: BillingCommands;
  readonly records: EdgeRecords;
  readonly reads: BillingReads;
  readonly spending: SpendGate;
  readonly providers: PaymentProviders;
  readonly database: Connection;
  readonly log: Log;
  readonly settings: BillingSettings;
}

/** The product's server on a port of its own. */
export async function startHttp(input: HttpInput): Promise<Listening> {
  const { commands, records, reads, spending, providers, database, log, settings } = input;
  const app = createHttpApp({
    commands,
    records,
    reads,
    spending,
    providers,
    probes: {
      database: async () => void (await database.sql`select 1`),
      temporal: () => Promise.resolve(),
      migrations: () => requireMigrations(database.sql),
    },
    log,
    clock: { nowMs: () => Date.now() },
    settings: {
      trustedProxyHops: 0,
      billing: settings,
      apiKeyPepper: TEST_SECRETS.apiKeyPepper,
      legalDir: './legal',
    },
  });
  return listen(app, { port: input.httpPort, host: '127.0.0.1' });
}
