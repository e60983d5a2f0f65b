import { sql } from 'drizzle-orm';
import type { Database } from '../../../drizzle/client';
import { accounts, charges, entries, transfers, usageEvents } from '../../../drizzle/schema';
import { safeInteger } from '../../domain/assert';
import { isVisible } from '../visibility';
import type { JobPage, JobRow } from './contract';

const PAGE_SIZE = 8;

type Row = {
  readonly [column: string]: unknown;
  readonly id: string;
  readonly kind: JobRow['kind'];
  readonly track: string | null;
  readonly description: string;
  readonly charged: string;
  readonly uncollected: string;
  readonly reversed: string;
  readonly requested: string;
  readonly reports: number;
  readonly free_requests: string;
  readonly as_of: string;
};

/** A person's charges, newest first; page 1 000 costs what page 1 costs. */
export async function jobs(
  db: Database,
  userId: number,
  cursor: string | undefined,
): Promise<JobPage> {
  const before = readCursor(cursor);
  const rows = await db.execute<Row>(sql`
    select c.id, c.kind, coalesce(c.track, u.track) as track, c.description, c.charged_utok::text as charged,
      c.uncollected_utok::text as uncollected, c.requested_utok::text as requested,
      coalesce((
        select sum(e.amount) from ${transfers} t join ${entries} e on e.transfer_id = t.id
        join ${accounts} a on a.id = e.account_id and a.user_id is not null
        where t.reverses_transfer_id = c.transfer_id), 0)::text as reversed,
      u.reports, coalesce(u.free_requests, 0)::text as free_requests,
      to_char(c.as_of at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as as_of
    from ${charges} c left join lateral (
      select max(u.track) as track, count(*)::int as reports, sum(u.free_requests) as free_requests
      from ${usageEvents} u where u.charge_id = c.id and u.is_counted) u on true
    where c.user_id = ${userId} and ${before === undefined ? sql`true` : sql`c.id < ${before}`}
      and ${isVisible(sql`c.user_id`, sql`c.as_of`)}
    order by c.id desc limit ${PAGE_SIZE + 1}`);
  const shown = rows.slice(0, PAGE_SIZE);
  const last = shown.at(-1);
  return {
    rows: shown.map(jobRow),
    nextCursor: rows.length > PAGE_SIZE && last ? last.id : undefined,
  };
}

function jobRow(row: Row): JobRow {
  const { id: chargeId, kind, track, description, as_of: asOf } = row;
  return {
    ...{ chargeId, kind, track, description, asOf },
    chargedUtok: safeInteger(BigInt(row.charged)),
    uncollectedUtok: safeInteger(BigInt(row.uncollected)),
    reversedUtok: safeInteger(BigInt(row.reversed)),
    free: freeOf(row),
  };
}

function freeOf({ requested, reports, free_requests: freeRequests }: Row): JobRow['free'] {
  if (requested !== '0' || reports === 0) return undefined;
  return freeRequests === '0' ? 'local' : 'free';
}

/** A cursor is the last shown charge; anything else, as a forged button has, means the first page. */
function readCursor(cursor: string | undefined): string | undefined {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(cursor ?? '') ? cursor : undefined;
}
