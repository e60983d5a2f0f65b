/** What is done about tokens of a refunded order that are spent already (RF-1). */
export type RefundPolicy = 'unspent_only' | 'full_with_debt' | 'goodwill';

/** Every figure of a refund, as user and operator see it before the approval (RF-4). Money in minor units. */
export interface RefundPlan {
  readonly policy: RefundPolicy;
  readonly currency: string;
  readonly exponent: number;
  readonly paidMinor: number;
  /** Already given back by earlier refunds. */
  readonly refundedMinor: number;
  /** What goes back now. */
  readonly refundMinor: number;
  /** What the provider kept of the payment and the refund leaves with it, when the setting says so. */
  readonly providerFeeMinor: number;
  /** Tokens the payment bought. */
  readonly boughtUtok: number;
  /** Of them spent, expired, or held for work in progress. */
  readonly spentUtok: number;
  /** Unspent tokens of paid lots that are taken back. */
  readonly paidUtok: number;
  /** Bonus and promo tokens of the order that are withdrawn with them. */
  readonly bonusUtok: number;
  /** Spent tokens that become a debt, by policy. */
  readonly debtUtok: number;
  /** True when nothing of the payment stays: the promo slot goes back and the order's period ends. */
  readonly isFull: boolean;
}

/** A payment with what became of its order, in integers: all that a plan is made of (RF-1, RF-5). */
export interface RefundCase {
  readonly policy: RefundPolicy;
  /** Wished amount; absent for all that the policy gives. */
  readonly wishMinor?: number | undefined;
  readonly currency: string;
  readonly exponent: number;
  readonly paidMinor: number;
  readonly refundedMinor: number;
  /** What the provider kept of the payment, and how much of it earlier refunds left there; zero when it is ours to bear. */
  readonly feeMinor: number;
  readonly keptFeeMinor: number;
  /** The paid lot: what was paid for how many tokens, how many are free now, how many refunds took back before. */
  readonly lotPaidMinor: number;
  readonly boughtUtok: number;
  readonly freeUtok: number;
  readonly takenBackUtok: number;
  /** Free tokens of the order's bonus and promo lots. */
  readonly bonusFreeUtok: number;
  /** True once a period that was sold without tokens has begun: its fee stays (RF-4). */
  readonly hasPeriodBegun: boolean;
  /** How deep the wallet may go below what is free of this order before it meets its floor. */
  readonly debtRoomUtok: number;
  /** What the provider's protocol can do. */
  readonly canRefund: 'none' | 'full' | 'partial';
}

export type RefundRefusal =
  | 'never_granted'
  | 'all_refunded'
  | 'nothing_unspent'
  | 'more_than_refundable'
  | 'only_in_full'
  | 'provider_cannot'
  | 'not_yours'
  | 'not_confirmed'
  | 'idempotency_mismatch'
  | 'disputed';

export type RefundPlanning =
  | { readonly kind: 'plan'; readonly plan: RefundPlan }
  /** `mostMinor` is what the policy would give at most. */
  | { readonly kind: 'refused'; readonly reason: RefundRefusal; readonly mostMinor: number };

/**
 * Plans what goes back for what: the unspent part of the paid lot at its exact unit price, rounded down to the minor
 * unit, never more than was paid less what went back before (RF-1, RF-5).
 */
export function planRefund(sold: RefundCase): RefundPlanning {
  const leftMinor = sold.paidMinor - sold.refundedMinor - sold.keptFeeMinor;
  if (leftMinor <= 0) return refused('all_refunded', 0);
  if (sold.canRefund === 'none') return refused('provider_cannot', 0);
  const takeableUtok = takeable(sold);
  const grossMinor = grossOf(sold, { leftMinor, takeableUtok });
  const feeMinor = Math.max(0, sold.feeMinor - sold.keptFeeMinor);
  const mostMinor = Math.max(0, grossMinor - feeMinor);
  if (mostMinor === 0) return refused('nothing_unspent', 0);
  if (sold.wishMinor !== undefined && sold.wishMinor > mostMinor) {
    return refused('more_than_refundable', mostMinor);
  }
  const refundMinor = sold.wishMinor ?? mostMinor;
  if (sold.canRefund === 'full' && refundMinor !== sold.paidMinor) {
    return refused('only_in_full', mostMinor);
  }
  const share = { partMinor: refundMinor + feeMinor, wholeMinor: grossMinor };
  return { kind: 'plan', plan: describe(sold, { refundMinor, feeMinor, takeableUtok, share }) };
}

