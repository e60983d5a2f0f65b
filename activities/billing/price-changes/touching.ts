import { and, asc, eq, gt } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { nextVersionOf, priceAudience, type OfferedVersion } from '../../../drizzle/price-audience';
import { subscriptions, tariffVersions, users } from '../../../drizzle/schema';
import type { PricesShown } from '../../../src/domain/billing/price-change';
import { periodPrice } from '../next-plans/prices';
import { currenciesOf, versionTerms, type VersionedTerms } from '../subscription-course/terms';
import type { Subscription } from '../timelines';

/** A subscriber of an older version, with the instant their own clock shows. */
export interface Touched {
  readonly row: Subscription;
  readonly fromVersionId: string;
  readonly asOf: Date;
}

/** The next of those to whom a version is to be offered, in the order of their ids. */
export async function nextTouched(
  tx: Transaction,
  offered: OfferedVersion,
  page: { readonly after: string | null; readonly limit: number; readonly asOf: Date },
): Promise<readonly Touched[]> {
  const { after, limit, asOf } = page;
  const rows = await tx
    .select({ row: subscriptions, from: tariffVersions.id, clockOffsetMs: users.clockOffsetMs })
    .from(subscriptions)
    .innerJoin(tariffVersions, eq(tariffVersions.id, nextVersionOf))
    .innerJoin(users, eq(users.id, subscriptions.userId))
    .where(and(priceAudience(offered), after === null ? undefined : gt(subscriptions.id, after)))
    .orderBy(asc(subscriptions.id))
    .limit(limit);
  return rows.map(({ row, from, clockOffsetMs }) => ({
    ...{ row, fromVersionId: from },
    asOf: new Date(asOf.getTime() + clockOffsetMs),
  }));
}

/**
 * Reads what each of a page pays now and would pay then. Versions are few and people are many, so each version is read
 * once; the answer is undefined where somebody's payer could not pay the new price.
 */
export async function priceReader(
  tx: Transaction,
  people: readonly Touched[],
): Promise<(one: Touched, tariffVersionId: string) => Promise<PricesShown | undefined>> {
  const versions = new Map<string, Promise<VersionedTerms>>();
  const termsOf = (id: string, asOf: Date) => {
    const known = versions.get(id) ?? versionTerms(tx, id, asOf);
    versions.set(id, known);
    return known;
  };
  const currencies = await currenciesOf(
    tx,
    people.map(({ row }) => row.id),
  );
  return async ({ row, fromVersionId, asOf }, tariffVersionId) => {
    const paidIn = currencies.get(row.id);
    const was = periodPrice({ ...(await termsOf(fromVersionId, asOf)), paidIn }, row);
    const becomes = periodPrice({ ...(await termsOf(tariffVersionId, asOf)), paidIn }, row);
    return was && becomes && { was, becomes };
  };
}
