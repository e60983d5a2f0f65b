import { and, asc, eq, gt, notInArray } from 'drizzle-orm';
import type { RunningPlan } from '../src/domain/billing/plan-change';
import type { Transaction } from './client';
import { subscriptionPeriods, subscriptions, tariffPrices, tariffVersions } from './schema';

/** Whose plan, of which product, and in which currency its price is asked. */
export interface PlanQuestion {
  readonly userId: number;
  readonly productCode: string;
  readonly currency: string;
  readonly asOf: Date;
}

/**
 * The plan a person has at an instant, with its periods that are not over then. Undefined without a live one that may
 * change its plan: a trial, a pause or an unpaid period has to end first.
 */
export async function runningPlan(
  db: Pick<Transaction, 'select'>,
  question: PlanQuestion,
): Promise<RunningPlan | undefined> {
  const [row] = await db
    .select({ live: subscriptions, version: tariffVersions, price: tariffPrices.amountMinor })
    .from(subscriptions)
    .innerJoin(tariffVersions, eq(tariffVersions.id, subscriptions.tariffVersionId))
    .leftJoin(
      tariffPrices,
      and(
        eq(tariffPrices.tariffVersionId, tariffVersions.id),
        eq(tariffPrices.currency, question.currency),
      ),
    )
    .where(
      and(
        eq(subscriptions.userId, question.userId),
        eq(subscriptions.productCode, question.productCode),
        notInArray(subscriptions.state, ['expired', 'ended', 'trialing', 'paused', 'past_due']),
      ),
    );
  if (row?.version.periodUnit == null || row.version.periodCount === null) return undefined;
  return {
    subscriptionId: row.live.id,
    tariffVersionId: row.live.tariffVersionId,
    periodUnit: row.version.periodUnit,
    periodCount: row.version.periodCount,
    priceMinor: row.price ?? undefined,
    periods: await openPeriods(db, row.live.id, question),
  };
}

async function openPeriods(
  db: Pick<Transaction, 'select'>,
  subscriptionId: string,
  { asOf, currency }: PlanQuestion,
): Promise<RunningPlan['periods']> {
  const rows = await db
    .select()
    .from(subscriptionPeriods)
    .where(
      and(
        eq(subscriptionPeriods.subscriptionId, subscriptionId),
        gt(subscriptionPeriods.endsAt, asOf),
      ),
    )
    .orderBy(asc(subscriptionPeriods.n));
  return rows.map((period) => ({
    n: period.n,
    startsMs: period.startsAt.getTime(),
    endsMs: period.endsAt.getTime(),
    valuedFromMs: (period.valuedFrom ?? period.startsAt).getTime(),
    // Money of another currency has no value in this one: no conversion is ever silent.
    valueMinor: period.valueCurrency === currency ? (period.valueMinor ?? 0) : 0,
    planTokensUtok: period.planTokensUtok,
  }));
}
