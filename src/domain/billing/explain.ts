import { convertMinor } from '../tokens';
import { costUtok, plainDecimalText, type CostRounding } from './cost';

/** One signed line of the transfer, in the smallest unit of its asset. */
export interface LegFact {
  readonly account: string;
  readonly asset: string;
  readonly amount: number;
}

/** What the entry did to one lot: positive filled it, negative drained it. */
export interface MoveFact {
  readonly lotId: string;
  readonly origin: string;
  readonly amountUtok: number;
  readonly expiresAt: string | null;
  readonly filledAt: string;
  /** What was paid for the lot and for how many micro-tokens; null for a lot that was free. */
  readonly paidMinor: number | null;
  readonly paidForUtok: number | null;
  readonly currency: string | null;
  readonly exponent: number | null;
  /** True when this very transfer opened the lot. */
  readonly isOpened: boolean;
}

export interface ChargeFact {
  readonly description: string;
  readonly requestedUtok: number;
  readonly chargedUtok: number;
  readonly uncollectedUtok: number;
  /** What the same job had been charged before, which this charge only completes; absent for a charge of its own. */
  readonly earlierUtok?: number;
}

/** A report of what work cost, with the terms that were in force for it. */
export interface UsageFact {
  readonly track: string;
  readonly rawCost: string;
  readonly currency: string;
  /** What a unit of the currency was worth in rubles. */
  readonly rubPerUnit?: string;
  readonly multiplier: string;
  readonly rounding: CostRounding;
  readonly costUtok: number;
  readonly totalTokens: number;
  readonly occurredAt: string;
  readonly isFinal: boolean;
}

/** The frozen terms of the order behind an entry. */
export interface OrderFact {
  readonly invoiceNo: number;
  readonly provider: string;
  readonly planName: { readonly ru: string; readonly en: string };
  readonly tariffKind: string;
  readonly version: number;
  readonly listAmountMinor: number;
  readonly creditMinor: number;
  readonly discountMinor: number;
  readonly payAmountMinor: number;
  readonly currency: string;
  readonly exponent: number;
  readonly tokensUtok: number;
  readonly bonusUtok: number;
  readonly utokPerMinor: number | null;
  readonly promoCode: string | null;
  /** True when the stored terms still hash to what was promised (TP-9). */
  readonly isIntact: boolean;
}

/** The period a fee paid for, with the terms of its tariff version. */
export interface FeeFact {
  readonly planName: { readonly ru: string; readonly en: string };
  readonly version: number;
  readonly periodN: number;
  readonly feeUtok: number;
}

/** A wallet and the sum of what its lots still hold, in micro-tokens. */
export interface WalletFact {
  readonly balanceUtok: number;
  readonly heldUtok: number;
  readonly lotsUtok: number;
}

/** Everything the books say of one entry of a wallet. */
export interface EntryFacts {
  readonly transferId: string;
  readonly userId: number;
  readonly kind: string;
  readonly asOf: string;
  /** `<workflow id>:<step>`: for operators only. */
  readonly key: string;
  readonly amountUtok: number;
  readonly balanceBeforeUtok: number;
  readonly balanceAfterUtok: number;
  /** The wallet as it stands today. */
  readonly wallet: WalletFact;
  /** True when tokens were reserved before this entry: beside them work may be owed while the balance is positive. */
  readonly hadHold: boolean;
  /** What an order's transfer was said to sell; absent where tokens were credited at the rate of the day. */
  readonly sold: string | undefined;
  readonly reason: string | undefined;
  readonly legs: readonly LegFact[];
  readonly moves: readonly MoveFact[];
  readonly charge: ChargeFact | undefined;
  readonly events: readonly UsageFact[];
  readonly order: OrderFact | undefined;
  readonly fee: FeeFact | undefined;
  /** The transfer this one corrects, and those that correct it. */
  readonly reverses: string | undefined;
  readonly reversedBy: readonly string[];
}

export type CheckName =
  | 'balance'
  | 'legs'
  | 'lots'
  | 'cost'
  | 'charge'
  | 'terms'
  | 'price'
  | 'tokens'
  | 'unit_price'
  | 'fee';

/** One thing that was computed again. */
export interface Check {
  readonly name: CheckName;
  readonly holds: boolean;
}

/** Computes an entry again from what led to it (LG-11). Only checks that have something to say are given. */
export function checkEntry(facts: EntryFacts): readonly Check[] {
  return RULES.flatMap(({ name, rule }) => {
    const holds = rule(facts);
    return holds === undefined ? [] : [{ name, holds }];
  });
}

/** The checks that do not hold; an empty list is good news. */
export function brokenChecks(facts: EntryFacts): readonly CheckName[] {
  return checkEntry(facts).flatMap(({ name, holds }) => (holds ? [] : [name]));
}

/** Undefined where there is nothing of the kind to compute. */
type Rule = (facts: EntryFacts) => boolean | undefined;

