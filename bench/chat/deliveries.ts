import type postgres from 'postgres';

/** Where the time between a webhook and its receipt goes, in milliseconds. */
export interface Delivery {
  readonly what: string;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

/** What the rows themselves say of payments by card that were received since an instant. */
export async function deliveriesSince(
  sql: postgres.Sql,
  since: Date,
): Promise<readonly Delivery[]> {
  const stages = [
    ['webhook → books', 'r.recorded_at - i.recorded_at'],
    ['books → receipt sent', 'm.sent_at - r.recorded_at'],
    ['webhook → receipt sent', 'm.sent_at - i.recorded_at'],
  ] as const;
  return Promise.all(
    stages.map(async ([what, span]) => {
      const [row] = await sql<{ shares: number[] | null }[]>`
        select percentile_cont(array[0.5, 0.95, 0.99]) within group
          (order by extract(epoch from ${sql.unsafe(span)})::float8 * 1000) as shares
        from inbox_events i join payments p on p.provider = i.provider and p.provider_payment_id = i.payment_ref
        join receipts r on r.payment_id = p.id and r.refund_id is null
        join outbox_messages m on m.params->>'receiptId' = r.id::text
        where i.recorded_at >= ${since.toISOString()}`;
      const [p50Ms = Number.NaN, p95Ms = Number.NaN, p99Ms = Number.NaN] = row?.shares ?? [];
      return { what, p50Ms, p95Ms, p99Ms };
    }),
  );
}
