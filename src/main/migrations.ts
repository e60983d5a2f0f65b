import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type postgres from 'postgres';
import { appliedMigrations, knownMigrations } from '../../drizzle/migrate';

/** The folder of migrations, from the sources as well as from the compiled tree. */
export function migrationsFolder(): string {
  const near = join(__dirname, '..', '..', 'drizzle', 'migrations');
  return existsSync(join(near, 'meta'))
    ? near
    : join(__dirname, '..', '..', '..', 'drizzle', 'migrations');
}

/** Throws unless the database has had every migration this build knows. */
export async function requireMigrations(sql: postgres.Sql): Promise<void> {
  const [applied, known] = [await appliedMigrations(sql), knownMigrations(migrationsFolder())];
  if (applied < known) {
    throw new Error(`the database has ${applied} of ${known} migrations; run npm run migrate`);
  }
}
