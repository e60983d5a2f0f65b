import { eq } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { gifts } from '../../../drizzle/schema';
import type { PlanParams } from '../../../src/domain/messages';
import { loadTerms } from '../orders';

export type Gift = typeof gifts.$inferSelect;

/** The gift's row, locked until the transaction ends. */
export async function lockGift(tx: Transaction, giftId: string): Promise<Gift | undefined> {
  const [gift] = await tx.select().from(gifts).where(eq(gifts.id, giftId)).for('update');
  return gift;
}

/** What every message about a gift names. */
export async function giftParams(
  tx: Transaction,
  { quoteId }: Pick<Gift, 'quoteId'>,
): Promise<PlanParams> {
  const terms = await loadTerms(tx, quoteId);
  const { ru: planRu = '', en: planEn = '' } = terms?.version.nameI18n ?? {};
  return { planRu, planEn };
}
