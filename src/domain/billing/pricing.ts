import { assert } from '../assert';
import { exponentOf, type Money } from '../money';
import { convertMinor } from '../tokens';
import { bonusDaysOf, bonusUtokOf, discountMinor, type PromoEffect } from './promo';
import { topupLimits } from './topup-limits';

export type PeriodUnit = 'hour' | 'day' | 'week' | 'month' | 'year';
export type QuotePurpose = 'purchase' | 'topup' | 'renewal' | 'upgrade' | 'gift' | 'trial';
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
  /** Whether it may go on by itself; not when absent. */
  readonly renewable?: boolean;
}

export interface PriceRequest {
  readonly userId: number;
  readonly currency: string;
  /** Minor units a person wants to top up; only for tariffs of kind `topup`. */
  readonly amountMinor?: number;
  /** Why it is bought; by the tariff's kind when absent. */
  readonly purpose?: QuotePurpose;
  /** A code already judged to fit this order. */
  readonly promo?: PromoEffect | undefined;
  /** The running subscription an upgrade or a renewal is about, and its share of the price (SB-18). */
  readonly change?: PlanChange | undefined;
}

/** What remains to be paid and given when a running period changes its plan; see `plan-change.ts` for the shares. */
export interface PlanChange {
  readonly subscriptionId: string;
  /** Price of the new plan for the time that is left. */
  readonly listMinor: number;
  /** Unused value of the old plan. */
  readonly creditMinor: number;
  /** Tokens due for the difference only. */
  readonly tokensUtok: number;
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
  readonly purpose: QuotePurpose;
  readonly promoCodeId: string | null;
  readonly bonusDays: number;
  readonly creditMinor: number;
  readonly subscriptionId: string | null;
}

export type PriceRefusal =
  | { readonly reason: 'currency_not_sold' }
  | { readonly reason: 'amount_missing' }
  /** The balance cannot pay a period of it. */
  | { readonly reason: 'not_renewable' }
  | { readonly reason: 'below_minimum'; readonly minimum: Money }
  | { readonly reason: 'above_maximum'; readonly maximum: Money };

export type Price =
  | { readonly kind: 'priced'; readonly terms: QuoteTerms }
  | ({ readonly kind: 'refused' } & PriceRefusal);

/**
 * The only pricing function (TP-7): what this version costs this person in this currency, and what it gives.
 * Pure; the caller freezes the answer in a quote row.
 */
export function priceOrder(version: VersionTerms, request: PriceRequest): Price {
  const exponent = exponentOf(request.currency);
  if (exponent === undefined) return { kind: 'refused', reason: 'currency_not_sold' };
  // Money renews a subscription that runs; a renewal of none begins one from the balance.
  if (request.purpose === 'renewal' && !request.change) {
    return priceFromBalance(version, { ...request, exponent });
  }
  return version.kind === 'topup'
    ? priceTopup(version, { ...request, exponent })
    : priceProduct(version, { ...request, exponent });
}

type ExactRequest = PriceRequest & { readonly exponent: number };

function priceTopup(version: VersionTerms, request: ExactRequest): Price {
  const { amountMinor, currency } = request;
  if (version.utokPerMinor === undefined) return { kind: 'refused', reason: 'currency_not_sold' };
  if (amountMinor === undefined) return { kind: 'refused', reason: 'amount_missing' };
  const { utokPerMinor } = version;
  const limits = topupLimits(version, { currency, utokPerMinor });
  assert(limits, `${currency} has an exponent`);
  const { minimum, maximum } = limits;
  if (amountMinor < minimum.minor) return { kind: 'refused', reason: 'below_minimum', minimum };
  if (amountMinor > maximum.minor) return { kind: 'refused', reason: 'above_maximum', maximum };
  const tokensUtok = convertMinor(amountMinor, version.utokPerMinor);
  return { kind: 'priced', terms: terms(version, request, { listMinor: amountMinor, tokensUtok }) };
}

function priceProduct(version: VersionTerms, request: ExactRequest): Price {
  if (version.priceMinor === undefined) return { kind: 'refused', reason: 'currency_not_sold' };
  const listMinor = request.change?.listMinor ?? version.priceMinor;
  const tokensUtok = request.change?.tokensUtok ?? version.tokensUtok;
  return { kind: 'priced', terms: terms(version, request, { listMinor, tokensUtok }) };
}

/** A period that the balance pays: no money, and the tokens that were bought already for a fee (15.1). */
function priceFromBalance(version: VersionTerms, request: ExactRequest): Price {
  // The fee of a plan without one of its own is its price in roubles, whatever money its owner thinks in.
  if (request.currency !== 'RUB') return { kind: 'refused', reason: 'currency_not_sold' };
  const feeUtok = walletFeeUtok(version);
  if (feeUtok === undefined) return { kind: 'refused', reason: 'not_renewable' };
  const plain = { ...request, promo: undefined, change: undefined };
  const priced = { ...version, feeUtok, utokPerMinor: undefined };
  return { kind: 'priced', terms: terms(priced, plain, { listMinor: 0, tokensUtok: 0 }) };
}

