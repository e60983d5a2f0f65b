import { asc, desc, eq } from 'drizzle-orm';
import type { Database } from '../../../drizzle/client';
import { apiClients, costMultipliers, costRates, tariffs } from '../../../drizzle/schema';
import { plainDecimalText } from '../../domain/billing/cost';

/** What costs are multiplied by, as operators see it; instants ISO 8601. */
export interface MultiplierView {
  readonly track: string | null;
  readonly client: string | null;
  readonly tariff: string | null;
  readonly multiplier: string;
  readonly validFrom: string;
  readonly validUntil: string | null;
}

export interface CostRateView {
  readonly currency: string;
  readonly rubPerUnit: string;
  readonly validFrom: string;
}

export interface CostTermReads {
  /** The latest rows, newest first, thirty at most of each. */
  costTerms(): Promise<{
    readonly multipliers: readonly MultiplierView[];
    readonly rates: readonly CostRateView[];
  }>;
}

const SHOWN = 30;

export function createCostTermReads(db: Database): CostTermReads {
  return {
    costTerms: async () => {
      const rows = await db
        .select({ row: costMultipliers, client: apiClients.name, tariff: tariffs.slug })
        .from(costMultipliers)
        .leftJoin(apiClients, eq(apiClients.id, costMultipliers.clientId))
        .leftJoin(tariffs, eq(tariffs.id, costMultipliers.tariffId))
        .orderBy(desc(costMultipliers.validFrom), desc(costMultipliers.id))
        .limit(SHOWN);
      const rates = await db
        .select()
        .from(costRates)
        .orderBy(asc(costRates.currency), desc(costRates.validFrom))
        .limit(SHOWN);
      return {
        multipliers: rows.map(({ row, client, tariff }) => ({
          ...{ track: row.track, client, tariff },
          multiplier: plainDecimalText(row.multiplier),
          validFrom: row.validFrom.toISOString(),
          validUntil: row.validUntil?.toISOString() ?? null,
        })),
        rates: rates.map(({ currency, rubPerUnit, validFrom }) => ({
          currency,
          rubPerUnit: plainDecimalText(rubPerUnit),
          validFrom: validFrom.toISOString(),
        })),
      };
    },
  };
}