/** Tokens of the order that are neither free nor taken back before. */
function spentOf(sold: RefundCase): number {
  return Math.max(0, sold.boughtUtok - sold.takenBackUtok - sold.freeUtok);
}

/** Tokens the policy may take back: the free ones, and spent ones as far as a debt is allowed. */
function takeable(sold: RefundCase): number {
  switch (sold.policy) {
    case 'unspent_only':
      return sold.freeUtok;
    case 'full_with_debt':
      return sold.freeUtok + Math.min(spentOf(sold), Math.max(0, sold.debtRoomUtok));
    case 'goodwill':
      return 0;
  }
}

/** What the policy gives at most, before the provider's fee. */
function grossOf(
  sold: RefundCase,
  { leftMinor, takeableUtok }: { leftMinor: number; takeableUtok: number },
): number {
  if (sold.policy === 'goodwill') return leftMinor;
  if (sold.boughtUtok === 0) {
    return sold.policy === 'unspent_only' && sold.hasPeriodBegun ? 0 : leftMinor;
  }
  // The last tokens of an order bring back the last minor unit too, which rounding down left behind.
  if (sold.takenBackUtok + takeableUtok === sold.boughtUtok) return leftMinor;
  return Math.min(leftMinor, valueMinor(takeableUtok, sold));
}

/** Tokens times what one of them cost, rounded down to the minor unit. */
export function valueMinor(
  utok: number,
  lot: Pick<RefundCase, 'lotPaidMinor' | 'boughtUtok'>,
): number {
  if (lot.boughtUtok === 0) return 0;
  return Number((BigInt(utok) * BigInt(lot.lotPaidMinor)) / BigInt(lot.boughtUtok));
}

interface Share {
  readonly partMinor: number;
  readonly wholeMinor: number;
}

/** A part of tokens in the proportion of a share, rounded up: no token stays that was paid back. */
function partOf(utok: number, { partMinor, wholeMinor }: Share): number {
  if (partMinor === wholeMinor) return utok;
  const part = BigInt(utok) * BigInt(partMinor);
  return Number((part + BigInt(wholeMinor) - 1n) / BigInt(wholeMinor));
}

function describe(
  sold: RefundCase,
  figures: { refundMinor: number; feeMinor: number; takeableUtok: number; share: Share },
): RefundPlan {
  const { refundMinor, feeMinor, share } = figures;
  const takenUtok = partOf(figures.takeableUtok, share);
  const paidUtok = Math.min(takenUtok, sold.freeUtok);
  const goneMinor = sold.refundedMinor + sold.keptFeeMinor + refundMinor + feeMinor;
  return {
    policy: sold.policy,
    currency: sold.currency,
    exponent: sold.exponent,
    paidMinor: sold.paidMinor,
    refundedMinor: sold.refundedMinor,
    refundMinor,
    providerFeeMinor: feeMinor,
    boughtUtok: sold.boughtUtok,
    spentUtok: spentOf(sold),
    paidUtok,
    bonusUtok: sold.policy === 'goodwill' ? 0 : partOf(sold.bonusFreeUtok, share),
    debtUtok: takenUtok - paidUtok,
    isFull: goneMinor === sold.paidMinor,
  };
}

function refused(reason: RefundRefusal, mostMinor: number): RefundPlanning {
  return { kind: 'refused', reason, mostMinor };
}

/** Who started a refund: it decides who must agree, and whether anything is sent. */
export type RefundOrigin = 'user' | 'operator' | 'api' | 'provider';

export interface ApprovalRule {
  readonly origin: RefundOrigin;
  readonly refundMinor: number;
  readonly isWithinClaimTerm: boolean;
  readonly autoLimitMinor: number;
  readonly fourEyesLargeMinor: number;
}

/** How many operators other than the one who asked must agree before money moves (RF-6, OPS-12). */
export function approvalsNeeded(rule: ApprovalRule): number {
  if (rule.origin === 'provider') return 0;
  if (rule.refundMinor > rule.fourEyesLargeMinor) return 2;
  if (rule.refundMinor > rule.autoLimitMinor) return 1;
  return rule.origin === 'user' && !rule.isWithinClaimTerm ? 1 : 0;
}

const DAY = 86_400_000;

/** The instant (ms) until which a person may claim by themselves: so many working days, Monday to Friday, in UTC. */
export function claimEndsMs(paidMs: number, workingDays: number): number {
  let endMs = paidMs;
  for (let counted = 0; counted < workingDays;) {
    endMs += DAY;
    const weekday = new Date(endMs).getUTCDay();
    if (weekday !== 0 && weekday !== 6) counted += 1;
  }
  return endMs;
}
