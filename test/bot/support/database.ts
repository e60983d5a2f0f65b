import { drizzle } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import type { Database } from '../../../drizzle/client';
import { migrateDatabase } from '../../../drizzle/migrate';
import * as schema from '../../../drizzle/schema';
import { createDatabase } from '../../support/servers';

export interface TestingDatabase {
  readonly db: Database;
  /** Raw SQL for assertions, not counted. */
  readonly sql: postgres.Sql;
  /** What the code under test sent to PostgreSQL. */
  readonly statements: string[];
  drop(): Promise<void>;
}

/** An empty, migrated database whose statements are written down. */
export async function startDatabase(): Promise<TestingDatabase> {
  const test = await createDatabase({
    sources: ['drizzle'],
    migrate: (url) => migrateDatabase(url, 'drizzle/migrations'),
  });
  const statements: string[] = [];
  const pool = { max: 5, onnotice: () => undefined, connection: { TimeZone: 'UTC' } };
  const counted = postgres(test.url, {
    ...pool,
    debug: (_connection, query) => {
      // The driver's own question about types, once for each connection.
      if (!query.includes('pg_catalog.pg_type')) statements.push(query);
    },
  });
  const sql = postgres(test.url, pool);
  const db: Database = drizzle(counted, { schema });
  return {
    ...{ db, sql, statements },
    drop: async () => {
      await Promise.all([counted.end({ timeout: 1 }), sql.end({ timeout: 1 })]);
      await test.drop();
    },
  };
}
