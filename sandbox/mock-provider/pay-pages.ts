import { Router, urlencoded } from 'express';
import type { Request, RequestHandler, Response } from 'express';
import { less, more } from './amount';
import type { Bank } from './bank';
import type { Book } from './book';
import { customerOf } from './clocks';
import { routeText, textFields } from './fields';
import type { MockOrder, MockPayment, Script } from './model';
import { isSigned, pageFields } from './orders';
import { payPage, refusalPage } from './pages/pay';
import { resultPage } from './pages/result';
import type { ShopView } from './pages/result';
import { shpOf } from './signature';
import type { Signatures } from './signature';

export interface PayPagesParts {
  readonly bank: Bank;
  readonly book: Book;
  readonly signatures: Signatures;
  readonly merchantLogin: string;
  /** The product's public address: its landing pages and the state they show. */
  readonly shopBaseUrl: string | undefined;
}

const LATE_BY_MS = 3_600_000;

/** The payer's pages: choose, then watch. */
export function payPageRoutes(parts: PayPagesParts): Router {
  const routes = Router();
  routes.get('/mock-payment', (request, response) => {
    const order = genuineOrder(parts, textFields(request.query), response);
    if (order) response.send(payPage(pageView(parts, order)));
  });
  routes.post('/mock-payment', urlencoded({ extended: false }), choose(parts));
  routes.get('/mock-payment/result/:id', showResult(parts));
  return routes;
}

function choose(parts: PayPagesParts): RequestHandler {
  return (request: Request, response) => {
    const fields = textFields(request.body);
    const order = genuineOrder(parts, fields, response);
    if (!order) return;
    const choice = scriptOfChoice(parts, order, fields['action'] ?? '');
    if (!choice) return response.redirect(303, pagePath(parts, order));
    const savesMethod = order.offersSaving === true && fields['save'] !== undefined;
    const script = { ...choice, ...(savesMethod ? { savesMethod } : {}) };
    const { payment } = parts.bank.pay({ invoiceNo: order.invoiceNo, script });
    response.redirect(303, `/mock-payment/result/${payment.id}`);
  };
}

/** What a button means; nothing for an order that is paid, or closed and not paid late. */
function scriptOfChoice(
  { bank }: PayPagesParts,
  order: MockOrder,
  action: string,
): Script | undefined {
  if (bank.paidBy(order.invoiceNo)) return undefined;
  if (action === 'late') return { paidAt: lateInstant(bank, order).toISOString() };
  if (order.cancelled || bank.isExpired(order)) return undefined;
  const { outSum, currency } = order;
  if (action === 'pay') return {};
  if (action === 'decline') return { decline: true };
  if (action === 'less') return { outSum: less(outSum, currency) };
  return action === 'more' ? { outSum: more(outSum, currency) } : undefined;
}

function lateInstant(bank: Bank, { expiresAt, shp }: MockOrder): Date {
  const late = expiresAt === undefined ? 0 : Date.parse(expiresAt) + LATE_BY_MS;
  return new Date(Math.max(late, bank.now(customerOf(shp)).getTime()));
}

function genuineOrder(
  { book, signatures, merchantLogin }: PayPagesParts,
  fields: Readonly<Record<string, string>>,
  response: Response,
): MockOrder | undefined {
  const { OutSum: outSum = '', InvId: invoiceNo = '', OutSumCurrency: currency = 'RUB' } = fields;
  const locale = fields['Culture'] === 'ru' ? 'ru' : 'en';
  const signature = fields['SignatureValue'] ?? '';
  const asked = { outSum, invoiceNo, currency, signature, shp: shpOf(fields) };
  const refuse = (status: number, kind: 'bad' | 'unknown') => {
    response.status(status).send(refusalPage(kind, locale));
    return undefined;
  };
  if (fields['MerchantLogin'] !== merchantLogin || !isSigned(asked, signatures))
    return refuse(400, 'bad');
  const order = book.orders.get(invoiceNo);
  if (!order) return refuse(404, 'unknown');
  return isSigned({ ...order, signature }, signatures) ? order : refuse(400, 'bad');
}

function pageView({ bank, merchantLogin }: PayPagesParts, order: MockOrder) {
  return {
    order,
    fields: pageFields(order, merchantLogin),
    isExpired: bank.isExpired(order),
    isPaid: bank.paidBy(order.invoiceNo) !== undefined,
  };
}

function pagePath({ merchantLogin }: PayPagesParts, order: MockOrder): string {
  return `/mock-payment?${new URLSearchParams(pageFields(order, merchantLogin)).toString()}`;
}

function showResult(parts: PayPagesParts): RequestHandler {
  return async (request, response) => {
    const payment = parts.book.payments.get(routeText(request, 'id'));
    if (!payment) return void response.status(404).send(refusalPage('unknown', 'en'));
    const order = parts.book.orders.get(payment.orderNo);
    const notices = parts.book.notifications.all();
    response.send(
      resultPage({
        payment,
        order,
        notification: notices.filter(({ paymentId }) => paymentId === payment.id).at(-1),
        shopView: await shopView(parts.shopBaseUrl, order),
        returnUrl: returnUrl(parts.shopBaseUrl, payment, order),
        retryUrl: order && pagePath(parts, order),
      }),
    );
  };
}

function returnUrl(
  base: string | undefined,
  payment: MockPayment,
  order: MockOrder | undefined,
): string | undefined {
  const invoiceId = order?.shp['Shp_invoice_id'];
  if (base === undefined || invoiceId === undefined) return undefined;
  const path = payment.state === 'failed' ? 'fail' : 'success';
  return `${base}/pay/${path}?${new URLSearchParams({ invoice: invoiceId }).toString()}`;
}

/** The shop's own word about the order; anything but a clear answer means it is still checking. */
async function shopView(base: string | undefined, order: MockOrder | undefined): Promise<ShopView> {
  const invoiceId = order?.shp['Shp_invoice_id'];
  if (base === undefined || invoiceId === undefined) return 'checking';
  try {
    const url = `${base}/pay/status/${encodeURIComponent(invoiceId)}`;
    const response = await fetch(url, { signal: AbortSignal.timeout(1500), redirect: 'error' });
    const { view } = textFields(await response.json());
    return response.ok && (view === 'paid' || view === 'closed') ? view : 'checking';
  } catch {
    return 'checking';
  }
}
