import type postgres from 'postgres';
import { INVARIANTS } from '../../activities/billing/invariants';

/** Throws with the broken rows unless every invariant of the books holds. */
export async function requireInvariants(sql: postgres.Sql): Promise<void> {
  for (const [name, query] of Object.entries(INVARIANTS)) {
    const rows = await sql.unsafe(query);
    if (rows.length > 0) throw new Error(`broken: ${name}: ${JSON.stringify(rows.slice(0, 5))}`);
  }
}
