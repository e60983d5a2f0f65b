import { randomBytes } from 'node:crypto';
import { Router, urlencoded } from 'express';
import type { Request, Response } from 'express';
import type { Bank } from './bank';
import type { Book } from './book';
import { routeText, textFields } from './fields';
import { revokeMethod } from './methods';
import { DISPUTE_STAGES } from './model';
import { endOutages, liveOutages, startOutage } from './outage';
import { pageFields } from './orders';
import { panelPage } from './pages/panel';
import { controlBodies, scriptOfForm } from './script';
import { contentPolicy } from './security';

export interface PanelParts {
  readonly bank: Bank;
  readonly book: Book;
  readonly merchantLogin: string;
}

/** The panel: forms that do what the control API does, then show the desk again. */
export function panelRoutes(parts: PanelParts): Router {
  const { bank, book } = parts;
  const routes = Router();
  routes.use(urlencoded({ extended: false }));
  routes.get('/', (request, response) => showPanel(parts, request, response));
  routes.get('/revision', (_request, response) => {
    response.json({ revision: book.revision() });
  });
  routes.post('/clock', (request, response) => {
    const { advanceMs = '0', reset } = textFields(request.body);
    const advance = /^\d{1,12}$/.test(advanceMs) ? Number(advanceMs) : 0;
    bank.setClock(reset === undefined ? bank.clockOffsetMs() + advance : 0);
    response.redirect(303, '/panel');
  });
  routes.post('/pay', (request, response) => {
    const { invoiceNo = '' } = textFields(request.body);
    if (bank.order(invoiceNo)) bank.pay({ invoiceNo, script: {} });
    response.redirect(303, '/panel');
  });
  routes.post('/faults', (request, response) => setTrap(parts, request, response));
  routes.post('/outage', (request, response) => {
    breakApi(book, textFields(request.body));
    response.redirect(303, '/panel');
  });
  routes.post('/payments/:id', (request, response) => {
    actOnPayment(parts, routeText(request, 'id'), textFields(request.body)['action'] ?? '');
    response.redirect(303, '/panel');
  });
  routes.post('/methods/:id', (request, response) => {
    revokeMethod(book, routeText(request, 'id'));
    response.redirect(303, '/panel');
  });
  return routes;
}

function showPanel(
  { bank, book, merchantLogin }: PanelParts,
  request: Request,
  response: Response,
) {
  const nonce = randomBytes(12).toString('base64');
  response.set('content-security-policy', contentPolicy(nonce));
  response.send(
    panelPage({
      now: bank.now().toISOString(),
      offsetMs: bank.clockOffsetMs(),
      orders: [...book.orders.all()].reverse(),
      payments: [...book.payments.all()].reverse(),
      notifications: [...book.notifications.all()].reverse(),
      methods: [...book.methods.all()].reverse(),
      faults: book.faults.all(),
      outages: liveOutages(book),
      payUrl: (order) =>
        `/mock-payment?${new URLSearchParams(pageFields(order, merchantLogin)).toString()}`,
      revision: book.revision(),
      nonce,
      problem:
        textFields(request.query)['problem'] === 'script'
          ? 'That script makes no sense.'
          : undefined,
    }),
  );
}

function setTrap({ bank, book }: PanelParts, request: Request, response: Response): void {
  const form = textFields(request.body);
  if (form['clear'] !== undefined) {
    book.faults.all().forEach(({ id }) => book.faults.remove(id));
    return response.redirect(303, '/panel');
  }
  const script = scriptOfForm(form);
  if (script) bank.addFault(form['invoiceNo'] || undefined, script);
  response.redirect(303, script ? '/panel' : '/panel?problem=script');
}

function breakApi(book: Book, form: Readonly<Record<string, string>>): void {
  endOutages(book);
  if (form['end'] !== undefined) return;
  const { scope, answer, forSec } = form;
  const parsed = controlBodies.outage.safeParse({
    scope,
    answer,
    forMs: Number(forSec ?? 60) * 1000,
    afterEffect: form['afterEffect'] !== undefined,
  });
  if (!parsed.success) return;
  const { forMs = 60_000, requests, ...outage } = parsed.data;
  startOutage(book, { ...outage, untilMs: Date.now() + forMs, requests });
}

function actOnPayment({ bank, book }: PanelParts, id: string, action: string): void {
  if (!book.payments.get(id)) return;
  if (action === 'notify') bank.notify(id, {});
  else if (action === 'storm') bank.notify(id, { duplicates: 50, variants: true });
  else if (action === 'settle') bank.move(id, 'paid');
  else if (action === 'refunded') bank.giveBack(id);
  else {
    const stage = DISPUTE_STAGES.find((known) => known === action);
    if (stage) bank.dispute(id, { stage });
  }
}
