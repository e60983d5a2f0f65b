import { amountMinorOf } from './operations';
import { bonusDaysOf, bonusUtokOf, problemOfPromo, type PromoKind } from './promo';

/** What a new campaign is made of: one code, or many with random endings that share its budget (PR-10). */
export interface NewCampaign {
  readonly name: string;
  /** Uses of all its codes together; without it there is no limit. */
  readonly budget?: number | undefined;
  readonly perUser?: number | undefined;
  /** ISO 8601; from the moment it is made when absent. */
  readonly validFrom?: string | undefined;
  readonly validUntil?: string | undefined;
  /** The code, or the beginning of all codes. */
  readonly code: string;
  /** How many codes; one code is exactly `code`. */
  readonly count?: number | undefined;
  readonly kind: PromoKind;
  /** By kind: hundredths of a percent, minor units, micro-tokens, days; 1 for a trial. */
  readonly value: number;
  readonly currency?: string | undefined;
  readonly alsoBonusUtok?: number | undefined;
  readonly alsoBonusDays?: number | undefined;
  readonly tariffId?: string | undefined;
  /** Uses of each code. */
  readonly maxUses?: number | undefined;
}

/** Codes that one campaign may get at once. */
export const MOST_CODES = 1_000;
/** Letters of a random ending, after a hyphen: nobody guesses one of 32^8. */
export const ENDING_LENGTH = 8;
const MOST_USES = 2_147_483_647;

/** Why a campaign cannot be made, by the member that is wrong; undefined when it can (T-D4). */
export function problemOfCampaign(wish: NewCampaign): keyof NewCampaign | undefined {
  if (wish.name.trim() === '' || wish.name.length > 100) return 'name';
  if (!isCount(wish.count ?? 1, MOST_CODES)) return 'count';
  if (!isCount(wish.budget ?? 1, MOST_USES)) return 'budget';
  if (!isCount(wish.perUser ?? 1, 1_000)) return 'perUser';
  if (!isSpan(wish)) return 'validUntil';
  return problemOfPromo({ ...wish, code: longestCode(wish) });
}

/** A code of the campaign at its longest; bulk codes are their beginning, a hyphen and a random ending. */
function longestCode({ code, count = 1 }: NewCampaign): string {
  return count > 1 ? `${code}-${'0'.repeat(ENDING_LENGTH)}` : code;
}

function isSpan({ validFrom, validUntil }: NewCampaign): boolean {
  if (validUntil === undefined) return true;
  return validFrom === undefined || Date.parse(validFrom) < Date.parse(validUntil);
}

function isCount(value: number, most: number): boolean {
  return Number.isSafeInteger(value) && value >= 1 && value <= most;
}

/** The order by which percentages, days and trials are judged, in kopecks: 1000 roubles for a month. */
const USUAL_ORDER_MINOR = 100_000;
const USUAL_ORDER_DAYS = 30;

/**
 * What a campaign may give away in all, in kopecks, for the limit above which others must agree (OPS-12); undefined when
 * nothing bounds it.
 */
export function worthMinorOf(wish: NewCampaign): number | undefined {
  const { budget, maxUses, count = 1 } = wish;
  const limits = [budget, maxUses === undefined ? undefined : maxUses * count];
  const bounds = limits.filter((limit) => limit !== undefined);
  if (bounds.length === 0) return undefined;
  const worth = BigInt(Math.min(...bounds)) * BigInt(useWorthMinor(wish));
  return Number(worth < MOST_WORTH ? worth : MOST_WORTH);
}

const MOST_WORTH = BigInt(Number.MAX_SAFE_INTEGER);

function useWorthMinor(wish: NewCampaign): number {
  const effect = { ...wish, ...WITHOUT_EXTRAS, ...extrasOf(wish) };
  const days = Math.ceil((bonusDaysOf(effect) * USUAL_ORDER_MINOR) / USUAL_ORDER_DAYS);
  return discountWorth(wish) + amountMinorOf(bonusUtokOf(effect)) + days;
}

const WITHOUT_EXTRAS = { codeId: '', currency: null };

function extrasOf({ alsoBonusUtok = 0, alsoBonusDays = 0 }: NewCampaign) {
  return { alsoBonusUtok, alsoBonusDays };
}

/** Money of another currency is judged like a whole usual order: a limit must not be slipped under by a rate. */
function discountWorth({ kind, value, currency }: NewCampaign): number {
  switch (kind) {
    case 'percent':
      return Math.ceil((value * USUAL_ORDER_MINOR) / 10_000);
    case 'fixed':
      return currency === 'RUB' ? value : Math.max(value, USUAL_ORDER_MINOR);
    case 'trial':
      return USUAL_ORDER_MINOR;
    case 'bonus_tokens':
    case 'bonus_days':
      return 0;
  }
}
