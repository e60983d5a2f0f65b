import { assert } from '../assert';

/** How the cost of finished work becomes tokens (TC-2): to the hundredth of a token, or to the micro-token. */
export type CostRounding = 'cent' | 'exact';

export interface RawCost {
  /** Decimal text in its own currency: "0.05". */
  readonly rawCost: string;
  /** Decimal text: what a unit of that currency is worth in rubles, of which one is one token; one when absent. */
  readonly rubPerUnit?: string;
  /** Decimal text: "3.14". */
  readonly multiplier: string;
  readonly rounding: CostRounding;
}

/** Micro-tokens of one step of each rounding. */
export const ROUNDING_STEP_UTOK: Readonly<Record<CostRounding, number>> = {
  cent: 10_000,
  exact: 1,
};

/** What work cost in micro-tokens: raw cost times multiplier in exact decimals, rounded half-up once (TC-1, TC-2). */
export function costUtok(cost: RawCost): number {
  const utok = costUtokIfSafe(cost);
  assert(utok !== undefined, `the cost ${cost.rawCost} × ${cost.multiplier} fits`);
  return utok;
}

/** The same; undefined for a cost beyond every wallet, which nobody can book. */
export function costUtokIfSafe(cost: RawCost): number | undefined {
  const { rawCost, rubPerUnit = '1', multiplier, rounding } = cost;
  const product = multiply(multiply(decimal(rawCost), decimal(rubPerUnit)), decimal(multiplier));
  const step = BigInt(ROUNDING_STEP_UTOK[rounding]);
  const divisor = 10n ** BigInt(product.places) * step;
  const steps = (product.digits * 1_000_000n * 2n + divisor) / (divisor * 2n);
  const utok = steps * step;
  return utok <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(utok) : undefined;
}

/** True when the first decimal text is a larger number than the second. */
export function isMore(first: string, second: string): boolean {
  const [a, b] = [decimal(first), decimal(second)];
  return a.digits * 10n ** BigInt(b.places) > b.digits * 10n ** BigInt(a.places);
}

/** The exact product as decimal text without closing zeros, before any rounding: "0.157". */
export function exactProduct(rawCost: string, multiplier: string): string {
  return plainDecimal(multiply(decimal(rawCost), decimal(multiplier)));
}

/** Decimal text without closing zeros, as people write it: "0.0500000000" gives "0.05". */
export function plainDecimalText(text: string): string {
  return plainDecimal(decimal(text));
}

interface Decimal {
  readonly digits: bigint;
  readonly places: number;
}

function decimal(text: string): Decimal {
  const match = /^(\d{1,20})(?:\.(\d{1,20}))?$/.exec(text);
  assert(match, `${text} is a decimal number without a sign`);
  const fraction = match[2] ?? '';
  return { digits: BigInt((match[1] ?? '') + fraction), places: fraction.length };
}

function multiply(a: Decimal, b: Decimal): Decimal {
  return { digits: a.digits * b.digits, places: a.places + b.places };
}

function plainDecimal({ digits, places }: Decimal): string {
  const text = digits.toString().padStart(places + 1, '0');
  if (places === 0) return text;
  const fraction = text.slice(-places).replace(/0+$/, '');
  return fraction === '' ? text.slice(0, -places) : `${text.slice(0, -places)}.${fraction}`;
}
