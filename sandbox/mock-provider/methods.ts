import { randomBytes } from 'node:crypto';
import { Router } from 'express';
import type { Bank } from './bank';
import type { Book } from './book';
import { routeText, textFields } from './fields';
import { holdsMoney } from './model';
import type { MockMethod, MockPayment } from './model';
import { outageGate } from './outage';

/** Cards that payers let a shop keep: saved from a payment, charged without the payer, revoked for good. */
export function methodRoutes({ bank, book }: { bank: Bank; book: Book }): Router {
  const routes = Router();
  routes.use('/methods', outageGate(book, 'method'));
  routes.post('/methods', (request, response) => {
    const { paymentId = '' } = textFields(request.body);
    const payment = book.payments.get(paymentId);
    if (payment && holdsMoney(payment.state)) {
      response.status(201).json(saveMethod(book, payment, bank.now().toISOString()));
    } else response.status(422).json({ error: 'payment_not_found' });
  });
  routes.get('/methods/:id', (request, response) => {
    const method = book.methods.get(routeText(request, 'id'));
    if (method) response.json(method);
    else response.status(404).json({ error: 'not_found' });
  });
  routes.post('/methods/:id/charge', (request, response) => {
    const method = book.methods.get(routeText(request, 'id'));
    const { key = '', invoiceNo = '' } = textFields(request.body);
    if (!method || key === '' || !book.orders.get(invoiceNo)) {
      response.status(422).json({ error: 'bad_charge' });
      return;
    }
    const payment = chargeOnce({ bank, book }, method, { key, invoiceNo });
    if (payment) response.json({ paymentId: payment.id, state: payment.state });
    else response.status(409).json({ error: 'method_revoked' });
  });
  routes.post('/methods/:id/revoke', (request, response) => {
    const method = book.methods.get(routeText(request, 'id'));
    if (!method) {
      response.status(404).json({ error: 'not_found' });
      return;
    }
    const revoked: MockMethod = { ...method, state: 'revoked' };
    book.methods.put(method.id, revoked);
    response.json(revoked);
  });
  return routes;
}

/** One method for a payment, however often it is saved. */
export function saveMethod(book: Book, payment: MockPayment, createdAt: string): MockMethod {
  const known = book.methods.all().find(({ paymentId }) => paymentId === payment.id);
  if (known) return known;
  const method: MockMethod = {
    id: `mm_${randomBytes(9).toString('hex')}`,
    paymentId: payment.id,
    label: 'Mock •• 4242',
    state: 'active',
    createdAt,
  };
  book.methods.put(method.id, method);
  return method;
}

/** A charge by its key, once; undefined when the payer has taken the permission back. */
function chargeOnce(
  { bank, book }: { bank: Bank; book: Book },
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
