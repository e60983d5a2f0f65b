import { desc, eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Transaction } from '../../../drizzle/client';
import { tariffPrices, tariffs, tariffVersions } from '../../../drizzle/schema';
import { assert } from '../../../src/domain/assert';
import type { ActionParams } from '../../../src/domain/billing/operations';
import {
  changeTerms,
  problemOfTerms,
  type TariffTerms,
} from '../../../src/domain/billing/tariff-terms';
import { money } from '../../../src/domain/money';
import { defineOperation } from './definition';

const AMOUNT = z.int().min(0);

const PARAMS = z.strictObject({
  tariffId: z.uuid(),
  changes: z
    .strictObject({
      tokensUtok: AMOUNT.optional(),
      feeUtok: AMOUNT.optional(),
      periodUnit: z.enum(['hour', 'day', 'week', 'month', 'year']).optional(),
      periodCount: z.int().min(1).optional(),
      minAmountMinor: AMOUNT.optional(),
      maxAmountMinor: AMOUNT.optional(),
      prices: z.record(z.string().regex(/^[A-Z]{3,5}$/), AMOUNT).optional(),
    })
    .refine((changes) => Object.values(changes).some((value) => value !== undefined), {
      message: 'name at least one change',
    }),
});

/**
 * Sells a tariff at other terms from now on: the next version, never an edit (TP-1). Quotes, orders and subscriptions
 * keep the version they were made of, which is why the older one is not withdrawn.
 */
export const createTariffVersion = defineOperation<ActionParams['create_tariff_version']>({
  roles: ['admin'],
  params: PARAMS,
  run: async (tx, { params, asOf }) => {
    const latest = await lockLatest(tx, params.tariffId);
    if (!latest) return { kind: 'refused', reason: 'unknown_tariff' };
    const { tariff, version, terms: before } = latest;
    const terms = changeTerms(before, params.changes);
    const problem = problemOfTerms(tariff.kind, terms);
    if (problem !== undefined) {
      return { kind: 'refused', reason: 'terms_do_not_fit', detail: problem };
    }
    await insertNext(tx, { latest: version, terms, asOf });
    return {
      kind: 'done',
      result: { slug: tariff.slug, version: version.version + 1 },
      audit: {
        action: 'tariff.version_created',
        entity: 'tariff',
        entityId: tariff.id,
        before: { version: version.version, ...before },
        after: { version: version.version + 1, ...terms },
      },
    };
  },
});

/** The tariff's row is the lock: two operators at once make two versions, the second from the first one's terms. */
async function lockLatest(tx: Transaction, tariffId: string) {
  const [tariff] = await tx.select().from(tariffs).where(eq(tariffs.id, tariffId)).for('update');
  if (!tariff) return undefined;
  const [version] = await tx
    .select()
    .from(tariffVersions)
    .where(eq(tariffVersions.tariffId, tariffId))
    .orderBy(desc(tariffVersions.version))
    .limit(1);
  assert(version, `tariff ${tariff.slug} has a version`);
  const prices = await tx
    .select({ currency: tariffPrices.currency, amountMinor: tariffPrices.amountMinor })
    .from(tariffPrices)
    .where(eq(tariffPrices.tariffVersionId, version.id));
  return { tariff, version, terms: termsOf(version, prices) };
}

function termsOf(
  version: typeof tariffVersions.$inferSelect,
  prices: readonly { readonly currency: string; readonly amountMinor: number }[],
): TariffTerms {
  const { tokensUtok, feeUtok, periodUnit, periodCount, minAmountMinor, maxAmountMinor } = version;
  return {
    ...{ tokensUtok, feeUtok, periodUnit, periodCount, minAmountMinor, maxAmountMinor },
    prices: Object.fromEntries(prices.map(({ currency, amountMinor }) => [currency, amountMinor])),
  };
}

/** Names, texts and whatever else is not named in the terms come along unchanged. */
async function insertNext(
  tx: Transaction,
  next: { latest: typeof tariffVersions.$inferSelect; terms: TariffTerms; asOf: Date },
): Promise<void> {
  const { tariffId, nameI18n, descriptionI18n, tokenTtlDays, version } = next.latest;
  const { renewable, grantsPerPeriodUtok } = next.latest;
  const { prices, ...terms } = next.terms;
  const [row] = await tx
    .insert(tariffVersions)
    .values({
      ...{ tariffId, nameI18n, descriptionI18n, tokenTtlDays, renewable, grantsPerPeriodUtok },
      ...terms,
      version: version + 1,
      validFrom: next.asOf,
      validUntil: null,
    })
    .returning({ id: tariffVersions.id });
  assert(row, 'an insert returns its row');
  await insertPrices(tx, row.id, prices);
}

async function insertPrices(
  tx: Transaction,
  tariffVersionId: string,
  prices: TariffTerms['prices'],
): Promise<void> {
  const rows = Object.entries(prices).map(([currency, amountMinor]) => {
    const { exponent } = money(amountMinor, currency);
    return { tariffVersionId, currency, exponent, amountMinor };
  });
  if (rows.length > 0) await tx.insert(tariffPrices).values(rows);
}
