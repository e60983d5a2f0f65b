import { Router, json } from 'express';
import type { Response } from 'express';
import type { z } from 'zod';
import type { Bank, Paying, Payout } from './bank';
import type { Book } from './book';
import { routeText, textFields } from './fields';
import type { Notifier } from './notifier';
import { endOutages, liveOutages, startOutage } from './outage';
import { controlBodies, scriptOf } from './script';

export interface ControlParts {
  readonly bank: Bank;
  readonly book: Book;
  readonly notifier: Notifier;
}

/** The puppeteer's API: pays, falsifies, breaks and moves the clock. For tests and for the panel. */
export function controlRoutes(parts: ControlParts): Router {
  const routes = Router();
  routes.use(json({ limit: '64kb' }));
  paymentRoutes(routes, parts);
  reversalRoutes(routes, parts);
  faultRoutes(routes, parts);
  lookRoutes(routes, parts);
  routes.use((_request, response) => {
    response.status(404).json({ error: 'not_found' });
  });
  return routes;
}

function payBody(bank: Bank, body: z.infer<typeof controlBodies.pay>): Paying {
  const claimed = body.invoiceId === undefined ? {} : { claimedInvoiceId: body.invoiceId };
  return bank.pay({ invoiceNo: body.invoiceNo, script: { ...claimed, ...scriptOf(body) } });
}

function paymentRoutes(routes: Router, { bank }: ControlParts): void {
  routes.post('/pay', async (request, response) => {
    const body = parsed(controlBodies.pay, request.body, response);
    if (body) await answerPaying(response, payBody(bank, body), body.wait);
  });
  routes.post('/payments/:id/notify', async (request, response) => {
    const body = parsed(controlBodies.notify, request.body, response);
    if (!body) return;
    const paying = bank.notify(routeText(request, 'id'), scriptOf(body));
    await answerPaying(response, paying, body.wait);
  });
  routes.post('/payments/:id/state', async (request, response) => {
    const body = parsed(controlBodies.move, request.body, response);
    if (!body) return;
    await answerPaying(response, bank.move(routeText(request, 'id'), body.state), body.wait);
  });
}

function reversalRoutes(routes: Router, { bank }: ControlParts): void {
  routes.post('/payments/:id/dispute', async (request, response) => {
    const body = parsed(controlBodies.dispute, request.body, response);
    if (!body) return;
    const { wait, ...move } = body;
    await answerPaying(response, bank.dispute(routeText(request, 'id'), move), wait);
  });
  routes.post('/payments/:id/refund', async (request, response) => {
    const body = parsed(controlBodies.giveBack, request.body, response);
    if (!body) return;
    await answerPaying(response, bank.giveBack(routeText(request, 'id'), body.outSum), body.wait);
  });
}

function faultRoutes(routes: Router, { bank, book, notifier }: ControlParts): void {
  routes.post('/faults', (request, response) => {
    const body = parsed(controlBodies.fault, request.body, response);
    if (body) response.json({ id: bank.addFault(body.invoiceNo, scriptOf(body.script)) });
  });
  routes.delete('/faults', (_request, response) => {
    book.faults.all().forEach(({ id }) => book.faults.remove(id));
    response.json({ faults: [] });
  });
  routes.post('/outage', (request, response) => {
    const body = parsed(controlBodies.outage, request.body, response);
    if (!body) return;
    const { forMs, requests, ...outage } = body;
    const untilMs = forMs === undefined ? undefined : Date.now() + forMs;
    response.json({ id: startOutage(book, { ...outage, untilMs, requests }) });
  });
  routes.delete('/outage', (_request, response) => {
    endOutages(book);
    response.json({ outages: [] });
  });
  routes.post('/clock', (request, response) => {
    const body = parsed(controlBodies.clock, request.body, response);
    if (!body) return;
    const { customerId, advanceMs = 0, offsetMs = bank.clockOffsetMs(customerId) } = body;
    bank.setClock(offsetMs + advanceMs, customerId);
    const now = bank.now(customerId).toISOString();
    response.json({ offsetMs: bank.clockOffsetMs(customerId), now });
  });
  routes.post('/notifications/retry', async (_request, response) => {
    await notifier.retryNow();
    response.json({ notifications: book.notifications.all() });
  });
}

function lookRoutes(routes: Router, { bank, book }: ControlParts): void {
  routes.get('/state', (_request, response) => {
    response.json({
      now: bank.now().toISOString(),
      offsetMs: bank.clockOffsetMs(),
      orders: book.orders.all(),
      payments: book.payments.all(),
      refunds: book.refunds.all(),
      faults: book.faults.all(),
      outages: liveOutages(book),
    });
  });
  routes.get('/notifications', (request, response) => {
    const id = textFields(request.query)['payment_id'];
    const all = book.notifications.all();
    response.json({ notifications: all.filter((each) => !id || each.paymentId === id) });
  });
}

async function answerPaying(
  response: Response,
  paying: Paying | undefined,
  isWaiting = false,
): Promise<void> {
  if (!paying) response.status(404).json({ error: 'not_found' });
  else if (isWaiting) response.json(deliveries(await paying.tried));
  else response.json({ payment: paying.payment });
}

function deliveries({ payment, notifications }: Payout): Record<string, unknown> {
  const answers = notifications.map(({ id, state, status, attempts, last }) => ({
    notificationId: id,
    state,
    outcome: status,
    attempts,
    status: last?.status,
    body: last?.body,
  }));
  return { payment, deliveries: answers };
}

function parsed<T>(schema: z.ZodType<T>, body: unknown, response: Response): T | undefined {
  const result = schema.safeParse(body ?? {});
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  response.status(400).json({ error: 'bad_request', problems });
  return undefined;
}
