import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import postgres from 'postgres';

/** Any fixed number; it only has to be the same in every process that migrates this database. */
const MIGRATION_LOCK = 714_052_101;

/**
 * Brings a database to the current schema. Processes that start together take turns under an advisory lock and
 * only the first one migrates (DM-9). All pending migrations are one transaction: a failure leaves the old schema.
 */
export async function migrateDatabase(url: string, migrationsFolder: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    await sql`select pg_advisory_lock(${MIGRATION_LOCK})`;
    await migrate(drizzle(sql), { migrationsFolder });
  } finally {
    await sql.end({ timeout: 5 });
  }
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