const RULES: readonly { readonly name: CheckName; readonly rule: Rule }[] = [
  { name: 'balance', rule: balanceFollows },
  { name: 'legs', rule: legsBalance },
  { name: 'lots', rule: lotsAgree },
  { name: 'cost', rule: costsAgree },
  { name: 'charge', rule: chargeAgrees },
  { name: 'terms', rule: ({ order }) => order?.isIntact },
  { name: 'price', rule: priceAgrees },
  { name: 'tokens', rule: tokensAgree },
  { name: 'unit_price', rule: unitPriceAgrees },
  { name: 'fee', rule: ({ fee, amountUtok }) => fee && amountUtok === -fee.feeUtok },
];

function balanceFollows(facts: EntryFacts): boolean {
  return facts.balanceBeforeUtok + facts.amountUtok === facts.balanceAfterUtok;
}

function legsBalance({ legs }: EntryFacts): boolean {
  const assets = new Set(legs.map(({ asset }) => asset));
  return [...assets].every((asset) => {
    const ofAsset = legs.filter((leg) => leg.asset === asset);
    return ofAsset.length >= 2 && sum(ofAsset.map(({ amount }) => amount)) === 0;
  });
}

/**
 * A credit opens its whole lot and may repay a debt from it. A debit takes from lots all that did not become a debt; the
 * debt may be paid off since, which the debit does not show. What the lots hold today is the balance and what is owed.
 */
function lotsAgree(facts: EntryFacts): boolean {
  const { amountUtok, moves, hadHold } = facts;
  const filled = sum(moves.map((move) => Math.max(0, move.amountUtok)));
  const drained = sum(moves.map((move) => Math.max(0, -move.amountUtok)));
  if (!walletAgrees(facts.wallet)) return false;
  if (amountUtok > 0) return filled === amountUtok && drained <= filled;
  const uncovered = -amountUtok - drained;
  const isOwed = uncovered <= newDebt(facts) || hadHold;
  return filled === 0 && uncovered >= 0 && isOwed;
}

function walletAgrees({ balanceUtok, heldUtok, lotsUtok }: WalletFact): boolean {
  return lotsUtok === balanceUtok + Math.max(0, heldUtok - balanceUtok);
}

function newDebt({ balanceBeforeUtok, balanceAfterUtok }: EntryFacts): number {
  return Math.max(0, -balanceAfterUtok) - Math.max(0, -balanceBeforeUtok);
}

/** Costs in rubles are exact, and those whose rate was kept. */
function costsAgree({ events }: EntryFacts): boolean | undefined {
  const exact = events.filter(
    ({ currency, rubPerUnit = '1' }) => currency === 'RUB' || plainDecimalText(rubPerUnit) !== '1',
  );
  return exact.length === 0
    ? undefined
    : exact.every((event) => event.costUtok === costUtok(event));
}

function chargeAgrees({ charge, events, amountUtok }: EntryFacts): boolean | undefined {
  if (!charge) return undefined;
  const { requestedUtok, chargedUtok, uncollectedUtok, earlierUtok = 0 } = charge;
  const final = events.filter(({ isFinal }) => isFinal);
  const isReported =
    final.length === 0 || sum(final.map((event) => event.costUtok)) === requestedUtok + earlierUtok;
  return (
    chargedUtok === -amountUtok && requestedUtok === chargedUtok + uncollectedUtok && isReported
  );
}

function priceAgrees({ order }: EntryFacts): boolean | undefined {
  if (!order) return undefined;
  const { listAmountMinor, creditMinor, discountMinor, payAmountMinor } = order;
  return listAmountMinor - creditMinor - discountMinor === payAmountMinor;
}

/** A sale gives the tokens of its quote, or those of the money when the order itself could not be had (CO-9, CO-11). */
function tokensAgree({ kind, sold, amountUtok, order, legs }: EntryFacts): boolean | undefined {
  if (!order) return undefined;
  if (kind === 'promo_bonus') return amountUtok === order.bonusUtok;
  if (sold === undefined) return undefined;
  const { tokensUtok, utokPerMinor } = order;
  const credited =
    utokPerMinor === null ? undefined : convertMinor(earnedMinor(legs), utokPerMinor);
  return amountUtok === tokensUtok || amountUtok === credited;
}

/** The price of a lot that was paid is the money of the same transfer (RF-1). */
function unitPriceAgrees({ moves, legs, amountUtok }: EntryFacts): boolean | undefined {
  const opened = moves.find(({ isOpened, paidMinor }) => isOpened && paidMinor !== null);
  const earned = earnedMinor(legs);
  if (!opened || earned === 0) return undefined;
  return opened.paidMinor === earned && opened.paidForUtok === amountUtok;
}

/** Money that the transfer booked as earned, in minor units. */
function earnedMinor(legs: readonly LegFact[]): number {
  return sum(
    legs.filter(({ account }) => account.startsWith('sys:deferred:')).map((leg) => leg.amount),
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
