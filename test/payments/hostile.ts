import fc from 'fast-check';
import type { Notification, Verification } from '../../src/payments/notification';
import type { PaymentFact } from '../../src/payments/provider';

/** The same notification with one byte changed: in its body, else in its query. */
export function spoiledCopies(genuine: Notification): Notification[] {
  const { rawBody, query } = genuine;
  if (rawBody.length === 0) return [{ ...genuine, query: query.replace(/\d/, nextDigit) }];
  const text = rawBody.toString('utf8');
  const digits = [...text.matchAll(/\d/g)].map(({ index }) => index);
  return digits.slice(0, 40).map((at) => {
    const spoiled = text.slice(0, at) + text.slice(at).replace(/\d/, nextDigit);
    return { ...genuine, rawBody: Buffer.from(spoiled) };
  });
}

function nextDigit(digit: string): string {
  return String((Number(digit) + 1) % 10);
}

const bytes = fc
  .oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.json().map((text) => new TextEncoder().encode(text)),
    fc.webQueryParameters().map((text) => new TextEncoder().encode(text)),
  )
  .map((array) => Buffer.from(array));

/** Whatever a stranger may send. */
export const hostile: fc.Arbitrary<Notification> = fc.record({
  rawBody: bytes,
  headers: fc.dictionary(
    fc.constantFrom(
      'content-type',
      'content-hmac',
      'x-content-hmac',
      'stripe-signature',
      'crypto-pay-api-signature',
      'paypal-transmission-sig',
      'paypal-cert-url',
      'constructor',
    ),
    fc.oneof(fc.string(), fc.constantFrom('application/json'), fc.array(fc.string())),
  ),
  query: fc.oneof(fc.string(), fc.webQueryParameters()),
  peerAddress: fc.oneof(fc.ipV4(), fc.ipV6(), fc.string()),
  receivedAt: fc.constant('2026-01-01T00:00:00.000Z'),
});

/** What a verdict proves of a payment, if anything. */
export function factIn(verdict: Verification): PaymentFact | undefined {
  return 'fact' in verdict ? verdict.fact : undefined;
}
