import { createHash, createHmac } from 'node:crypto';

// Codes that people carry in links. They are derived from an id and the server's pepper, so that they can be shown
// again and need to be kept nowhere; whoever reads the database cannot make one.

/** The code in a gift's link: 128 bits in 22 characters that every link may carry. */
export function giftCode(pepper: string, giftId: string): string {
  return createHmac('sha256', pepper)
    .update(`gift:${giftId}`)
    .digest()
    .subarray(0, 16)
    .toString('base64url');
}

/** What is kept of such a code. */
export function carriedCodeHash(code: string): Buffer {
  return createHash('sha256').update(code, 'utf8').digest();
}

/** Telegram's ids have at most 52 bits; each half of one has so many. */
const HALF_BITS = 26;
const HALF = 2 ** HALF_BITS;
const ROUNDS = 4;
/** A code of 52 bits in base 36. */
const LENGTH = 11;

/**
 * The code with which somebody invites others: their id, mixed by a Feistel network keyed with the pepper. It tells
 * nobody the id, needs no table, and nobody can count through the codes of others.
 */
export function referralCode(pepper: string, userId: number): string {
  let [left, right] = [Math.floor(userId / HALF), userId % HALF];
  for (let round = 0; round < ROUNDS; round += 1) {
    [left, right] = [right, left ^ mixed(pepper, round, right)];
  }
  return (left * HALF + right).toString(36).padStart(LENGTH, '0');
}

/** Whose code it is, whether or not there is such a person; undefined for what is no code at all. */
export function userIdOfReferralCode(pepper: string, code: string): number | undefined {
  if (!/^[0-9a-z]{11}$/.test(code)) return undefined;
  const number = Number.parseInt(code, 36);
  if (number >= HALF * HALF) return undefined;
  let [left, right] = [Math.floor(number / HALF), number % HALF];
  for (let round = ROUNDS - 1; round >= 0; round -= 1) {
    [left, right] = [right ^ mixed(pepper, round, left), left];
  }
  return left * HALF + right;
}

function mixed(pepper: string, round: number, half: number): number {
  const digest = createHmac('sha256', pepper).update(`ref:${round}:${half}`).digest();
  return digest.readUInt32BE(0) % HALF;
}
