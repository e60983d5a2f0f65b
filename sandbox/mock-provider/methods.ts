import { randomBytes } from 'node:crypto';
import type { Book } from './book';
import type { MockMethod, MockPayment } from './model';

/** Cards live for three years from when they are shown here. */
const CARD_YEARS = 3;

/** One method for a payment, however often it is saved. */
export function saveMethod(book: Book, payment: MockPayment, at: Date): MockMethod {
  const known = methodOf(book, payment.id);
  if (known) return known;
  const method: MockMethod = {
    id: `mm_${randomBytes(9).toString('hex')}`,
    paymentId: payment.id,
    label: 'Mock •• 4242',
    expiresOn: `${at.getUTCFullYear() + CARD_YEARS}-12-31`,
    state: 'active',
    createdAt: at.toISOString(),
  };
  book.methods.put(method.id, method);
  return method;
}

/** The card that was saved from a payment, if one was. */
export function methodOf(book: Book, paymentId: string): MockMethod | undefined {
  return book.methods.all().find((method) => method.paymentId === paymentId);
}

/** Takes a permission back; undefined when there is no such card. */
export function revokeMethod(book: Book, id: string): MockMethod | undefined {
  const method = book.methods.get(id);
  if (!method) return undefined;
  const revoked: MockMethod = { ...method, state: 'revoked' };
  book.methods.put(id, revoked);
  return revoked;
}
