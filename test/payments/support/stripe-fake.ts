import { createHmac } from 'node:crypto';
import type { Notification } from '../../../src/payments/notification';
import { startHttpFake } from './http-fake';
import type { Asked, HttpFake, Reply } from './http-fake';
import { StripeBook } from './stripe-book';
import type { PaymentError, StripeDispute, StripeIntent, StripeSession } from './stripe-book';
import { StripeProblem } from './stripe-form';
import { HANDLERS } from './stripe-requests';
import type { StripeDesk } from './stripe-requests';

export const STRIPE_KEY = 'sk_test_fake';
export const STRIPE_SECRET = 'whsec_fake';
/** The version that the pinned client speaks. */
const VERSION = '2026-08-26.dahlia';

export interface StripeFake extends Pick<
  HttpFake,
  'url' | 'asked' | 'breakNext' | 'loseAnswers' | 'stop'
> {
  readonly book: StripeBook;
  /** What time it is at Stripe; the machine's until it is set. */
  nowMs: number | undefined;
  /** The next request is carried out, answered with 500, and that answer is stored under its key. */
  failStored(): void;
  /** A day has passed: what was stored under a key is forgotten. */
  forgetKeys(): void;
  /** How the bank answers charges of a saved method from now on. */
  answerCharges(methodId: string, verdict: PaymentError | 'requires_action' | undefined): void;
  sessionOf(invoiceId: string): StripeSession;
  /** The payer pays on the page of an order, or tries to. */
  payPage(invoiceId: string, error?: PaymentError): StripeIntent;
  dispute(intent: StripeIntent, status: string): StripeDispute;
  /** An event as Stripe would send it now. */
  event(type: string, object: unknown, secret?: string): Notification;
}

interface Stored {
  readonly request: string;
  readonly reply: Reply;
}

/** Stripe as its reference describes it, as far as we use it: strict about parameters, keys and amounts. */
export async function startStripeFake(): Promise<StripeFake> {
  const book = new StripeBook();
  const stored = new Map<string, Stored>();
  const verdicts = new Map<string, PaymentError | 'requires_action'>();
  const control = { nowMs: undefined as number | undefined, failsStored: false };
  const nowSeconds = () => Math.floor((control.nowMs ?? Date.now()) / 1_000);
  const desk: StripeDesk = {
    ...{ book, nowSeconds, baseUrl: () => http.url },
    verdictOn: (methodId) => verdicts.get(methodId),
  };
  const http = await startHttpFake((asked) =>
    keyed(asked, stored, () => answered(desk, asked, control)),
  );
  return Object.assign(control, {
    ...{ book, url: http.url, asked: http.asked },
    ...{ breakNext: http.breakNext, loseAnswers: http.loseAnswers, stop: http.stop },
    failStored: () => {
      control.failsStored = true;
    },
    forgetKeys: () => stored.clear(),
    answerCharges: (methodId: string, verdict: PaymentError | 'requires_action' | undefined) => {
      if (verdict) verdicts.set(methodId, verdict);
      else verdicts.delete(methodId);
    },
    sessionOf: (invoiceId: string) => sessionOf(book, invoiceId),
    payPage: (invoiceId: string, error?: PaymentError) =>
      payPage(desk, sessionOf(book, invoiceId), error),
    dispute: (intent: StripeIntent, status: string) => disputed(desk, intent, status),
    event: (type: string, object: unknown, secret = STRIPE_SECRET) =>
      eventOf({ type, object, secret, id: book.id('evt'), seconds: nowSeconds() }),
  });
}

/** A repeated key gives the stored answer; the same key with another request is an error. */
function keyed(asked: Asked, stored: Map<string, Stored>, answer: () => Reply): Reply {
  const key = asked.headers['idempotency-key'];
  if (asked.method !== 'POST') return answer();
  if (typeof key !== 'string' || key.length > 255) return refused(400, 'a key of 255 characters');
  const request = `${asked.path}\n${asked.body.toString('utf8')}`;
  const known = stored.get(key);
  if (known && known.request !== request) {
    const message = 'Keys for idempotent requests can only be used with the same parameters';
    return { status: 400, body: { error: { type: 'idempotency_error', message } } };
  }
  if (known) return { ...known.reply, headers: { 'idempotent-replayed': 'true' } };
  const reply = answer();
  // What was not begun is not stored; a refusal by the bank, and a fault of Stripe's own, are.
  if (![400, 401, 404, 409].includes(reply.status))
    stored.set(key, { request, reply: copied(reply) });
  return reply;
}

function copied(reply: Reply): Reply {
  return { ...reply, body: JSON.parse(JSON.stringify(reply.body)) };
}

