import { assert } from '../assert';

/** What a step of a track reported to have cost, as decimal text without a sign. */
export interface NodeCost {
  readonly node: string;
  readonly rawCost: string;
}

/** A step's part of the charge; together they are exactly the charge (TC-3). */
export interface NodeShare extends NodeCost {
  readonly costUtok: number;
}

export interface SharedCost {
  readonly shares: readonly NodeShare[];
  /** True when the steps say more than the total, which wins: somebody should look at who reports. */
  readonly isOverstated: boolean;
}

/** Where the part of a total goes that no step names. */
export const OTHER_NODE = '_other';

/** Decimal places in which raw costs are kept. */
const PLACES = 10;

/**
 * Distributes a charge over the steps by their raw costs, by largest remainder: no micro-token is lost or made
 * (TC-3). What the total says beyond the sum of the steps is a step `_other`; steps that say more than the total share
 * the total in proportion. A charge without any cost behind it lies on `_other` alone.
 */
export function shareCost(
  chargeUtok: number,
  { totalCost, nodes }: { totalCost: string; nodes: readonly NodeCost[] },
): SharedCost {
  const weights = nodes.map(({ rawCost }) => scaled(rawCost));
  const named = sum(weights);
  const total = scaled(totalCost);
  const isOverstated = named > total;
  const rest = isOverstated ? 0n : total - named;
  const needsOther = rest > 0n || (named === 0n && chargeUtok > 0);
  const other = needsOther ? [{ node: OTHER_NODE, rawCost: unscaled(rest) }] : [];
  const parts = [...nodes, ...other];
  const allWeights = needsOther ? [...weights, rest === 0n ? 1n : rest] : weights;
  const costs = largestRemainder(chargeUtok, allWeights);
  return {
    shares: parts.map((part, index) => ({ ...part, costUtok: costs[index] ?? 0 })),
    isOverstated,
  };
}

/** Integers in proportion to weights whose sum is exactly the whole; ties go to the earlier part. */
export function largestRemainder(whole: number, weights: readonly bigint[]): number[] {
  const total = sum(weights);
  if (total === 0n) return weights.map(() => 0);
  const parts = weights.map((weight, index) => {
    const product = BigInt(whole) * weight;
    return { index, floor: product / total, remainder: product % total };
  });
  const given = sum(parts.map(({ floor }) => floor));
  const byRemainder = [...parts].sort((a, b) =>
    a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1,
  );
  const lucky = new Set(
    byRemainder.slice(0, Number(BigInt(whole) - given)).map(({ index }) => index),
  );
  return parts.map(({ index, floor }) => Number(floor) + (lucky.has(index) ? 1 : 0));
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n);
}

function scaled(text: string): bigint {
  const match = /^(\d{1,10})(?:\.(\d{1,10}))?$/.exec(text);
  assert(match, `${text} is a cost of at most ten decimal places`);
  return BigInt((match[1] ?? '') + (match[2] ?? '').padEnd(PLACES, '0'));
}

function unscaled(value: bigint): string {
  const digits = value.toString().padStart(PLACES + 1, '0');
  const fraction = digits.slice(-PLACES).replace(/0+$/, '');
  return digits.slice(0, -PLACES) + (fraction === '' ? '' : `.${fraction}`);
}
