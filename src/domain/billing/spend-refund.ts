/** A charge and what has become of it, in micro-tokens. */
export interface RefundableCharge {
  readonly chargedUtok: number;
  readonly givenBackUtok: number;
  /** Delivered work that no balance covered, and how much of that was waived. */
  readonly uncollectedUtok: number;
  readonly waivedUtok: number;
  /** What it burned of lots and has not given back, in the order in which it goes back. */
  readonly burned: readonly BurnedLot[];
}

export interface BurnedLot {
  readonly lotId: string;
  readonly leftUtok: number;
  /** Its time is over: what comes back to it lapses at once (LG-6). */
  readonly isExpired: boolean;
}

export interface RefundedShare {
  readonly lotId: string;
  readonly amountUtok: number;
}

/** How tokens of a charge go back; the parts sum to the amount that was asked for. */
export interface SpendRefundPlan {
  readonly kind: 'planned';
  /** Comes off what was never collected, so no tokens move for it. */
  readonly waivedUtok: number;
  /** Was taken as debt: repays what is owed first, the rest becomes a lot of its own (LG-5). */
  readonly owedUtok: number;
  readonly shares: readonly RefundedShare[];
  /** Shares whose lots have expired. */
  readonly lapsed: readonly RefundedShare[];
  /** What of the charge can still go back afterwards. */
  readonly leftUtok: number;
}

/**
 * Plans to give tokens of a charge back, all that is left of it where no amount is named. What was never collected goes
 * first, for nobody has paid it; then what was taken as debt; then the lots, the last burned first, so that a part
 * gives back what the person would have kept longest.
 */
export function planSpendRefund(
  charge: RefundableCharge,
  askedUtok: number | undefined,
): SpendRefundPlan | { readonly kind: 'too_much'; readonly mostUtok: number } {
  const { chargedUtok, givenBackUtok, uncollectedUtok, burned } = charge;
  const uncollectedLeft = uncollectedUtok - charge.waivedUtok;
  const takenLeft = chargedUtok - givenBackUtok;
  const mostUtok = uncollectedLeft + takenLeft;
  const amountUtok = askedUtok ?? mostUtok;
  if (amountUtok <= 0 || amountUtok > mostUtok) return { kind: 'too_much', mostUtok };
  const waivedUtok = Math.min(amountUtok, uncollectedLeft);
  const covered = burned.reduce((sum, { leftUtok }) => sum + leftUtok, 0);
  const owedUtok = Math.min(amountUtok - waivedUtok, Math.max(0, takenLeft - covered));
  const parts = partsOf(burned, amountUtok - waivedUtok - owedUtok);
  return {
    kind: 'planned',
    waivedUtok,
    owedUtok,
    shares: parts.filter(({ isExpired }) => !isExpired).map(toShare),
    lapsed: parts.filter(({ isExpired }) => isExpired).map(toShare),
    leftUtok: mostUtok - amountUtok,
  };
}

type Part = RefundedShare & { readonly isExpired: boolean };

function partsOf(burned: readonly BurnedLot[], amountUtok: number): Part[] {
  const parts: Part[] = [];
  let missing = amountUtok;
  for (const { lotId, leftUtok, isExpired } of burned) {
    const part = Math.min(missing, leftUtok);
    if (part <= 0) continue;
    parts.push({ lotId, amountUtok: part, isExpired });
    missing -= part;
  }
  return parts;
}

function toShare({ lotId, amountUtok }: Part): RefundedShare {
  return { lotId, amountUtok };
}
