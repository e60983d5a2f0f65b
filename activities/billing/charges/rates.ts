import { and, desc, eq, lte } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { topupRates } from '../../../drizzle/schema';

/** Micro-tokens for a minor unit of a currency; undefined where it has no rate. */
export async function rateOf(
  tx: Transaction,
  { currency, asOf }: { currency: string; asOf: Date },
): Promise<number | undefined> {
  const [rate] = await tx
    .select({ utokPerMinor: topupRates.utokPerMinor })
    .from(topupRates)
    .where(and(eq(topupRates.currency, currency), lte(topupRates.validFrom, asOf)))
    .orderBy(desc(topupRates.validFrom))
    .limit(1);
  return rate?.utokPerMinor;
}
