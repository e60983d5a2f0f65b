import { assert } from '../assert';

/** One request to pay for work with tokens, as it joins a batch. */
export interface SpendWish {
  /** Unique charge key of the caller's request. */
  readonly key: string;
  readonly userId: number;
  /** Micro-tokens, zero included (LG-9). */
  readonly amountUtok: number;
  /** Costs of work already delivered: taken down to the floor, never refused (LG-8, TC-5). */
  readonly isPostPaid: boolean;
  /** Counters that this spend fills, by their name. */
  readonly limitIds: readonly string[];
}

/** A lot as it may be spent now: unheld and not expired, in the order in which lots burn (LG-4). */
export interface SpendableLot {
  readonly lotId: string;
  readonly freeUtok: number;
}

/** A person and their wallet under its lock. */
export interface Spender {
  readonly userId: number;
  /** Why they may start nothing, in the order of SP-1; undefined when they may. */
  readonly refusal: SpenderRefusal | undefined;
  readonly balanceUtok: number;
  readonly heldUtok: number;
  readonly lots: readonly SpendableLot[];
}

export type SpenderRefusal =
  'user_not_found' | 'user_blocked' | 'money_frozen' | 'subscription_required';

/** Why somebody may start no work, in the order in which it is asked (SP-1); undefined when they may. */
export function refusalOfSpender(
  standing: { isBlocked: boolean; isFrozen: boolean; hasAccess: boolean },
  { needsSubscription }: { needsSubscription: boolean },
): SpenderRefusal | undefined {
  if (standing.isBlocked) return 'user_blocked';
  if (standing.isFrozen) return 'money_frozen';
  return needsSubscription && !standing.hasAccess ? 'subscription_required' : undefined;
}

/** A spending limit in its current window, and what has been spent of it. */
export interface SpendLimit {
  readonly limitId: string;
  readonly scope: 'user' | 'key' | 'client';
  readonly window: 'day' | 'month';
  readonly limitUtok: number;
  readonly usedUtok: number;
  /** ISO 8601. */
  readonly resetsAt: string;
}

/** What a batch is decided against; everything in it is locked until the decision is written. */
export interface SpendWorld {
  readonly spenders: ReadonlyMap<number, Spender>;
  readonly limits: ReadonlyMap<string, SpendLimit>;
  /** Lowest available balance post-paid work may leave; negative. */
  readonly floorUtok: number;
  /** What must be available for new work to start (SP-2); nothing when absent. */
  readonly leastToStartUtok?: number;
  /** Most that one spend paid ahead may take; no bound when absent. */
  readonly mostUtok?: number;
}

export type SpendRefusal =
  | { readonly code: SpenderRefusal | 'invalid_amount' }
  | {
      readonly code: 'insufficient_balance';
      readonly requiredUtok: number;
      readonly availableUtok: number;
    }
  | { readonly code: 'spend_limit_reached'; readonly limit: SpendLimit };

export type SpendDecision =
  | {
      readonly kind: 'charged';
      readonly wish: SpendWish;
      readonly chargedUtok: number;
      /** Delivered work that no balance covered, down to the floor. */
      readonly uncollectedUtok: number;
      readonly balanceBeforeUtok: number;
      readonly balanceAfterUtok: number;
      readonly availableAfterUtok: number;
      /** Which lots it burns; what they do not cover becomes debt. */
      readonly takes: readonly { readonly lotId: string; readonly amountUtok: number }[];
    }
  | { readonly kind: 'refused'; readonly wish: SpendWish; readonly refusal: SpendRefusal };

/**
 * Decides spends that arrived together, each after the ones before it, as if they had come one by one: one refused
 * spend changes nothing for its neighbours. Pure; the caller holds the locks and writes what was decided.
 */
export function decideSpends(wishes: readonly SpendWish[], world: SpendWorld): SpendDecision[] {
  const tills = new Map(
    [...world.spenders].map(([userId, spender]) => [userId, openTill(spender)]),
  );
  const used = new Map([...world.limits].map(([id, { usedUtok }]) => [id, usedUtok]));
  return wishes.map((wish) => decideOne(wish, { world, till: tills.get(wish.userId), used }));
}