function answered(desk: StripeDesk, asked: Asked, control: { failsStored: boolean }): Reply {
  const { method, path, headers } = asked;
  if (headers.authorization !== `Bearer ${STRIPE_KEY}`) return refused(401, 'Invalid API Key');
  if (headers['stripe-version'] !== VERSION) return refused(400, `speak ${VERSION}`);
  if (method === 'POST' && headers['content-type'] !== 'application/x-www-form-urlencoded') {
    return refused(400, 'a form was expected');
  }
  const [handler, id] = handlerOf(method, path);
  if (!handler) return refused(404, `Unrecognized request URL (${method}: ${path})`);
  try {
    const request = { id, body: asked.body.toString('utf8'), query: asked.query.toString() };
    const body = handler(desk, request);
    const isLost = control.failsStored;
    control.failsStored = false;
    return isLost ? refused(500, 'An error occurred on our side') : { status: 200, body };
  } catch (problem) {
    if (problem instanceof StripeProblem)
      return { status: problem.status, body: { error: problem.error } };
    throw problem;
  }
}

function handlerOf(method: string, path: string) {
  for (const [verb, pattern, handler] of HANDLERS) {
    const match = verb === method ? pattern.exec(path) : undefined;
    if (match) return [handler, match[1] ?? ''] as const;
  }
  return [undefined, ''] as const;
}

function refused(status: number, message: string): Reply {
  const type = status === 500 ? 'api_error' : 'invalid_request_error';
  return { status, body: { error: { type, message } } };
}

function sessionOf({ sessions }: StripeBook, invoiceId: string): StripeSession {
  const mine = [...sessions.values()].filter((each) => each.client_reference_id === invoiceId);
  const session = mine.at(-1);
  if (!session) throw new Error('there is no page for this order');
  return session;
}

function payPage(
  { book, nowSeconds }: StripeDesk,
  session: StripeSession,
  error: PaymentError | undefined,
): StripeIntent {
  if (session.status !== 'open') throw new Error(`the page is ${session.status}`);
  const intent = intentOf(book, session, nowSeconds());
  if (error) {
    Object.assign(intent, { status: 'requires_payment_method', last_payment_error: error });
    return intent;
  }
  const customer = session.savesCustomer ? book.id('cus') : null;
  if (customer) book.customers.add(customer);
  const keeps = customer !== null && session.intent.setup_future_usage === 'off_session';
  intent.customer = customer;
  intent.payment_method = book.newMethod(keeps ? customer : null).id;
  book.take(intent);
  Object.assign(session, { status: 'complete', payment_status: 'paid', url: null });
  return intent;
}

/** One page has one intent, however often the payer tries. */
function intentOf(book: StripeBook, session: StripeSession, created: number): StripeIntent {
  const known = session.payment_intent && book.intents.get(session.payment_intent);
  if (known) return known;
  const intent: StripeIntent = {
    ...{ id: book.id('pi'), object: 'payment_intent', status: 'requires_payment_method' },
    ...{ amount: session.amount_total, amount_received: 0, currency: session.currency, created },
    ...session.intent,
    ...{ latest_charge: null, last_payment_error: null, customer: null, payment_method: null },
  };
  book.intents.set(intent.id, intent);
  session.payment_intent = intent.id;
  return intent;
}

function disputed({ book, nowSeconds }: StripeDesk, intent: StripeIntent, status: string) {
  const charge = book.charges.get(intent.latest_charge ?? '');
  if (!charge) throw new Error('there is nothing to dispute');
  charge.disputed = true;
  const dispute: StripeDispute = {
    ...{ id: book.id('du'), object: 'dispute', amount: charge.amount, currency: charge.currency },
    ...{ payment_intent: intent.id, status },
    evidence_details: { due_by: nowSeconds() + 7 * 86_400 },
  };
  book.disputes.unshift(dispute);
  return dispute;
}

interface EventTerms {
  readonly type: string;
  readonly object: unknown;
  readonly secret: string;
  readonly id: string;
  readonly seconds: number;
}

function eventOf({ type, object, secret, id, seconds }: EventTerms): Notification {
  const body = JSON.stringify({ id, object: 'event', type, created: seconds, data: { object } });
  return signed(body, secret, seconds);
}

/** A body with a genuine signature over it, made at this second and received in it. */
export function signed(body: string, secret: string, seconds: number): Notification {
  const v1 = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return {
    rawBody: Buffer.from(body),
    headers: { 'stripe-signature': `t=${seconds},v1=${v1},v0=${'0'.repeat(64)}` },
    query: '',
    peerAddress: '127.0.0.1',
    receivedAt: new Date(seconds * 1_000).toISOString(),
  };
}
