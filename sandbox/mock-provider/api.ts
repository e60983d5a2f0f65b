import { Router, json } from 'express';
import type { Request, RequestHandler, Response } from 'express';
import type { Bank } from './bank';
import type { Book } from './book';
import { customerOf } from './clocks';
import { routeText, textFields } from './fields';
import { methodRoutes } from './method-routes';
import { DECLINES } from './model';
import type { MockPayment } from './model';
import { pageFields, takeOrder } from './orders';
import { evade, evasionOf, outageGate } from './outage';
import { refund, refundsOf } from './refunds';
import { sameSignature } from './signature';
import type { Signatures } from './signature';

export interface ApiParts {
  readonly bank: Bank;
  readonly book: Book;
  readonly signatures: Signatures;
  readonly merchantLogin: string;
  readonly apiKey: string;
  /** The address browsers reach the pay page at. */
  readonly baseUrl: () => string;
}

/** What a shop's server may ask of the bank; every call carries `X-Api-Key`. */
export function apiRoutes(parts: ApiParts): Router {
  const { book } = parts;
  const routes = Router();
  routes.use(json({ limit: '64kb' }), keyRequired(parts.apiKey));
  routes.post('/orders', outageGate(book, 'create'), createOrder(parts));
  routes.post('/orders/:no/cancel', cancelOrder(parts));
  routes.get('/payments/:id', outageGate(book, 'status'), (request, response) => {
    const payment = book.payments.get(routeText(request, 'id'));
    if (payment) answerPayments(parts, { response, payments: [payment], isList: false });
    else notFound(response);
  });
  routes.get('/payments', outageGate(book, 'status'), (request, response) => {
    const no = textFields(request.query)['invoice_no'];
    const payments = book.payments.all().filter(({ invoiceNo }) => invoiceNo === no);
    answerPayments(parts, { response, payments, isList: true });
  });
  routes.get('/statement', outageGate(book, 'status'), statement(parts));
  routes.post('/refunds', outageGate(book, 'refund'), createRefund(parts));
  routes.get('/refunds/:key', outageGate(book, 'refund'), (request, response) => {
    const known = book.refunds.get(routeText(request, 'key'));
    if (known) response.json(known);
    else notFound(response);
  });
  routes.use(methodRoutes(parts));
  routes.use((_request, response) => notFound(response));
  return routes;
}

function keyRequired(apiKey: string): RequestHandler {
  return (request, response, next) => {
    if (sameSignature(request.get('x-api-key') ?? '', apiKey)) next();
    else response.status(401).json({ error: 'unauthorised' });
  };
}

function createOrder({ bank, book, signatures, merchantLogin, baseUrl }: ApiParts): RequestHandler {
  return (request, response) => {
    const fields = textFields(request.body);
    const answer = takeOrder(book, signatures, {
      key: request.get('idempotency-key') ?? '',
      ...{ merchantLogin, fields },
      at: bank.now(customerOf(fields)).toISOString(),
    });
    if (answer.kind === 'invalid') response.status(400).json({ error: answer.reason });
    else if (answer.kind === 'conflict') response.status(409).json({ error: 'other_terms' });
    else {
      const query = new URLSearchParams(pageFields(answer.order, merchantLogin)).toString();
      const url = `${baseUrl()}/mock-payment?${query}`;
      response.status(answer.isRepeat ? 200 : 201).json({ orderId: answer.order.invoiceNo, url });
    }
  };
}

function cancelOrder({ book }: ApiParts): RequestHandler {
  return (request, response) => {
    const order = book.orders.get(routeText(request, 'no'));
    if (!order) return notFound(response);
    book.orders.put(order.invoiceNo, { ...order, cancelled: true });
    response.json({ cancelled: true });
  };
}

interface PaymentsAnswer {
  readonly response: Response;
  readonly payments: readonly MockPayment[];
  readonly isList: boolean;
}

function answerPayments(parts: ApiParts, { response, payments, isList }: PaymentsAnswer): void {
  const evasion = evasionOf(payments);
  if (evasion) evade(response, evasion);
  else {
    const views = payments.map((payment) => paymentView(parts.book, payment));
    response.json(isList ? { payments: views } : views[0]);
  }
}

function statement(parts: ApiParts): RequestHandler {
  return (request: Request, response) => {
    const { from = '', to = '9999' } = textFields(request.query);
    const within = (at: string) => at >= from && at < to;
    const refunds = parts.book.refunds.all().filter(({ createdAt }) => within(createdAt));
    // What went back in these days moved in these days, whenever it was paid.
    const moved = new Set(refunds.map(({ paymentId }) => paymentId));
    const payments = parts.book.payments
      .all()
      .filter(({ id, paidAt }) => within(paidAt) || moved.has(id));
    response.json({ payments: payments.map((each) => paymentView(parts.book, each)), refunds });
  };
}

function createRefund({ bank, book }: ApiParts): RequestHandler {
  return (request, response) => {
    const { key = '', paymentId = '', outSum = '', currency = '' } = textFields(request.body);
    if (key === '') return void response.status(400).json({ error: 'key_missing' });
    const at = bank.now(customerOf(book.payments.get(paymentId)?.shp ?? {})).toISOString();
    const answer = refund(book, { key, paymentId, outSum, currency }, at);
    if (answer.kind === 'invalid') response.status(422).json({ error: answer.reason });
    else if (answer.kind === 'refused') response.status(409).json({ error: 'refund_refused' });
    else response.json({ ...answer.refund, alreadyRefunded: answer.kind === 'already_refunded' });
  };
}

function paymentView(book: Book, payment: MockPayment): Record<string, unknown> {
  const { id, state, outSum, currency, invoiceNo, shp, paidAt, createdAt } = payment;
  const refunds = refundsOf(book, id);
  const told = { id, state, outSum, currency, invId: invoiceNo, shp, paidAt, createdAt, refunds };
  const code = payment.declineCode;
  const decline = code && { code, isHard: DECLINES[code] === 'hard' };
  const view = { ...told, ...(decline ? { decline } : {}) };
  if (!payment.dispute) return view;
  const { ref, stage, outSum: disputedSum, dueAt } = payment.dispute;
  return { ...view, dispute: { ref, stage, outSum: disputedSum, dueAt } };
}

function notFound(response: Response): void {
  response.status(404).json({ error: 'not_found' });
}