/** A wallet while a batch runs through it. */
interface Till {
  readonly refusal: SpenderRefusal | undefined;
  readonly heldUtok: number;
  readonly lots: { readonly lotId: string; freeUtok: number }[];
  balanceUtok: number;
}

function openTill({ refusal, heldUtok, lots, balanceUtok }: Spender): Till {
  return { refusal, heldUtok, balanceUtok, lots: lots.map((lot) => ({ ...lot })) };
}

interface Moment {
  readonly world: SpendWorld;
  readonly till: Till | undefined;
  readonly used: Map<string, number>;
}

function decideOne(wish: SpendWish, moment: Moment): SpendDecision {
  const { till } = moment;
  if (!till) return refused(wish, { code: 'user_not_found' });
  const refusal = wish.isPostPaid ? undefined : refusalOf(wish, { ...moment, till });
  return refusal ? refused(wish, refusal) : charge(wish, { ...moment, till });
}

function refused(wish: SpendWish, refusal: SpendRefusal): SpendDecision {
  return { kind: 'refused', wish, refusal };
}

/** The order of SP-1: person, access, limits, balance. */
function refusalOf(wish: SpendWish, moment: Moment & { till: Till }): SpendRefusal | undefined {
  const { till, world, used } = moment;
  if (wish.amountUtok > (world.mostUtok ?? Infinity)) return { code: 'invalid_amount' };
  if (till.refusal !== undefined) return { code: till.refusal };
  for (const limitId of wish.limitIds) {
    const limit = world.limits.get(limitId);
    const usedUtok = used.get(limitId) ?? 0;
    if (limit && usedUtok + wish.amountUtok > limit.limitUtok) {
      return { code: 'spend_limit_reached', limit: { ...limit, usedUtok } };
    }
  }
  const availableUtok = till.balanceUtok - till.heldUtok;
  // Work for nothing starts with nothing; all other work needs the minimum, which a debt never has (SP-2).
  const leastUtok = wish.amountUtok === 0 ? 0 : (world.leastToStartUtok ?? 0);
  const requiredUtok = Math.max(wish.amountUtok, leastUtok);
  if (requiredUtok === 0 || availableUtok >= requiredUtok) return undefined;
  return { code: 'insufficient_balance', requiredUtok, availableUtok };
}

function charge(wish: SpendWish, { till, world, used }: Moment & { till: Till }): SpendDecision {
  const availableUtok = till.balanceUtok - till.heldUtok;
  const leastUtok = wish.isPostPaid ? Math.min(world.floorUtok, availableUtok) : 0;
  // A debt leaves no room; what costs nothing needs none.
  const roomUtok = Math.max(0, availableUtok - leastUtok);
  const chargedUtok = Math.min(wish.amountUtok, roomUtok);
  assert(wish.isPostPaid || chargedUtok === wish.amountUtok, 'work paid ahead is charged whole');
  const balanceBeforeUtok = till.balanceUtok;
  const takes = burn(till.lots, chargedUtok);
  till.balanceUtok -= chargedUtok;
  for (const limitId of wish.limitIds) used.set(limitId, (used.get(limitId) ?? 0) + chargedUtok);
  return {
    kind: 'charged',
    wish,
    chargedUtok,
    uncollectedUtok: wish.amountUtok - chargedUtok,
    balanceBeforeUtok,
    balanceAfterUtok: till.balanceUtok,
    availableAfterUtok: till.balanceUtok - till.heldUtok,
    takes,
  };
}

function burn(
  lots: Till['lots'],
  amountUtok: number,
): { readonly lotId: string; readonly amountUtok: number }[] {
  const takes = [];
  let missing = amountUtok;
  for (const lot of lots) {
    const taken = Math.min(missing, lot.freeUtok);
    if (taken === 0) continue;
    lot.freeUtok -= taken;
    missing -= taken;
    takes.push({ lotId: lot.lotId, amountUtok: taken });
  }
  return takes;
}
