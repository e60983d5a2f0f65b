import type { MoveFact } from '../../domain/billing/explain';
import type { Locale } from '../../domain/messages';
import { UTOK_PER_TOKEN } from '../../domain/tokens';
import { amountText } from '../display';

/** Places of a unit price beyond those of its currency: tokens are often worth less than a minor unit. */
const FINER_PLACES = 4;

/** What one token of a lot cost, as money with up to four more places than money has; undefined for a free lot. */
export function unitPriceText(move: MoveFact, locale: Locale): string | undefined {
  const { paidMinor, paidForUtok, currency, exponent } = move;
  if (paidMinor === null || paidForUtok === null || currency === null || exponent === null) {
    return undefined;
  }
  const scaled = BigInt(paidMinor) * BigInt(UTOK_PER_TOKEN) * 10n ** BigInt(FINER_PLACES);
  const forUtok = BigInt(paidForUtok);
  const minor = Number((scaled * 2n + forUtok) / (forUtok * 2n));
  return amountText({ minor, currency, exponent: exponent + FINER_PLACES }, locale);
}
