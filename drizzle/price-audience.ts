import { and, eq, exists, inArray, lt, not, notInArray, sql, type SQL } from 'drizzle-orm';
import type { Transaction } from './client';
import { priceOffers, subscriptions, tariffVersions } from './schema';

/** A version of a tariff that is to be offered to those who have an older one. */
export interface OfferedVersion {
  readonly tariffId: string;
  readonly tariffVersionId: string;
  readonly version: number;
}

/**
 * Subscriptions whose next period would be one of an older version: those that were never offered this one, and that it
 * can reach. Who does not renew has nothing to agree to, and Telegram charges the price of the first day for ever.
 */
export function priceAudience(offered: OfferedVersion): SQL | undefined {
  return and(hasOlder(offered), renews(), isOurs(), not(wasOffered(offered)));
}

/** The version of the plan that the next period would be of; joined as `tariff_versions`. */
export const nextVersionOf = sql`coalesce(${subscriptions.nextTariffVersionId}, ${subscriptions.tariffVersionId})`;

function hasOlder({ tariffId, version }: OfferedVersion): SQL | undefined {
  return and(
    eq(tariffVersions.tariffId, tariffId),
    lt(tariffVersions.version, version),
    notInArray(subscriptions.state, ['expired', 'ended']),
  );
}

function renews(): SQL {
  return sql`(${subscriptions.autoRenew} and not ${subscriptions.cancelAtEnd} and ${subscriptions.driver} <> 'none')`;
}

function isOurs(): SQL {
  return inArray(subscriptions.driver, ['wallet', 'saved_method']);
}

function wasOffered({ tariffVersionId }: OfferedVersion): SQL {
  return exists(sql`(
    select from ${priceOffers} o
    where o.subscription_id = ${subscriptions.id} and o.tariff_version_id = ${tariffVersionId})`);
}

/** How many live subscriptions of older versions there are, by what an offer would mean to them. */
export interface AudienceCount {
  /** They would be written to. */
  readonly touched: number;
  /** They were offered this version before. */
  readonly offered: number;
  /** Telegram renews them at its own price. */
  readonly byTelegram: number;
  /** They end, or nobody renews them. */
  readonly ending: number;
}

export async function countPriceAudience(
  db: Pick<Transaction, 'select'>,
  offered: OfferedVersion,
): Promise<AudienceCount> {
  const of = (condition: SQL | undefined) =>
    sql<number>`count(*) filter (where ${condition})`.mapWith(Number);
  const asked = wasOffered(offered);
  const [row] = await db
    .select({
      touched: of(and(renews(), isOurs(), not(asked))),
      offered: of(asked),
      byTelegram: of(and(renews(), eq(subscriptions.driver, 'stars'))),
      ending: of(and(not(renews()), not(asked))),
    })
    .from(subscriptions)
    .innerJoin(tariffVersions, eq(tariffVersions.id, nextVersionOf))
    .where(hasOlder(offered));
  return row ?? { touched: 0, offered: 0, byTelegram: 0, ending: 0 };
}
