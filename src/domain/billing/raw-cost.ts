/** Decimal places in which raw costs are kept. */
const PLACES = 10;
/** Digits before the point. */
const MOST_DIGITS = 10;

/**
 * A reported cost as decimal text without a sign, an exponent or closing zeros: "0.05". Text says exactly what it
 * means, so more than ten places are no cost; a number means its shortest decimal text, and what floating-point
 * arithmetic left beyond the tenth place is rounded half-up. Undefined for what is negative, not finite or no number.
 */
export function rawCostText(reported: string | number): string | undefined {
  const match = /^(\d{1,40})(?:\.(\d{1,40}))?(?:[eE]([+-]?\d{1,3}))?$/.exec(
    String(Object.is(reported, -0) ? 0 : reported),
  );
  if (!match) return undefined;
  const [, whole = '', fraction = '', exponent = '0'] = match;
  const places = fraction.length - Number(exponent);
  const digits = BigInt(whole + fraction);
  const kept = typeof reported === 'number' ? rounded(digits, places) : exact(digits, places);
  return kept === undefined || kept >= 10n ** BigInt(MOST_DIGITS + PLACES) ? undefined : text(kept);
}

/** In units of the tenth place, rounded half-up. */
function rounded(digits: bigint, places: number): bigint {
  if (places <= PLACES) return digits * 10n ** BigInt(PLACES - places);
  const divisor = 10n ** BigInt(places - PLACES);
  return (digits * 2n + divisor) / (divisor * 2n);
}

function exact(digits: bigint, places: number): bigint | undefined {
  const isExact = places <= PLACES || digits % 10n ** BigInt(places - PLACES) === 0n;
  return isExact ? rounded(digits, places) : undefined;
}

function text(units: bigint): string {
  const padded = units.toString().padStart(PLACES + 1, '0');
  const fraction = padded.slice(-PLACES).replace(/0+$/, '');
  return padded.slice(0, -PLACES) + (fraction === '' ? '' : `.${fraction}`);
}
