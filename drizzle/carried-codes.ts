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
