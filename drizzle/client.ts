import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import * as schema from './schema';

export type Database = PostgresJsDatabase<typeof schema>;
/** What a transaction body receives; the same queries as a database, inside one commit. */
export type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0];

export interface Connection {
  readonly db: Database;
  /** The driver below Drizzle, for `LISTEN`, advisory locks and health checks. */
  readonly sql: postgres.Sql;
  close(): Promise<void>;
}

export interface ConnectOptions {
  readonly poolSize?: number;
  /** Shown in pg_stat_activity, so that an operator sees whose query it is. */
  readonly applicationName?: string;
}

/** Opens a pool. Values travel in UTC and a statement that hangs is cut after 30 seconds. */
export function connect(url: string, options: ConnectOptions = {}): Connection {
  return open(url, options, {});
}

/** Opens a pool whose every transaction is read-only: reads cannot write even by mistake. */
export function connectReadOnly(url: string, options: ConnectOptions = {}): Connection {
  return open(url, options, { default_transaction_read_only: true });
}

function open(url: string, options: ConnectOptions, session: Record<string, boolean>): Connection {
  const sql = postgres(url, {
    max: options.poolSize ?? 10,
    connect_timeout: 10,
    onnotice: () => undefined,
    connection: {
      application_name: options.applicationName ?? 'telegram-billing',
      statement_timeout: 30_000,
      idle_in_transaction_session_timeout: 60_000,
      TimeZone: 'UTC',
      ...session,
    },
  });
  return { db: drizzle(sql, { schema }), sql, close: () => sql.end({ timeout: 5 }) };
}
