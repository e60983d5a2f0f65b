import type postgres from 'postgres';

/** An operation of the desk may create what was not there before, a vote is no repair, and a plan is the first row. */
const UNTRACED = `
  select action, actor_id, workflow_id, reason, before, after from audit_log
  where actor_kind = 'operator' and workflow_id !~ '^proposal:' and (
    reason is null
    or workflow_id !~ '^op:' and action <> 'refund.proposed' and (before is null or after is null))`;

/** Throws unless everything that an operator repaired says why, what was before and what came of it (OPS-3). */
export async function requireTraces(sql: postgres.Sql): Promise<void> {
  const rows = await sql.unsafe(UNTRACED);
  if (rows.length > 0) throw new Error(`without a trace: ${JSON.stringify(rows.slice(0, 5))}`);
}
