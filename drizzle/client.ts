import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { endingTransactions } from './lost-connections';
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
  /**
   * Statements are parsed and planned once for each connection, and sent in one round trip instead of two. A connection
   * keeps what it was asked first, {@link MOST_KEPT} texts at most, as long as it lives: a statement whose text changes
   * with the length of a list must not fill the server's memory.
   *
   * A plan that is kept is made for any number of keys, and PostgreSQL then finds reading a table of ten thousand people
   * from end to end cheaper than looking a hundred of them up, also for the one who is asked about. Such statements
   * touch few rows of large tables, so their sessions look up. Sessions that also write never plan a second time for the
   * values at hand, which would cost as much as the statement.
   */
  readonly keepsStatements?: boolean;
  /**
   * A commit is answered before it is on the disk, and a crash of PostgreSQL itself loses the last half second of them,
   * each whole. Only for what may be lost.
   */
  readonly flushesLater?: boolean;
}

/** Opens a pool. Values travel in UTC and a statement that hangs is cut after 30 seconds. */
export function connect(url: string, options: ConnectOptions = {}): Connection {
  return open(
    url,
    options,
    options.keepsStatements ? { plan_cache_mode: 'force_generic_plan' } : {},
  );
}

/** Opens a pool whose every transaction is read-only: reads cannot write even by mistake. */
export function connectReadOnly(url: string, options: ConnectOptions = {}): Connection {
  return open(url, options, { default_transaction_read_only: true });
}

function open(
  url: string,
  options: ConnectOptions,
  session: Record<string, boolean | string>,
): Connection {
  const sql = postgres(url, {
    max: options.poolSize ?? 10,
    connect_timeout: 10,
    onnotice: () => undefined,
    connection: {
      application_name: options.applicationName ?? 'telegram-billing',
      statement_timeout: 30_000,
      idle_in_transaction_session_timeout: 60_000,
      TimeZone: 'UTC',
      ...(options.keepsStatements ? { enable_seqscan: 'off' } : {}),
      ...(options.flushesLater ? { synchronous_commit: 'off' } : {}),
      ...session,
    },
  });
  const safe = endingTransactions(sql);
  const driver = options.keepsStatements ? keepingStatements(safe) : safe;
  return { db: drizzle(driver, { schema }), sql, close: () => sql.end({ timeout: 5 }) };
}

/** Texts of statements that a pool keeps; every connection has plans of its own for them, some ten kilobytes each. */
const MOST_KEPT = 300;

/** The driver sends texts without values by a protocol that keeps nothing, unless it is told not to. */
const KEPT = { prepare: true, simple: false };

/** The driver as it is, but that what Drizzle sends is prepared; the driver does so only for texts of its own. */
function keepingStatements<T extends postgres.Sql | postgres.TransactionSql>(
  driver: T,
  kept = new Set<string>(),
): T {
  const isKept = (text: string): boolean => {
    if (kept.size < MOST_KEPT) kept.add(text);
    return kept.has(text);
  };
  return new Proxy(driver, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      if (name === 'unsafe') {
        return (text: string, values: never[], how?: object) =>
          target.unsafe(text, values, { ...how, ...(isKept(text) ? KEPT : {}) });
      }
      if (name !== 'begin' && name !== 'savepoint') return member;
      const open = member as (...given: unknown[]) => unknown;
      return (...given: unknown[]) =>
        open(
          ...given.map((one) =>
            typeof one === 'function'
              ? (inner: postgres.TransactionSql) =>
                  (one as (sql: postgres.TransactionSql) => unknown)(keepingStatements(inner, kept))
              : one,
          ),
        );
    },
  });
}
