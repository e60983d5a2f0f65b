import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Notification, Verification } from '../notification';
import { factOf, invoiceSchema } from './invoices';

const updateSchema = z.object({ update_type: z.string(), payload: z.unknown().optional() });
const ANSWER = { status: 200, contentType: 'text/plain; charset=utf-8', body: 'OK' };

/** The signature of a body: HMAC over its very bytes, under the SHA-256 of the token as raw bytes. */
export function cryptoPaySignature(token: string, rawBody: Buffer): string {
  const key = createHash('sha256').update(token).digest();
  return createHmac('sha256', key).update(rawBody).digest('hex');
}

/** Judges a notification. Only `invoice_paid` exists today; `update_id` is not unique and identifies nothing. */
export function judge({ rawBody, headers }: Notification, token: string): Verification {
  const { data: update } = updateSchema.safeParse(parsed(rawBody));
  if (!update) return { verified: 'malformed', reason: 'not an update of Crypto Pay' };
  const { data: invoice } = invoiceSchema.safeParse(update.payload);
  const fact = invoice && factOf(invoice);
  if (!isGenuine(headers['crypto-pay-api-signature'], cryptoPaySignature(token, rawBody))) {
    return {
      verified: 'no',
      dedupeKey: hashOf(rawBody),
      reason: 'the signature does not match',
      claimedInvoiceNo: fact?.invoiceNo,
    };
  }
  if (update.update_type !== 'invoice_paid') {
    return { verified: 'other', dedupeKey: hashOf(rawBody), about: {}, answer: ANSWER };
  }
  if (!fact) return { verified: 'malformed', reason: 'signed, but without an invoice' };
  const { providerPaymentId, state } = fact;
  return {
    verified: 'yes',
    dedupeKey: `invoice:${providerPaymentId}:${state}`,
    ...{ providerPaymentId, fact },
  };
}

/** What Crypto Pay wants to see of whoever keeps its word. */
export function accepted() {
  return ANSWER;
}

function parsed(rawBody: Buffer): unknown {
  try {
    return JSON.parse(rawBody.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

function isGenuine(given: string | string[] | undefined, expected: string): boolean {
  if (typeof given !== 'string') return false;
  const [theirs, ours] = [Buffer.from(given.toLowerCase()), Buffer.from(expected)];
  return theirs.length === ours.length && timingSafeEqual(theirs, ours);
}

function hashOf(rawBody: Buffer): string {
  return createHash('sha256').update(rawBody).digest('hex');
}