/**
 * What a wallet pays for a period, in micro-tokens: the plan's own fee, else its price in roubles at the top-up rate.
 * Undefined for a plan the wallet cannot pay: one that sells tokens, a trial, one without a price.
 */
export function walletFeeUtok(version: WalletPriced): number | undefined {
  const { feeUtok, kind, priceMinor, utokPerMinor, periodUnit } = version;
  if (version.renewable !== true || periodUnit === null) return undefined;
  if (feeUtok > 0) return feeUtok;
  const isPriced = priceMinor !== undefined && utokPerMinor !== undefined;
  return kind === 'subscription' && isPriced ? convertMinor(priceMinor, utokPerMinor) : undefined;
}

/** Price and rate are those of the rouble. */
export type WalletPriced = Pick<
  VersionTerms,
  'feeUtok' | 'kind' | 'priceMinor' | 'utokPerMinor' | 'periodUnit' | 'renewable'
>;

/** List amount, less the credit of a running period, less the code, but never below the minimum payable (TP-10). */
function terms(
  version: VersionTerms,
  request: ExactRequest,
  amounts: { listMinor: number; tokensUtok: number },
): QuoteTerms {
  const { promo, change, currency, exponent } = request;
  const creditMinor = creditOf(amounts.listMinor, change?.creditMinor ?? 0, exponent);
  const dueMinor = amounts.listMinor - creditMinor;
  const leastMinor = Math.min(dueMinor, minimumPayable(exponent));
  const discounted = dueMinor - (promo ? discountMinor(promo, dueMinor) : 0);
  const payAmountMinor = Math.max(discounted, leastMinor);
  return {
    userId: request.userId,
    tariffVersionId: version.tariffVersionId,
    listAmountMinor: amounts.listMinor,
    discountMinor: dueMinor - payAmountMinor,
    payAmountMinor,
    currency,
    exponent,
    tokensUtok: amounts.tokensUtok,
    bonusUtok: promo ? bonusUtokOf(promo) : 0,
    feeUtok: version.feeUtok,
    utokPerMinor: version.utokPerMinor ?? null,
    periodUnit: version.periodUnit,
    periodCount: version.periodCount,
    purpose: request.purpose ?? purposeOf(version.kind),
    promoCodeId: promo?.codeId ?? null,
    bonusDays: promo && sellsPeriod(version) ? bonusDaysOf(promo) : 0,
    creditMinor,
    subscriptionId: change?.subscriptionId ?? null,
  };
}

/** A credit covers the price whole, or leaves at least what can be paid. */
function creditOf(listMinor: number, creditMinor: number, exponent: number): number {
  if (creditMinor >= listMinor) return listMinor;
  return Math.min(creditMinor, Math.max(0, listMinor - minimumPayable(exponent)));
}

/**
 * Only an order that surely contains a period can make it longer: a top-up starts one for some people and none for
 * others, and what is shown is what is given.
 */
export function sellsPeriod(version: Pick<VersionTerms, 'kind' | 'periodUnit'>): boolean {
  return version.kind !== 'topup' && version.periodUnit !== null;
}

/** The least a discount leaves to pay: one of the major unit, such as 1.00 RUB or 1 XTR; of finer assets one minor unit. */
export function minimumPayable(exponent: number): number {
  return exponent <= 6 ? 10 ** exponent : 1;
}

function purposeOf(kind: TariffKind): QuotePurpose {
  switch (kind) {
    case 'topup':
      return 'topup';
    case 'trial':
      return 'trial';
    case 'pack':
    case 'subscription':
    case 'mixed':
      return 'purchase';
  }
}

/**
 * The text whose SHA-256 is the terms hash: a fixed list of members, so that equal orders hash equally (TP-7). What
 * most orders do not have stands behind them and only where it says something: older hashes stay what they were.
 */
export function canonicalTerms(terms: QuoteTerms): string {
  const shared = [
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
  ];
  return JSON.stringify([...shared, ...particulars(terms)]);
}

function particulars(terms: QuoteTerms): readonly unknown[] {
  const { purpose, promoCodeId, bonusDays, creditMinor, subscriptionId } = terms;
  const isPlain = purpose === 'purchase' || purpose === 'topup';
  const hasNone = promoCodeId === null && bonusDays === 0 && creditMinor === 0;
  if (isPlain && hasNone && subscriptionId === null) return [];
  return [purpose, promoCodeId, bonusDays, creditMinor, subscriptionId];
}

/**
 * Reads an amount a person typed: `250`, `250.50`, `250,50`, spaces between thousands (TP-6).
 * Returns minor units, or undefined for anything else, including more decimals than the currency has.
 */
export function parseTypedAmount(text: string, exponent: number): number | undefined {
  const compact = text.trim().replace(/[\u0020\u00a0\u202f](?=\d{3}(?:\D|$))/g, '');
  const match = /^(\d{1,9})(?:[.,](\d{1,9}))?$/.exec(compact);
  if (!match || (match[2]?.length ?? 0) > exponent) return undefined;
  const minor = Number((match[1] ?? '') + (match[2] ?? '').padEnd(exponent, '0'));
  return Number.isSafeInteger(minor) ? minor : undefined;
}
