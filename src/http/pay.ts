import { Router, urlencoded } from 'express';
import type { Request, RequestHandler } from 'express';
import type { InvoiceView } from '../reads/billing';
import { localeOf } from './locale';
import { landingPage } from './pages/landing';
import { LANDING_SCRIPT } from './pages/landing-script';
import { STYLE } from './pages/style';
import type { PollHint } from './poll-hint';
import type { HttpParts } from './ports';

type PayParts = Pick<HttpParts, 'reads' | 'settings'> & { readonly pollHint: PollHint };

/** What a landing page says about an order; nothing is concluded from how the visitor came (PC-13). */
export type PayView = 'checking' | 'paid' | 'closed' | 'refunded' | 'unknown';

/** Where payers land after the provider's page: shown is the server's state, credited is nothing. */
export function payRoutes(parts: PayParts): Router {
  const routes = Router();
  const form = urlencoded({ extended: false, limit: '16kb' });
  routes.get('/pay/page.css', (_request, response) => {
    response.set('cache-control', 'public, max-age=300').type('text/css').send(STYLE);
  });
  routes.get('/pay/page.js', (_request, response) => {
    response
      .set('cache-control', 'public, max-age=300')
      .type('text/javascript')
      .send(LANDING_SCRIPT);
  });
  routes.get('/pay/status/:invoiceId', async (request, response) => {
    const invoice = await findInvoice(parts, invoiceIdText(request.params['invoiceId']));
    const view = viewOf(invoice);
    response.set('cache-control', 'no-store').status(invoice ? 200 : 404);
    response.json(
      invoice ? { view, state: invoice.state, fulfilledAs: invoice.fulfilledAs } : { view },
    );
  });
  routes.all('/pay/success', form, landing(parts, 'success'));
  routes.all('/pay/fail', form, landing(parts, 'fail'));
  return routes;
}

function landing(parts: PayParts, door: 'success' | 'fail'): RequestHandler {
  return async (request, response) => {
    const invoice = await findInvoice(parts, claimedInvoiceId(request));
    if (invoice) await askSoon(parts, invoice.invoiceId, request);
    const view = viewOf(invoice);
    const { chatUrl } = parts.settings;
    response
      .set('cache-control', 'no-store')
      .vary('accept-language')
      .send(landingPage({ door, view, invoice, locale: localeOf(request), chatUrl }));
  };
}

/** A visitor who comes back is a reason to ask the provider; failing to ask changes nothing on the page. */
async function askSoon({ pollHint }: PayParts, invoiceId: string, request: Request): Promise<void> {
  try {
    await pollHint.byId(invoiceId);
  } catch (error) {
    request.log.warn({ err: error, invoiceId }, 'the poll was not advanced');
  }
}

function claimedInvoiceId(request: Request): string | undefined {
  const body = (request.body ?? {}) as Record<string, unknown>;
  const { query } = request;
  return invoiceIdText(query['invoice'] ?? query['Shp_invoice_id'] ?? body['Shp_invoice_id']);
}

/** Ids are UUIDs; anything else never reaches the database. */
function invoiceIdText(value: unknown): string | undefined {
  const isId = typeof value === 'string' && /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(value);
  return isId ? value : undefined;
}

async function findInvoice(
  { reads }: PayParts,
  invoiceId: string | undefined,
): Promise<InvoiceView | undefined> {
  return invoiceId === undefined ? undefined : reads.invoice(invoiceId);
}

function viewOf(invoice: InvoiceView | undefined): PayView {
  switch (invoice?.state) {
    case undefined:
      return 'unknown';
    case 'draft':
    case 'pending':
      return 'checking';
    case 'paid':
    case 'partially_refunded':
      return 'paid';
    case 'expired':
    case 'cancelled':
      return invoice.isConfirming ? 'checking' : 'closed';
    case 'refunded':
      return 'refunded';
  }
}
