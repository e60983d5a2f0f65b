import { randomBytes } from 'node:crypto';
import { minorOf, textOf } from './amount';
import type { Book } from './book';
import type { MockPayment, MockRefund } from './model';

export interface RefundAsked {
  readonly key: string;
  readonly paymentId: string;
  readonly outSum: string;
  readonly currency: string;
}

export type RefundAnswer =
  | { readonly kind: 'done'; readonly refund: MockRefund; readonly isRepeat: boolean }
  | { readonly kind: 'already_refunded'; readonly refund: MockRefund }
  | { readonly kind: 'refused'; readonly refund: MockRefund }
  | { readonly kind: 'invalid'; readonly reason: 'payment_not_found' | 'not_paid' | 'bad_amount' };

/** Gives money back, once per key; a refusal is remembered under its key as well. */
export function refund(book: Book, asked: RefundAsked, at: string): RefundAnswer {
  const before = book.refunds.get(asked.key);
  if (before?.state === 'refused') return { kind: 'refused', refund: before };
  if (before) return { kind: 'done', refund: before, isRepeat: true };
  const payment = book.payments.get(asked.paymentId);
  if (!payment) return { kind: 'invalid', reason: 'payment_not_found' };
  const last = refundsOf(book, payment.id).at(-1);
  if (payment.state === 'refunded' && last) return { kind: 'already_refunded', refund: last };
  if (payment.state !== 'paid' && payment.state !== 'partially_refunded')
    return { kind: 'invalid', reason: 'not_paid' };
  return settle(book, payment, { ...asked, at });
}

/** Refunds of a payment that went through, oldest first. */
export function refundsOf(book: Book, paymentId: string): MockRefund[] {
  return book.refunds.all().filter((each) => each.paymentId === paymentId && each.state === 'done');
}

/** What is left of a payment, as decimal text. */
export function unrefunded(book: Book, payment: MockPayment): string {
  return textOf(leftMinor(book, payment), payment.currency);
}

function settle(
  book: Book,
  payment: MockPayment,
  asked: RefundAsked & { readonly at: string },
): RefundAnswer {
  const minor = minorOf(asked.outSum, payment.currency);
  const left = leftMinor(book, payment);
  if (!minor || asked.currency !== payment.currency || minor > left)
    return { kind: 'invalid', reason: 'bad_amount' };
  const done: MockRefund = {
    key: asked.key,
    id: `mr_${randomBytes(9).toString('hex')}`,
    paymentId: payment.id,
    outSum: asked.outSum,
    currency: asked.currency,
    state: payment.refusesRefunds ? 'refused' : 'done',
    createdAt: asked.at,
  };
  book.refunds.put(done.key, done);
  if (done.state === 'refused') return { kind: 'refused', refund: done };
  const state = minor === left ? 'refunded' : 'partially_refunded';
  book.payments.put(payment.id, { ...payment, state });
  return { kind: 'done', refund: done, isRepeat: false };
}

function leftMinor(book: Book, payment: MockPayment): number {
  const paid = minorOf(payment.outSum, payment.currency) ?? 0;
  const returned = refundsOf(book, payment.id).map(
    ({ outSum, currency }) => minorOf(outSum, currency) ?? 0,
  );
  return returned.reduce((left, minor) => left - minor, paid);
}
