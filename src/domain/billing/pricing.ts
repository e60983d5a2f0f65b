import { exponentOf, type Money } from '../money';
import { convertMinor } from '../tokens';

export type PeriodUnit = 'hour' | 'day' | 'week' | 'month' | 'year';
export type TariffKind = 'pack' | 'subscription' | 'mixed' | 'topup' | 'trial';

/** The numbered terms of a tariff, as far as a price depends on them. */
export interface VersionTerms {
  readonly tariffVersionId: string;
  readonly kind: TariffKind;
  readonly tokensUtok: number;
  readonly feeUtok: number;
  readonly periodUnit: PeriodUnit | null;
  readonly periodCount: number | null;
  readonly minAmountMinor: number | null;
  readonly maxAmountMinor: number | null;
  /** The price row of the asked currency; undefined when the tariff is not sold in it. */
  readonly priceMinor: number | undefined;
  /** Micro-tokens per minor unit of the asked currency; undefined when it has no rate. */
  readonly utokPerMinor: number | undefined;
}

export interface PriceRequest {
  readonly userId: number;
  readonly currency: string;
  /** Minor units a person wants to top up; only for tariffs of kind `topup`. */
  readonly amountMinor?: number;
}

/** Everything an order promises. Two orders with equal terms are the same order. */
export interface QuoteTerms {
  readonly userId: number;
  readonly tariffVersionId: string;
  readonly listAmountMinor: number;
  readonly discountMinor: number;
  readonly payAmountMinor: number;
  readonly currency: string;
  readonly exponent: number;
  readonly tokensUtok: number;
  readonly bonusUtok: number;
  readonly feeUtok: number;
  readonly utokPerMinor: number | null;
  readonly periodUnit: PeriodUnit | null;
  readonly periodCount: number | null;
}

export type PriceRefusal =
  | { readonly reason: 'currency_not_sold' }
  | { readonly reason: 'amount_missing' }
  | { readonly reason: 'below_minimum'; readonly minimum: Money }
  | { readonly reason: 'above_maximum'; readonly maximum: Money };

export type Price =
  | { readonly kind: 'priced'; readonly terms: QuoteTerms }
  | ({ readonly kind: 'refused' } & PriceRefusal);

/** Greatest top-up where a tariff names none: 100 000 of the major unit (TP-4). */
const DEFAULT_MAXIMUM_MAJOR = 100_000;

/**
 * The only pricing function (TP-7): what this version costs this person in this currency, and what it gives.
 * Pure; the caller freezes the answer in a quote row.
 */
export function priceOrder(version: VersionTerms, request: PriceRequest): Price {
  const exponent = exponentOf(request.currency);
  if (exponent === undefined) return { kind: 'refused', reason: 'currency_not_sold' };
  return version.kind === 'topup'
    ? priceTopup(version, { ...request, exponent })
    : priceProduct(version, { ...request, exponent });
}

type ExactRequest = PriceRequest & { readonly exponent: number };

function priceTopup(version: VersionTerms, request: ExactRequest): Price {
  const { amountMinor, currency, exponent } = request;
  if (version.utokPerMinor === undefined) return { kind: 'refused', reason: 'currency_not_sold' };
  if (amountMinor === undefined) return { kind: 'refused', reason: 'amount_missing' };
  const minimum = version.minAmountMinor ?? 1;
  if (amountMinor < minimum) {
    return {
      kind: 'refused',
      reason: 'below_minimum',
      minimum: { minor: minimum, currency, exponent },
    };
  }
  const maximum = version.maxAmountMinor ?? DEFAULT_MAXIMUM_MAJOR * 10 ** exponent;
  if (amountMinor > maximum) {
    return {
      kind: 'refused',
      reason: 'above_maximum',
      maximum: { minor: maximum, currency, exponent },
    };
  }
  const tokensUtok = convertMinor(amountMinor, version.utokPerMinor);
  return { kind: 'priced', terms: terms(version, request, { listMinor: amountMinor, tokensUtok }) };
}

function priceProduct(version: VersionTerms, request: ExactRequest): Price {
  if (version.priceMinor === undefined) return { kind: 'refused', reason: 'currency_not_sold' };
  const { priceMinor: listMinor, tokensUtok } = version;
  return { kind: 'priced', terms: terms(version, request, { listMinor, tokensUtok }) };
}

function terms(
  version: VersionTerms,
  request: ExactRequest,
  amounts: { listMinor: number; tokensUtok: number },
): QuoteTerms {
  return {
    userId: request.userId,
    tariffVersionId: version.tariffVersionId,
    listAmountMinor: amounts.listMinor,
    discountMinor: 0,
    payAmountMinor: amounts.listMinor,
    currency: request.currency,
    exponent: request.exponent,
    tokensUtok: amounts.tokensUtok,
    bonusUtok: 0,
    feeUtok: version.feeUtok,
    utokPerMinor: version.utokPerMinor ?? null,
    periodUnit: version.periodUnit,
    periodCount: version.periodCount,
  };
}

/** The text whose SHA-256 is the terms hash: a fixed list of members, so that equal orders hash equally (TP-7). */
export function canonicalTerms(terms: QuoteTerms): string {
  return JSON.stringify([
    terms.userId,
    terms.tariffVersionId,
    terms.listAmountMinor,
    terms.discountMinor,
    terms.payAmountMinor,
    terms.currency,
    terms.exponent,
    terms.tokensUtok,
    terms.bonusUtok,
    terms.feeUtok,
    terms.utokPerMinor,
    terms.periodUnit,
    terms.periodCount,
  ]);
}

/**
 * Reads an amount a person typed: `250`, `250.50`, `250,50`, spaces between thousands (TP-6).
 * Returns minor units, or undefined for anything else, including more decimals than the currency has.
 */
export function parseTypedAmount(text: string, exponent: number): number | undefined {
  const compact = text.trim().replace(/[\u0020\u00a0\u202f](?=\d{3}(?:\D|$))/g, '');
  const match = /^(\d{1,9})(?:[.,](\d{1,9}))?$/.exec(compact);
  if (!match || (match[2]?.length ?? 0) > exponent) return undefined;
  return Number((match[1] ?? '') + (match[2] ?? '').padEnd(exponent, '0'));
}
