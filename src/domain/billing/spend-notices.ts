/** How a wallet's balance moved, in micro-tokens. */
export interface BalanceChange {
  readonly fromUtok: number;
  readonly toUtok: number;
}

/** How much of a limit was used before and is used now, in micro-tokens. */
export interface LimitChange extends BalanceChange {
  readonly limitUtok: number;
}

/** Parts of a limit whose reaching is told. */
export const TOLD_PERCENTS = [50, 80, 100] as const;
export type ToldPercent = (typeof TOLD_PERCENTS)[number];

/** Thresholds of low balances, as a setting writes them in tokens, in micro-tokens. */
export function thresholdsOf(setting: string): readonly number[] {
  return setting.split(',').map((tokens) => {
    const [whole = '', fraction = ''] = tokens.trim().split('.');
    return Number(whole + fraction.padEnd(6, '0'));
  });
}

/**
 * The lowest threshold that a balance has fallen to or below from above it; undefined when it fell past none. Another
 * fall past the same one needs a rise first, so nobody has to remember what was told (SP-8).
 */
export function crossedThreshold(
  { fromUtok, toUtok }: BalanceChange,
  thresholds: readonly number[],
): number | undefined {
  const crossed = thresholds.filter((threshold) => fromUtok > threshold && toUtok <= threshold);
  return crossed.length === 0 ? undefined : Math.min(...crossed);
}

/** The highest of {@link TOLD_PERCENTS} that was not reached before and is now; undefined when none was. */
export function reachedPercent({
  fromUtok,
  toUtok,
  limitUtok,
}: LimitChange): ToldPercent | undefined {
  if (limitUtok <= 0) return undefined;
  const reaches = (utok: number, percent: number) =>
    BigInt(utok) * 100n >= BigInt(limitUtok) * BigInt(percent);
  return TOLD_PERCENTS.findLast(
    (percent) => reaches(toUtok, percent) && !reaches(fromUtok, percent),
  );
}
