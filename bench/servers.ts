import { chmodSync, mkdirSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from '../drizzle/client';
import { migrateDatabase } from '../drizzle/migrate';
import { seedDatabase } from '../drizzle/seeds';
import { startPostgres, type EmbeddedPostgres } from '../src/embedded/postgres';
import { Supervisor } from '../src/embedded/processes';
import { startTemporal, type TemporalServer } from '../src/embedded/temporal';
import { migrationsFolder } from '../src/main/migrations';
import { SEARCH_ATTRIBUTES } from '../workflows/contract';

export const ROOT = join(__dirname, '..', '..');
/** The compiled tree, in which this very file lies. */
export const COMPILED = join(ROOT, 'dist');
const OWNER = { name: 'billing', password: 'billing' };

/**
 * The pages of all ledgers that lie side by side, as those of the only one lie in its server's memory in production:
 * else the small ones would be measured while the large ones take theirs.
 */
const SHARED_BUFFERS_MB = 4_096;

/** PostgreSQL as `npm start` has it, on a cluster of its own: commits reach the disk. */
export interface Servers {
  readonly dataFolder: string;
  readonly supervisor: Supervisor;
  readonly postgres: EmbeddedPostgres;
  /** Makes an empty database of the owner and gives its address. */
  makeDatabase(name: string): Promise<string>;
  startTemporal(): Promise<TemporalServer>;
  stop(): Promise<void>;
}

export async function startServers(report: (line: string) => void): Promise<Servers> {
  mkdirSync(join(ROOT, '.data'), { recursive: true });
  const dataFolder = mkdtempSync(join(ROOT, '.data', 'bench-'));
  // PostgreSQL refuses to run as root, and the account that it gets then has to come in.
  chmodSync(dataFolder, 0o755);
  const supervisor = new Supervisor({ dataFolder, report });
  stopWhenAsked(supervisor, dataFolder);
  const postgres = await startPostgres({
    ...{ supervisor, report, restarts: false },
    sharedBuffersMb: SHARED_BUFFERS_MB,
  });
  return {
    dataFolder,
    supervisor,
    postgres,
    makeDatabase: (name) => postgres.ensureDatabase(name, OWNER),
    startTemporal: () =>
      startTemporal({
        supervisor,
        report,
        postgresAdminUrl: postgres.adminUrl,
        searchAttributes: SEARCH_ATTRIBUTES,
        ports: 'free',
        restarts: false,
      }),
    stop: async () => {
      await supervisor.stopAll();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

/** Every process has a group of its own, which Ctrl-C does not reach. */
function stopWhenAsked(supervisor: Supervisor, dataFolder: string): void {
  const stop = (): void => {
    void supervisor
      .stopAll()
      .then(() => rm(dataFolder, { recursive: true, force: true }))
      // A measurement under way has no end of its own, and without its servers it would only fail line by line.
      .finally(() => process.exit(130));
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
}

/** Gives a database the schema and the catalogue of the product. */
export async function prepareDatabase(url: string): Promise<void> {
  await migrateDatabase(url, migrationsFolder());
  const connection = connect(url, { poolSize: 1 });
  await seedDatabase(connection.db, { hasCatalogue: true });
  await connection.close();
}
