import { sql } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { reconBreaks, reconRuns } from '../../../drizzle/schema';
import type { DigestReconciliation } from '../../../src/domain/billing/digest';

/** Which lists were compared between two instants, and what became of the differences that were found. */
export async function reconciledOn(
  tx: Transaction,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<readonly DigestReconciliation[]> {
  return tx.execute<DigestReconciliation & Record<string, unknown>>(sql`
    select run.provider, sum(run.theirs)::int as payments, sum(run.found)::int as found,
      sum(b.healed)::int as healed, sum(b.open)::int as open
    from ${reconRuns} run cross join lateral (
      select count(*) filter (where state = 'healed') as healed,
        count(*) filter (where state in ('found', 'open')) as open
      from ${reconBreaks} where run_id = run.id) b
    where run.state = 'matched' and run.as_of >= ${from}::timestamptz and run.as_of < ${to}::timestamptz
    group by run.provider order by run.provider`);
}
