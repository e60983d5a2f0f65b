import { exponentOf } from '../money';

export type PromoKind = 'percent' | 'fixed' | 'bonus_tokens' | 'bonus_days' | 'trial';

/** What a code does to an order. */
export interface PromoEffect {
  readonly codeId: string;
  readonly kind: PromoKind;
  /** By kind: hundredths of a percent, minor units, micro-tokens, days; 1 for a trial. */
  readonly value: number;
  /** Currency of a fixed discount. */
  readonly currency: string | null;
  /** What a combined code gives besides its kind's own effect. */
  readonly alsoBonusUtok: number;
  readonly alsoBonusDays: number;
}

/** A code with everything that decides whether it may be used now. */
export interface PromoTerms extends PromoEffect {
  readonly code: string;
  readonly isActive: boolean;
  readonly validFrom: Date;
  readonly validUntil: Date | null;
  readonly tariffId: string | null;
  readonly perUser: number;
  /** Free slots of the code and of its campaign together; null when neither has a limit. */
  readonly slotsLeft: number | null;
}

/** Who wants to use a code for what. */
export interface PromoUse {
  readonly asOf: Date;
  readonly tariffId: string;
  readonly isTrial: boolean;
  /** Bonus days need a period to make longer, and a top-up has none to sell by itself. */
  readonly hasPeriod: boolean;
  readonly currency: string;
  /** Reserved and confirmed uses of the campaign by this person (PR-7). */
  readonly usedByPerson: number;
}

/** `promo_bad` covers whatever an outsider must not tell apart: wrong, unknown, off, early, over (PR-2). */
export type PromoRefusal = 'promo_bad' | 'promo_not_here' | 'promo_used' | 'promo_exhausted';

/**
 * A code as it is looked up: trimmed, NFKC, upper case, `[A-Z0-9_-]{3,50}` (PR-1). Undefined for everything else, so
 * that wildcards and quotes never reach a query.
 */
export function normalizeCode(typed: string): string | undefined {
  if (typed.length > LONGEST_INPUT) return undefined;
  const code = typed.trim().normalize('NFKC').toUpperCase();
  return /^[A-Z0-9_-]{3,50}$/.test(code) ? code : undefined;
}

/** Normalising five kilobytes of somebody's text is work for nothing. */
const LONGEST_INPUT = 200;

/** Judges a code in the order of PR-2; undefined when it may be used. The slot itself is taken later, in PostgreSQL. */
export function judgePromo(promo: PromoTerms | undefined, use: PromoUse): PromoRefusal | undefined {
  if (!promo || !isInForce(promo, use.asOf)) return 'promo_bad';
  return isApplicable(promo, use) ? judgeSlots(promo, use.usedByPerson) : 'promo_not_here';
}

/** The same before anybody has chosen what to buy with the code. */
export function judgeUnbound(
  promo: PromoTerms | undefined,
  use: Pick<PromoUse, 'asOf' | 'usedByPerson'>,
): PromoRefusal | undefined {
  if (!promo || !isInForce(promo, use.asOf)) return 'promo_bad';
  return judgeSlots(promo, use.usedByPerson);
}

/** On, begun and not over; the first instant counts, the last does not. */
export function isInForce(
  { isActive, validFrom, validUntil }: Pick<PromoTerms, 'isActive' | 'validFrom' | 'validUntil'>,
  asOf: Date,
): boolean {
  return isActive && validFrom <= asOf && (validUntil === null || asOf < validUntil);
}

/** The person's own limit comes before the budget: "already used" says more than "all gone". */
export function judgeSlots(
  { perUser, slotsLeft }: Pick<PromoTerms, 'perUser' | 'slotsLeft'>,
  usedByPerson: number,
): PromoRefusal | undefined {
  if (usedByPerson >= perUser) return 'promo_used';
  return slotsLeft !== null && slotsLeft <= 0 ? 'promo_exhausted' : undefined;
}

/** What is left of two limits together, of which each may be absent. */
export function slotsLeftOf(limits: readonly SlotLimit[]): number | null {
  const left = limits.flatMap(({ limit, reserved, used }) =>
    limit === null ? [] : [limit - reserved - used],
  );
  return left.length === 0 ? null : Math.min(...left);
}

