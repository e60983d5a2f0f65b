import { and, eq, sql } from 'drizzle-orm';
import { runningPlan } from '../../drizzle/running-plan';
import type { Transaction } from '../../drizzle/client';
import {
  subscriptionPeriods,
  subscriptions,
  tariffPrices,
  tariffVersions,
} from '../../drizzle/schema';
import type { SubscriptionChange } from '../../src/domain/billing/payment';
import {
  judgeChange,
  valueAfter,
  type ChangeJudgement,
} from '../../src/domain/billing/plan-change';
import { assert } from '../../src/domain/assert';
import { writeAudit } from '../audit';
import { lockWallet } from './ledger';
import type { OrderTariff, Quote } from './orders';

export type StandingUpgrade = Extract<ChangeJudgement, { kind: 'upgrade' }>;

/**
 * The upgrade that a quote promised, if the plan it was computed for is still the one that runs: recomputed from the
 * rows as of the quote, it must give the very same figures. Undefined when something changed in between: another upgrade, a new
 * period, an end. The wallet's row is locked, so two payments of one person take turns.
 */
export async function standingUpgrade(
  tx: Transaction,
  terms: OrderTariff,
  asOf: Date,
): Promise<StandingUpgrade | undefined> {
  const { quote, version, tariff } = terms;
  await lockWallet(tx, quote.userId);
  const running = await runningPlan(tx, {
    userId: quote.userId,
    productCode: tariff.productCode,
    currency: quote.currency,
    asOf: quote.asOf,
  });
  if (running?.subscriptionId !== quote.subscriptionId || !running) return undefined;
  const priceMinor = await priceOf(tx, quote);
  const judged = judgeChange(
    running,
    { ...version, tariffVersionId: version.id, priceMinor },
    quote.asOf.getTime(),
  );
  if (judged.kind !== 'upgrade') return undefined;
  const isOver = running.periods.some(({ endsMs }) => endsMs <= asOf.getTime());
  const { listMinor, tokensUtok } = judged.change;
  const isSame = listMinor === quote.listAmountMinor && tokensUtok === quote.tokensUtok;
  return isSame && !isOver ? judged : undefined;
}

/** False when an order was quoted for a plan that does not run any more: its money cannot buy what it was meant for. */
export async function isStillPossible(
  tx: Transaction,
  terms: OrderTariff,
  asOf: Date,
): Promise<boolean> {
  if (terms.quote.purpose !== 'upgrade') return true;
  return (await standingUpgrade(tx, terms, asOf)) !== undefined;
}

async function priceOf(tx: Transaction, quote: Quote): Promise<number | undefined> {
  const [row] = await tx
    .select({ minor: tariffPrices.amountMinor })
    .from(tariffPrices)
    .where(
      and(
        eq(tariffPrices.tariffVersionId, quote.tariffVersionId),
        eq(tariffPrices.currency, quote.currency),
      ),
    );
  return row?.minor;
}

/** Puts the new plan in force for every period that is not over: terms change, the ends stay (SB-18). */
export async function changePlan(
  tx: Transaction,
  { quote }: OrderTariff,
  { upgrade, asOf }: { upgrade: StandingUpgrade; asOf: Date },
): Promise<{ change: SubscriptionChange; endsAt: Date }> {
  const { subscriptionId } = upgrade.change;
  const [live] = await tx
    .update(subscriptions)
    .set({ tariffVersionId: quote.tariffVersionId, nextTariffVersionId: null })
    .where(eq(subscriptions.id, subscriptionId))
    .returning();
  assert(live, `subscription ${subscriptionId} runs`);
  const paid = {
    listMinor: quote.listAmountMinor,
    creditMinor: quote.creditMinor,
    payMinor: quote.payAmountMinor,
  };
  const planTokensUtok = await tokensOf(tx, quote.tariffVersionId);
  for (const share of upgrade.shares) {
    await tx
      .update(subscriptionPeriods)
      .set({
        valueMinor: valueAfter(share, paid),
        valueCurrency: quote.currency,
        valuedFrom: new Date(share.fromMs),
        // A plan with fewer tokens takes none away, so a later one with more gives none of them twice.
        planTokensUtok: sql`greatest(${subscriptionPeriods.planTokensUtok}, ${planTokensUtok})`,
      })
      .where(
        and(
          eq(subscriptionPeriods.subscriptionId, subscriptionId),
          eq(subscriptionPeriods.n, share.n),
        ),
      );
  }
  await writeAudit(tx, {
    action: 'subscription.edited',
    entity: 'subscription',
    entityId: subscriptionId,
    actor: { kind: 'user', id: String(quote.userId) },
    after: { tariffVersionId: quote.tariffVersionId, kind: 'upgrade', periodN: live.periodN },
    asOf,
  });
  return { change: { subscriptionId, change: 'extended' }, endsAt: live.periodEnd };
}

async function tokensOf(tx: Transaction, tariffVersionId: string): Promise<number> {
  const [row] = await tx
    .select({ tokensUtok: tariffVersions.tokensUtok })
    .from(tariffVersions)
    .where(eq(tariffVersions.id, tariffVersionId));
  return row?.tokensUtok ?? 0;
}
