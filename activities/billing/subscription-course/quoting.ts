import { v7 } from 'uuid';
import type { quotes } from '../../../drizzle/schema';
import { termsHash } from '../../../drizzle/terms-hash';
import { canonicalTerms, type QuoteTerms } from '../../../src/domain/billing/pricing';
import type { LockedStanding } from './standings';

const HOUR_MS = 3_600_000;

/** The quote of a renewal that the wallet pays, frozen at the try from the version that was sold (TP-9). */
export function renewalQuote(
  { row, terms, asOf, settings }: LockedStanding,
  renewal: { readonly feeUtok: number; readonly consumedBy: string },
): typeof quotes.$inferInsert {
  const { version } = terms;
  const quoted: QuoteTerms = {
    userId: row.userId,
    tariffVersionId: version.id,
    ...{ listAmountMinor: 0, discountMinor: 0, payAmountMinor: 0, creditMinor: 0 },
    ...{ currency: 'RUB', exponent: 2, utokPerMinor: null },
    ...{ tokensUtok: 0, bonusUtok: 0, bonusDays: 0, promoCodeId: null },
    feeUtok: renewal.feeUtok,
    periodUnit: version.periodUnit,
    periodCount: version.periodCount,
    purpose: 'renewal',
    subscriptionId: row.id,
  };
  return {
    ...quoted,
    id: v7(),
    termsHash: termsHash(canonicalTerms(quoted)),
    holdsUntil: new Date(asOf.getTime() + settings.quoteHoldHours * HOUR_MS),
    buttonUntil: asOf,
    consumedBy: renewal.consumedBy,
    asOf,
  };
}
