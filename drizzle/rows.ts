import { getTableColumns, sql, type Column, type SQL } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';

// Statements about many rows whose text is the same however many they are: it is written once, and parsed and planned
// once on a connection that keeps its statements.

/** A column that is one of some keys. For identifiers and numbers only, which need no quoting. */
export function oneOf(column: Column, keys: readonly (string | number)[]): SQL {
  return sql`${column} = any(${`{${keys.join(',')}}`}::${sql.raw(column.getSQLType())}[])`;
}

/**
 * Inserts rows of one shape, which travel as one JSON value; a conflict clause may follow. What the rows do not name has
 * the database's default: ids made by the application must be given. Every row names the same columns.
 */
export function insertRows<T extends PgTable>(table: T, rows: readonly T['$inferInsert'][]): SQL {
  const shape = shapeOf(table, rows);
  const list = listed(shape.names);
  return sql`insert into ${table} (${list}) select ${list} from ${recordset(table, shape)} as row_`;
}

/** Changes rows of one shape, each found by its `id`, to what they name; every row names the same columns. */
export function updateRows<T extends PgTable>(
  table: T,
  rows: readonly (Partial<T['$inferInsert']> & { readonly id: string })[],
): SQL {
  const shape = shapeOf(table, rows);
  const changed = shape.names.filter((name) => name !== 'id');
  const changes = changed.map(
    (name) => sql`${sql.identifier(name)} = row_.${sql.identifier(name)}`,
  );
  const isTimed = 'updatedAt' in getTableColumns(table);
  return sql`
    update ${table} set ${sql.join([...changes, ...(isTimed ? [sql`updated_at = now()`] : [])], sql`, `)}
    from ${recordset(table, shape)} as row_ where ${table}.id = row_.id`;
}

interface Shape {
  readonly names: readonly string[];
  readonly rows: readonly Record<string, unknown>[];
}

function shapeOf(table: PgTable, rows: readonly object[]): Shape {
  const keys = Object.keys(rows[0] ?? {});
  const columns = getTableColumns(table);
  const pairs = keys.map((key) => [key, nameOf(columns[key], key)] as const);
  return {
    names: pairs.map(([, name]) => name),
    rows: rows.map((row) => {
      if (Object.keys(row).length !== keys.length) throw new Error('rows name the same columns');
      const values = row as Readonly<Record<string, unknown>>;
      return Object.fromEntries(pairs.map(([key, name]) => [name, wireOf(values[key])]));
    }),
  };
}

function nameOf(column: Column | undefined, key: string): string {
  if (!column) throw new Error(`there is no column ${key}`);
  return column.name;
}

/** Instants become ISO 8601 by themselves; bytes as PostgreSQL writes them. */
function wireOf(value: unknown): unknown {
  return Buffer.isBuffer(value) ? `\\x${value.toString('hex')}` : value;
}

function recordset(table: PgTable, { rows }: Shape): SQL {
  return fewRows(sql`json_populate_recordset(null::${table}, ${JSON.stringify(rows)}::json)`, rows);
}

/**
 * A set of rows out of JSON, of which the planner expects a hundred. A kept plan for a hundred reads a table of a thousand
 * rows from end to end where one is changed; behind a limit that it does not know it expects a tenth, and looks each up.
 */
export function fewRows(set: SQL, rows: readonly unknown[]): SQL {
  return sql`(select * from ${set} limit ${rows.length})`;
}

function listed(names: readonly string[]): SQL {
  return sql.join(
    names.map((name) => sql.identifier(name)),
    sql`, `,
  );
}
