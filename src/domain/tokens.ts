import { safeInteger } from './assert';
import { scaledText } from './money';

/** Micro-tokens in one token: tokens are kept as integers of 10^-6 token everywhere. */
export const UTOK_PER_TOKEN = 1_000_000;

/** Micro-tokens of whole tokens. */
export function tokens(count: number): number {
  return safeInteger(count * UTOK_PER_TOKEN);
}

/** `minor` units times a rate in micro-tokens per minor unit, exactly. */
export function convertMinor(minor: number, utokPerMinor: number): number {
  return safeInteger(BigInt(minor) * BigInt(utokPerMinor));
}

/** Decimal text for the wire: up to six places, no trailing zeros ("9.84", "100"). */
export function tokenText(utok: number | bigint): string {
  return scaledText(utok, 6).replace(/\.?0+$/, '') || '0';
}

/** Text for a screen: two places rounded half-up, shown without a fraction when it is whole. */
export function tokenDisplay(utok: number | bigint): string {
  const exact = typeof utok === 'bigint' ? utok : BigInt(safeInteger(utok));
  const cents = ((exact < 0n ? -exact : exact) + 5_000n) / 10_000n;
  const text = scaledText(exact < 0n ? -cents : cents, 2);
  return text.endsWith('.00') ? text.slice(0, -3) : text;
}
