import { randomBytes } from 'node:crypto';
import type { Book } from './book';
import { createClocks, customerOf, type Clocks } from './clocks';
import { disputed, type DisputeMove } from './disputes';
import { saveMethod } from './methods';
import { highestState, holdsMoney } from './model';
import type { MockNotification, MockOrder, MockPayment, Script } from './model';
import { plannedNotifications } from './notification';
import type { Notifier } from './notifier';
import { refund, unrefunded } from './refunds';
import type { Signatures } from './signature';

export interface BankParts {
  readonly book: Book;
  readonly notifier: Notifier;
  readonly signatures: Signatures;
}

/** A payment and its notifications as they stood when the call returned. */
export interface Payout {
  readonly payment: MockPayment;
  readonly notifications: readonly MockNotification[];
}

/** A payment on its way: what it is at once, and when every notification has been tried. */
export interface Paying {
  readonly payment: MockPayment;
  readonly tried: Promise<Payout>;
}

/** Someone who never gave us an order can still "pay" one, when the control API says what. */
export interface PayRequest {
  readonly invoiceNo: string;
  readonly script: Script;
}

/**
 * What the payer and the puppeteer can do at the bank. Times follow the bank's own clock, or that of a customer whose
 * clock was moved.
 */
export interface Bank extends Clocks {
  order(invoiceNo: string): MockOrder | undefined;
  isExpired(order: MockOrder): boolean;
  /** The payment of an order that holds its money, if any. */
  paidBy(invoiceNo: string): MockPayment | undefined;
  /** Makes a new payment with its own id, applying what was scripted for it, and tells the shop. */
  pay(request: PayRequest): Paying;
  /** Tells the shop about an existing payment again, perhaps wrongly. */
  notify(paymentId: string, script: Script): Paying | undefined;
  /** Moves a payment to another state and tells the shop. */
  move(paymentId: string, state: MockPayment['state']): Paying | undefined;
  /** The payer complains, or their complaint is decided; the shop is told. */
  dispute(paymentId: string, move: DisputeMove): Paying | undefined;
  /** Gives money back by hand, all that is left when no sum is named, and tells the shop. */
  giveBack(paymentId: string, outSum?: string): Paying | undefined;
  addFault(invoiceNo: string | undefined, script: Script): string;
}

export function createBank(parts: BankParts): Bank {
  const { book } = parts;
  const clocks = createClocks(book);
  const now = (shp: MockPayment['shp']) => clocks.now(customerOf(shp));
  const tell = teller(parts);
  return {
    ...clocks,
    order: (invoiceNo) => book.orders.get(invoiceNo),
    isExpired: ({ expiresAt, shp }) => expiresAt !== undefined && now(shp) >= new Date(expiresAt),
    paidBy: (no) =>
      book.payments.all().find(({ orderNo, state }) => orderNo === no && holdsMoney(state)),
    pay: ({ invoiceNo, script: asked }) => {
      const script = { ...takeFaults(book, invoiceNo), ...asked };
      const order = book.orders.get(invoiceNo);
      const at = now(order?.shp ?? {});
      const payment = newPayment(order, { invoiceNo, script, now: at });
      const stored = script.onlyInNotification === true ? truthOf(payment, book) : payment;
      book.payments.put(payment.id, stored);
      const isKept = script.savesMethod === true && holdsMoney(stored.state);
      if (isKept) saveMethod(book, stored, at);
      return tell(payment, script);
    },
    notify: (paymentId, script) => {
      const payment = book.payments.get(paymentId);
      return payment && tell(falsified(payment, script), script);
    },
    move: (paymentId, state) => {
      const payment = book.payments.get(paymentId);
      if (!payment) return undefined;
      book.payments.put(paymentId, { ...payment, state });
      return tell({ ...payment, state }, {});
    },
    dispute: (paymentId, asked) => {
      const payment = book.payments.get(paymentId);
      if (!payment) return undefined;
      const moved = disputed(payment, asked, now(payment.shp));
      book.payments.put(paymentId, moved);
      return tell(moved, {});
    },
    giveBack: (paymentId, outSum) => {
      const payment = book.payments.get(paymentId);
      if (!payment) return undefined;
      const key = `cabinet:${randomBytes(6).toString('hex')}`;
      const { currency } = payment;
      const asked = { key, paymentId, currency, outSum: outSum ?? unrefunded(book, payment) };
      const at = now(payment.shp).toISOString();
      if (refund(book, asked, at).kind !== 'done') return undefined;
      return tell(book.payments.get(paymentId) ?? payment, {});
    },
    addFault: (invoiceNo, script) => {
      const id = `mf_${randomBytes(6).toString('hex')}`;
      book.faults.put(id, { id, invoiceNo, script });
      return id;
    },
  };
}

