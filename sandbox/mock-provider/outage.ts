import { randomBytes } from 'node:crypto';
import type { RequestHandler, Response } from 'express';
import type { Book } from './book';
import type { Evasion, MockPayment, Outage, OutageScope } from './model';

/** Lets an outage that covers this scope answer instead of, or after, the real handler. */
export function outageGate(book: Book, scope: OutageScope): RequestHandler {
  return (_request, response, next) => {
    const outage = takeOutage(book, scope);
    if (!outage) next();
    else if (outage.afterEffect) {
      response.json = () => evade(response, outage.answer);
      next();
    } else evade(response, outage.answer);
  };
}

/** Starts an outage; the newest one of a scope wins. */
export function startOutage(book: Book, outage: Omit<Outage, 'id'>): string {
  const id = `mx_${randomBytes(6).toString('hex')}`;
  book.outages.put(id, { ...outage, id });
  return id;
}

export function endOutages(book: Book): void {
  book.outages.all().forEach(({ id }) => book.outages.remove(id));
}

export function liveOutages(book: Book): Outage[] {
  return book.outages.all().filter(({ untilMs }) => untilMs === undefined || untilMs > Date.now());
}

/** The way a payment evades questions at the moment, if it does. */
export function evasionOf(payments: readonly MockPayment[]): Evasion | undefined {
  return payments.find(({ evasion }) => evasion && evasion.untilMs > Date.now())?.evasion?.answer;
}

/** Answers with nothing usable: an "unknown", a 503, or silence until the asker gives up. */
export function evade(response: Response, answer: Evasion): Response {
  if (answer === 'unknown') return response.status(200).send({ state: 'unknown' });
  if (answer === 'error') return response.status(503).send({ error: 'scripted_outage' });
  return response;
}

function takeOutage(book: Book, scope: OutageScope): Outage | undefined {
  const outage = liveOutages(book)
    .reverse()
    .find((each) => each.scope === scope || each.scope === 'all');
  if (outage?.requests !== undefined) {
    if (outage.requests <= 1) book.outages.remove(outage.id);
    else book.outages.put(outage.id, { ...outage, requests: outage.requests - 1 });
  }
  return outage;
}
