import { sql } from 'drizzle-orm';
import { inboxEvents } from '../../drizzle/schema';
import { assert } from '../../src/domain/assert';
import type { ActivityDeps } from '../deps';
import { promiseToOperators } from '../outbox';
import { inTransaction, readSettings } from '../transactions';

/** What comes more often within these minutes is no chance (PC-4). */
const MOST_FAILURES = 2;
const WITHIN_MINUTES = 5;

export interface UnverifiedQuestion {
  readonly provider: string;
  /** ISO 8601: since when failures are watched; operators are told once for this time. */
  readonly begunAt: string;
  readonly asOf: string;
}

/** Looks after notifications that did not verify. */
export function verificationActivities(deps: ActivityDeps) {
  return {
    weighUnverified: (question: UnverifiedQuestion) => weighUnverified(deps, question),
  };
}

/**
 * Counts the deliveries of the last five minutes that did not verify and tells operators, once, when there are three.
 * Bytes that came before count once, because their earlier deliveries may be long ago.
 */
async function weighUnverified(
  { db, settings: defaults }: ActivityDeps,
  { provider, begunAt, asOf }: UnverifiedQuestion,
): Promise<{ readonly recent: number; readonly isAlarming: boolean }> {
  return inTransaction(db, async (tx) => {
    const since = sql`${asOf}::timestamptz - ${WITHIN_MINUTES} * interval '1 minute'`;
    const [row] = await tx.execute<{ recent: number }>(sql`
      select coalesce(sum(case when recorded_at > ${since} then deliveries else 1 end), 0)::int as recent
      from ${inboxEvents}
      where provider = ${provider} and verified = 'no' and updated_at > ${since}`);
    assert(row, 'a query of aggregates gives one row');
    const isAlarming = row.recent > MOST_FAILURES;
    if (isAlarming) {
      await promiseToOperators(tx, await readSettings(tx, defaults), {
        key: `ops:ops.verification:${provider}:${begunAt}`,
        template: 'ops.verification',
        params: { provider, count: row.recent, minutes: WITHIN_MINUTES },
        asOf: new Date(asOf),
      });
    }
    return { recent: row.recent, isAlarming };
  });
}
