import { createHash } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { auditLog } from '../../../drizzle/schema';

/** Rows of the audit by their numbers, both ends included. */
export interface AuditSpan {
  readonly fromId: number;
  readonly toId: number;
}

/** One audit row in the only form that is ever hashed: every column as text, in a fixed order. */
export interface CanonicalRow {
  readonly id: number;
  readonly line: string;
}

type TextRow = { readonly [column: string]: string | null };

/** The rows of a span in the order of their numbers, at most so many. */
export async function canonicalRows(
  tx: Transaction,
  span: AuditSpan,
  limit: number,
): Promise<CanonicalRow[]> {
  // PostgreSQL writes jsonb in one way only; instants are written to the microsecond, which JavaScript would lose.
  const rows = await tx.execute<TextRow>(sql`
    select id::text, actor_kind, actor_id, action, entity, entity_id, before::text, after::text,
      reason, request_id, workflow_id, ${instantText(sql`as_of`)} as as_of,
      ${instantText(sql`recorded_at`)} as recorded_at
    from ${auditLog} where id between ${span.fromId} and ${span.toId}
    order by ${auditLog.id} limit ${limit}`);
  return [...rows].map((row) => ({
    id: Number(row['id']),
    line: JSON.stringify(COLUMNS.map((column) => row[column])),
  }));
}

/** Chains a batch to the one before it: a changed, missing or added row gives another hash. */
export function sealHash(
  previous: Buffer | null,
  span: AuditSpan,
  rows: readonly CanonicalRow[],
): Buffer {
  const hash = createHash('sha256');
  if (previous) hash.update(previous);
  hash.update(`${span.fromId}-${span.toId}\n`);
  for (const { line } of rows) hash.update(`${line}\n`);
  return hash.digest();
}

const COLUMNS = [
  ...['id', 'actor_kind', 'actor_id', 'action', 'entity', 'entity_id', 'before', 'after'],
  ...['reason', 'request_id', 'workflow_id', 'as_of', 'recorded_at'],
] as const;

function instantText(column: ReturnType<typeof sql>) {
  return sql`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}