export interface SlotLimit {
  readonly limit: number | null;
  readonly reserved: number;
  readonly used: number;
}

/** The lowest of a person's numbered uses that is free, from 1: a returned one is given out again. */
export function freeSlot(taken: readonly number[]): number {
  const isTaken = new Set(taken);
  let slot = 1;
  while (isTaken.has(slot)) slot += 1;
  return slot;
}

/** A discount code never opens a trial; a trial code never discounts (PR-3). */
function isApplicable(promo: PromoTerms, use: PromoUse): boolean {
  if ((promo.kind === 'trial') !== use.isTrial) return false;
  if (promo.tariffId !== null && promo.tariffId !== use.tariffId) return false;
  if (promo.kind === 'fixed' && promo.currency !== use.currency) return false;
  return promo.kind !== 'bonus_days' || use.hasPeriod;
}

/** Hundredths of a percent in the whole. */
const WHOLE = 10_000n;

/** How many minor units a code takes off an amount; percents round half-up to the minor unit (TP-10). */
export function discountMinor(effect: PromoEffect, amountMinor: number): number {
  if (effect.kind === 'fixed') return Math.min(effect.value, amountMinor);
  if (effect.kind !== 'percent') return 0;
  return Number((BigInt(amountMinor) * BigInt(effect.value) + WHOLE / 2n) / WHOLE);
}

/** Tokens of a lot of their own that a code adds (T-D6), in micro-tokens. */
export function bonusUtokOf(effect: PromoEffect): number {
  return (effect.kind === 'bonus_tokens' ? effect.value : 0) + effect.alsoBonusUtok;
}

/** Days by which a code makes the order's period longer. */
export function bonusDaysOf(effect: PromoEffect): number {
  return (effect.kind === 'bonus_days' ? effect.value : 0) + effect.alsoBonusDays;
}

/** What an operator asks a new code to be; the database checks the same once more (PR-10). */
export interface NewPromoCode {
  readonly code: string;
  readonly kind: PromoKind;
  readonly value: number;
  readonly currency?: string | undefined;
  readonly alsoBonusUtok?: number | undefined;
  readonly alsoBonusDays?: number | undefined;
  readonly tariffId?: string | undefined;
  readonly maxUses?: number | undefined;
}

/** Why a code cannot be made, by the member that is wrong; undefined when it can (T-D4). */
export function problemOfPromo(wish: NewPromoCode): keyof NewPromoCode | undefined {
  if (normalizeCode(wish.code) !== wish.code) return 'code';
  if (!isValueLegal(wish)) return 'value';
  if (!isCurrencyLegal(wish)) return 'currency';
  if (!isCount(wish.alsoBonusUtok ?? 0, 0, Number.MAX_SAFE_INTEGER)) return 'alsoBonusUtok';
  if (!isCount(wish.alsoBonusDays ?? 0, 0, 366)) return 'alsoBonusDays';
  if (wish.kind === 'trial' && wish.tariffId === undefined) return 'tariffId';
  if (wish.kind === 'trial' && (wish.alsoBonusUtok ?? 0) > 0) return 'alsoBonusUtok';
  if (wish.kind === 'trial' && (wish.alsoBonusDays ?? 0) > 0) return 'alsoBonusDays';
  if (wish.maxUses !== undefined && !isCount(wish.maxUses, 1, 2_147_483_647)) return 'maxUses';
  return undefined;
}

/** A fixed discount is money, so it names a currency the product knows; nothing else does. */
function isCurrencyLegal({ kind, currency }: NewPromoCode): boolean {
  if (kind !== 'fixed') return currency === undefined;
  return currency !== undefined && exponentOf(currency) !== undefined;
}

function isValueLegal({ kind, value }: NewPromoCode): boolean {
  switch (kind) {
    case 'percent':
      return isCount(value, 1, 9_999);
    case 'fixed':
    case 'bonus_tokens':
      return isCount(value, 1, Number.MAX_SAFE_INTEGER);
    case 'bonus_days':
      return isCount(value, 1, 366);
    case 'trial':
      return value === 1;
  }
}

function isCount(value: number, least: number, most: number): boolean {
  return Number.isSafeInteger(value) && value >= least && value <= most;
}
