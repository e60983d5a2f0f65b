import { sql } from 'drizzle-orm';
import type { Database } from '../../drizzle/client';
import type { LotOrigin } from '../../drizzle/schema';
import { accounts, entries, lots, transfers } from '../../drizzle/schema';
import { assert, safeInteger } from '../domain/assert';
import type { WalletView } from './billing';
import { subscriptionQuery, toSubscription, type SubscriptionRow } from './subscriptions';

type WalletRow = {
  readonly [column: string]: unknown;
  readonly balance_utok: string | number;
  readonly held_utok: string | number;
  readonly spent_utok: string | number;
  readonly lapsed_utok: string | number;
  readonly lots: readonly {
    readonly origin: LotOrigin;
    readonly utok: number;
    readonly heldUtok: number;
    readonly expiresAt: string | null;
  }[];
  readonly subscription: SubscriptionRow | null;
};

/** Kinds of tokens one screen has room for. */
const SHOWN_LOTS = 12;

/** Reads the wallet's one row and a few neighbours by index; the history is never loaded (DM-7). */
export async function wallet(db: Database, userId: number, asOf: Date): Promise<WalletView> {
  const rows = await db.execute<WalletRow>(walletQuery(userId, asOf));
  const row = rows[0];
  assert(row, 'a query without a table always gives one row');
  return {
    balanceUtok: safeInteger(BigInt(row.balance_utok) - BigInt(row.lapsed_utok)),
    heldUtok: safeInteger(BigInt(row.held_utok)),
    subscription: row.subscription ? toSubscription(row.subscription) : undefined,
    lots: row.lots.map(({ origin, utok, heldUtok, expiresAt }) => ({
      origin,
      utok: safeInteger(utok),
      heldUtok: safeInteger(heldUtok),
      expiresAt: expiresAt === null ? undefined : isoOf(expiresAt),
    })),
    spentLastWeekUtok: safeInteger(BigInt(row.spent_utok)),
  };
}

function walletQuery(userId: number, asOf: Date) {
  const at = sql`${asOf.toISOString()}::timestamptz`;
  return sql`
    with wallet as (
      select id, balance, held from ${accounts} where code = ${`wallet:${userId}:TOK`}
    )
    select
      coalesce((select balance from wallet), 0) as balance_utok,
      coalesce((select held from wallet), 0) as held_utok,
      (select coalesce(-sum(e.amount), 0)
       from wallet w
       join ${entries} e on e.account_id = w.id
       join ${transfers} t on t.id = e.transfer_id
       where t.user_id = ${userId} and t.kind in ('spend', 'hold_capture')
         and t.as_of > ${at} - interval '7 days' and t.as_of <= ${at}) as spent_utok,
      coalesce((select sum(l.remaining_utok - l.held_utok)
        from wallet w join ${lots} l on l.account_id = w.id
        where l.remaining_utok > l.held_utok and l.expires_at <= ${at}), 0) as lapsed_utok,
      coalesce((
        select json_agg(json_build_object(
          'origin', kin.origin, 'utok', kin.utok, 'heldUtok', kin.held, 'expiresAt', kin.expires_at))
        from (
          select l.origin, l.expires_at, sum(l.held_utok) as held,
            sum(case when l.expires_at <= ${at} then l.held_utok else l.remaining_utok end) as utok
          from wallet w join ${lots} l on l.account_id = w.id
          where l.remaining_utok > 0 and (l.held_utok > 0 or l.expires_at is null or l.expires_at > ${at})
          group by l.origin, l.expires_at
          order by min(l.priority), l.expires_at nulls last, min(l.recorded_at)
          limit ${SHOWN_LOTS}
        ) kin), '[]') as lots,
      (${subscriptionQuery(userId)}) as subscription`;
}

/** JSON made by PostgreSQL writes `+00:00`; instants travel as JavaScript writes them. */
function isoOf(instant: string): string {
  return new Date(instant).toISOString();
}
