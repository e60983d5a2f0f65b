import { Router } from 'express';
import type { Request, RequestHandler, Response } from 'express';
import type { Bank } from './bank';
import type { Book } from './book';
import { customerOf } from './clocks';
import { routeText, textFields } from './fields';
import { methodOf, revokeMethod, saveMethod } from './methods';
import { DECLINES, holdsMoney } from './model';
import type { MockMethod, MockPayment } from './model';
import { takeOrder } from './orders';
import { outageGate } from './outage';
import type { Signatures } from './signature';

export interface MethodParts {
  readonly bank: Bank;
  readonly book: Book;
  readonly signatures: Signatures;
  readonly merchantLogin: string;
}

/** Cards that payers let a shop keep: saved from a payment, charged without the payer, revoked for good. */
export function methodRoutes(parts: MethodParts): Router {
  const { bank, book } = parts;
  const routes = Router();
  routes.use('/methods', outageGate(book, 'method'));
  routes.post('/methods', (request, response) => {
    const { paymentId = '' } = textFields(request.body);
    const payment = book.payments.get(paymentId);
    if (payment && holdsMoney(payment.state)) {
      response.status(201).json(saveMethod(book, payment, bank.now(customerOf(payment.shp))));
    } else response.status(422).json({ error: 'payment_not_found' });
  });
  routes.get('/methods', (request, response) => {
    const method = methodOf(book, textFields(request.query)['payment_id'] ?? '');
    response.json({ methods: method ? [method] : [] });
  });
  routes.get('/methods/:id', (request, response) => {
    answerMethod(response, book.methods.get(routeText(request, 'id')));
  });
  routes.post('/methods/:id/charge', chargeMethod(parts));
  routes.post('/methods/:id/revoke', (request, response) => {
    answerMethod(response, revokeMethod(book, routeText(request, 'id')));
  });
  return routes;
}

function answerMethod(response: Response, method: MockMethod | undefined): void {
  if (method) response.json(method);
  else response.status(404).json({ error: 'not_found' });
}

/** A charge carries an order of its own, signed like any other, or names one that is known. */
function chargeMethod(parts: MethodParts): RequestHandler {
  return (request: Request, response) => {
    const method = parts.book.methods.get(routeText(request, 'id'));
    const fields = textFields(request.body);
    const { key = '', invoiceNo = orderNo(parts, fields) ?? '' } = fields;
    if (!method || key === '' || !parts.book.orders.get(invoiceNo)) {
      response.status(422).json({ error: 'bad_charge' });
      return;
    }
    const payment = chargeOnce(parts, method, { key, invoiceNo });
    if (payment) answerCharge(response, payment);
    else response.status(409).json({ error: 'method_revoked' });
  };
}

function orderNo(
  { bank, book, signatures, merchantLogin }: MethodParts,
  fields: Readonly<Record<string, string>>,
): string | undefined {
  const at = bank.now(customerOf(fields)).toISOString();
  const key = `charge:${fields['key'] ?? ''}`;
  const answer = takeOrder(book, signatures, { key, merchantLogin, fields, at });
  return answer.kind === 'accepted' ? answer.order.invoiceNo : undefined;
}

/** A charge by its key, once; undefined when the payer has taken the permission back. */
function chargeOnce(
  { bank, book }: MethodParts,
  method: MockMethod,
  charge: { key: string; invoiceNo: string },
): MockPayment | undefined {
  const before = book.charges.get(charge.key);
  if (before) return book.payments.get(before.paymentId);
  if (method.state !== 'active') return undefined;
  const { payment } = bank.pay({ invoiceNo: charge.invoiceNo, script: {} });
  book.charges.put(charge.key, { methodId: method.id, paymentId: payment.id });
  return payment;
}

function answerCharge(response: Response, { id, state, declineCode }: MockPayment): void {
  if (declineCode === undefined) response.json({ paymentId: id, state });
  else {
    const isHard = DECLINES[declineCode] === 'hard';
    response.status(402).json({ error: 'declined', paymentId: id, code: declineCode, isHard });
  }
}
