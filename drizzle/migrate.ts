import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import postgres from 'postgres';

/** Any fixed number; it only has to be the same in every process that migrates this database. */
const MIGRATION_LOCK = 714_052_101;

/**
 * Whoever waits for the lock of a table makes everybody wait who comes after, so a migration gives up soon, lets the others
 * go on, and tries again.
 */
const LOCK_PATIENCE_MS = 2_000;
const TRIES = 30;
const BETWEEN_TRIES_MS = 1_000;
/** SQLSTATE of a lock that was not to be had in time. */
const LOCK_NOT_AVAILABLE = '55P03';

export interface MigrationOptions {
  /** How long a migration waits for a table at most; whoever uses it waits as long. */
  readonly lockPatienceMs?: number;
}

/**
 * Brings a database to the current schema while its users go on working. Processes that start together take turns under
 * an advisory lock and only the first one migrates (DM-9). All pending migrations are one transaction: a failure leaves
 * the old schema. What would lock a table for long stands in the folder `online`, and is done afterwards, statement by
 * statement, without a transaction; each of these statements may be repeated.
 */
export async function migrateDatabase(
  url: string,
  migrationsFolder: string,
  { lockPatienceMs = LOCK_PATIENCE_MS }: MigrationOptions = {},
): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    await sql`select pg_advisory_lock(${MIGRATION_LOCK})`;
    await sql`select set_config('lock_timeout', ${String(lockPatienceMs)}, false)`;
    await untilLocked(() => migrate(drizzle(sql), { migrationsFolder }));
    await sql`select set_config('lock_timeout', '0', false)`;
    for (const statement of onlineStatements(migrationsFolder)) await doOnline(sql, statement);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

async function untilLocked(work: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries === TRIES || !isLockMissed(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_TRIES_MS));
    }
  }
}

/** Drizzle wraps what the driver says. */
function isLockMissed(error: unknown): boolean {
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  return code === LOCK_NOT_AVAILABLE || (cause instanceof Error && isLockMissed(cause));
}

/** Statements of the folder `online`, in the order of its journal. */
export function onlineStatements(migrationsFolder: string): string[] {
  return readMigrationFiles({ migrationsFolder: `${migrationsFolder}/online` }).flatMap(
    ({ sql }) => sql,
  );
}

/** An index whose building was interrupted is there and serves nobody: it is built anew. */
async function doOnline(sql: postgres.Sql, statement: string): Promise<void> {
  const [, name] = /index\s+concurrently\s+if\s+not\s+exists\s+"?(\w+)"?/i.exec(statement) ?? [];
  if (name !== undefined) {
    const [broken] = await sql`
      select 1 from pg_index where indexrelid = to_regclass(${name}) and not indisvalid`;
    if (broken) await sql`drop index concurrently ${sql(name)}`;
  }
  await sql.unsafe(statement);
}

/** How many migrations this build knows, to compare with what a database has had. */
export function knownMigrations(migrationsFolder: string): number {
  return readMigrationFiles({ migrationsFolder }).length;
}

/** How many migrations a database has had; zero when it was never migrated. */
export async function appliedMigrations(sql: postgres.Sql): Promise<number> {
  const [table] = await sql`select to_regclass('drizzle.__drizzle_migrations') as name`;
  if (!table?.['name']) return 0;
  const [row] = await sql`select count(*)::int as count from drizzle.__drizzle_migrations`;
  return Number(row?.['count'] ?? 0);
}