/** Tells the shop about a payment, as scripted. */
function teller({ book, notifier, signatures }: BankParts) {
  return (payment: MockPayment, script: Script): Paying => {
    const groups = plannedNotifications({ payment, script, signatures });
    const sent = notifier.dispatch({ groups, delayMs: script.delayMs ?? 0 });
    const ids = groups.flat().map(({ id }) => id);
    return { payment, tried: sent.then(() => ({ payment, notifications: found(book, ids) })) };
  };
}

/** Scripts waiting for this order come before those waiting for any; each is used up. */
function takeFaults(book: Book, invoiceNo: string): Script {
  const matching = book.faults
    .all()
    .filter((fault) => fault.invoiceNo === undefined || fault.invoiceNo === invoiceNo)
    .sort((a, b) => Number(a.invoiceNo !== undefined) - Number(b.invoiceNo !== undefined));
  matching.forEach(({ id }) => book.faults.remove(id));
  return matching.reduce<Script>((merged, { script }) => ({ ...merged, ...script }), {});
}

interface NewPayment {
  readonly invoiceNo: string;
  readonly script: Script;
  readonly now: Date;
}

function newPayment(
  order: MockOrder | undefined,
  { invoiceNo, script, now }: NewPayment,
): MockPayment {
  const { status } = script;
  const payment: MockPayment = {
    id: `mp_${randomBytes(12).toString('hex')}`,
    orderNo: invoiceNo,
    invoiceNo,
    outSum: order?.outSum ?? '0.00',
    currency: order?.currency ?? 'RUB',
    shp: order?.shp ?? {},
    state: isDeclined(script) ? 'failed' : highestState(script.states ?? ['paid']),
    ...(isDeclined(script) ? { declineCode: script.declineCode ?? 'insufficient_funds' } : {}),
    paidAt: script.paidAt ?? now.toISOString(),
    createdAt: now.toISOString(),
    refusesRefunds: script.refuseRefunds === true,
    evasion: status && { answer: status.answer, untilMs: Date.now() + status.forMs },
  };
  return falsified(payment, script);
}

function isDeclined({ decline, declineCode }: Script): boolean {
  return decline === true || declineCode !== undefined;
}

function falsified(payment: MockPayment, script: Script): MockPayment {
  const { userId, claimedInvoiceId } = script;
  return {
    ...payment,
    invoiceNo: script.claimedInvoiceNo ?? payment.invoiceNo,
    outSum: script.outSum ?? payment.outSum,
    currency: script.currency ?? payment.currency,
    shp: {
      ...payment.shp,
      ...(userId === undefined ? {} : { Shp_user_id: userId }),
      ...(claimedInvoiceId === undefined ? {} : { Shp_invoice_id: claimedInvoiceId }),
    },
  };
}

/** The payment as the bank itself sees it when only the notification lies. */
function truthOf(payment: MockPayment, book: Book): MockPayment {
  const order = book.orders.get(payment.orderNo);
  if (!order) return payment;
  const { outSum, currency, shp, invoiceNo } = order;
  return { ...payment, outSum, currency, shp, invoiceNo };
}

function found(book: Book, ids: readonly string[]): MockNotification[] {
  return ids.flatMap((id) => book.notifications.get(id) ?? []);
}
