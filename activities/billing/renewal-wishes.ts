import { v7 } from 'uuid';
import type { Transaction } from '../../drizzle/client';
import { consents, type invoices } from '../../drizzle/schema';
import { canRenewByMethod, canRenewByStars } from '../../src/domain/billing/renewal-wish';
import type { RenewalWish } from '../../workflows/billing/contract';
import type { OrderTariff } from './orders';

type RenewsBy = (typeof invoices.$inferSelect)['renewsBy'];

/** Who renews what an order buys: as its buyer wishes, where the order and the provider allow that; else nobody. */
export function renewsBy(
  { quote, version, tariff }: OrderTariff,
  { renewal, provider }: { readonly renewal?: RenewalWish; readonly provider: string },
): RenewsBy {
  const order = { ...quote, tariffKind: tariff.kind, isRenewable: version.renewable };
  switch (renewal?.by) {
    case 'saved_method':
      return canRenewByMethod(order) ? 'saved_method' : 'none';
    case 'stars':
      return provider === 'stars' && canRenewByStars(order) ? 'stars' : 'none';
    case undefined:
      return 'none';
  }
}

/** Writes down what a buyer agreed to when they ordered; undefined where nothing of the kind was wished. */
export async function writeConsent(
  tx: Transaction,
  userId: number,
  given: { readonly renewal?: RenewalWish; readonly renewsBy: RenewsBy; readonly asOf: Date },
): Promise<string | undefined> {
  const { renewal, asOf: givenAt } = given;
  if (renewal?.by !== 'saved_method' || given.renewsBy !== 'saved_method') return undefined;
  const { textVersion, textHash } = renewal;
  const id = v7();
  await tx.insert(consents).values({ id, userId, kind: 'autopay', textVersion, textHash, givenAt });
  return id;
}
