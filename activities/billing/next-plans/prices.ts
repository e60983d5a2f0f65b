import type { PeriodPrice } from '../../../src/domain/billing/price-change';
import { priceOf, type RenewalTerms } from '../subscription-course/terms';
import type { Subscription } from '../timelines';

/** What a period of these terms takes from its payer and gives; undefined where nothing can be taken. */
export function periodPrice(
  terms: RenewalTerms,
  row: Pick<Subscription, 'driver'>,
): PeriodPrice | undefined {
  const price = priceOf(terms, row);
  if (!price || !terms.period) return undefined;
  const { unit: periodUnit, count: periodCount } = terms.period;
  const { tokensUtok, grantsPerPeriodUtok } = terms.version;
  // The fee buys the time; the tokens of the plan are part of its price in money.
  const boughtUtok = price.kind === 'money' ? tokensUtok : 0;
  return { price, periodUnit, periodCount, tokensUtok: boughtUtok + grantsPerPeriodUtok };
}
