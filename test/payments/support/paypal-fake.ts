import { sign } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Notification } from '../../../src/payments/notification';
import { startHttpFake } from './http-fake';
import type { Asked, HttpFake, Reply } from './http-fake';
import { PaypalBook } from './paypal-book';
import type { PaypalCapture, PaypalDispute, PaypalOrder } from './paypal-book';
import { HANDLERS, PaypalProblem } from './paypal-requests';
import type { CaptureOutcome, PaypalDesk } from './paypal-requests';
import { certificate } from './x509';
import type { Issued } from './x509';

export const PAYPAL_APP = { clientId: 'fake-client', secret: 'fake:secret' };
export const PAYPAL_WEBHOOK = '1JE4291016473214C';

/** Root, issuer and signer of the fake's notifications; made once, because keys take their time. */
const ROOT = certificate({ name: 'Fake Root', isAuthority: true });
const ISSUER = certificate({ name: 'Fake Issuer', isAuthority: true, issuer: ROOT });
const SIGNER = certificate({ name: 'messageverificationcerts.paypal.com', issuer: ISSUER });

interface Control {
  /** What time it is at PayPal; the machine's until it is set. */
  nowMs: number | undefined;
  captureAs: CaptureOutcome;
  readonly forbidden: Set<'disputes' | 'search'>;
  /** Tokens are given for as long. */
  tokenSeconds: number;
}

export interface PaypalFake
  extends Control, Pick<HttpFake, 'url' | 'asked' | 'breakNext' | 'loseAnswers' | 'stop'> {
  readonly book: PaypalBook;
  readonly authority: string;
  /** Tokens given so far; all of them are refused once this was called. */
  endTokens(): void;
  orderOf(invoiceNo: number): PaypalOrder;
  /** The payer approves the order, which takes no money yet. */
  approve(invoiceNo: number): PaypalOrder;
  captureOf(invoiceNo: number): PaypalCapture | undefined;
  dispute(capture: PaypalCapture): PaypalDispute;
  /** Puts a certificate, or any other text, at an address, and tells which. */
  publish(name: string, text: string): string;
  /** An event as PayPal would send it now. */
  event(type: string, resource: unknown, seal?: Partial<Seal>): Notification;
}

export interface Seal {
  readonly signer: Issued;
  readonly webhookId: string;
  readonly certificateUrl: string;
  readonly algorithm: string;
}

/** PayPal as its reference describes it, as far as we use it: strict about bodies, request ids and tokens. */
export async function startPaypalFake(): Promise<PaypalFake> {
  const book = new PaypalBook();
  const control: Control = {
    ...{ nowMs: undefined, captureAs: 'COMPLETED', forbidden: new Set(), tokenSeconds: 32_400 },
  };
  const nowMs = () => control.nowMs ?? Date.now();
  const pages = new Map([['CERT-signer', SIGNER.pem + ISSUER.pem]]);
  const tokens = tokenDesk(nowMs, control);
  const stored = new Map<string, { request: string; reply: Reply }>();
  const desk: PaypalDesk = {
    ...{ book, nowMs, webhookId: PAYPAL_WEBHOOK, baseUrl: () => http.url },
    captureAs: () => control.captureAs,
    mayDo: (what) => !control.forbidden.has(what),
  };
  const http = await startHttpFake((asked) => {
    const [, page] = /^\/v1\/notifications\/certs\/([\w-]+)$/.exec(asked.path) ?? [];
    if (page !== undefined) return pageReply(pages.get(page));
    if (asked.path === '/v1/oauth2/token') return tokens.give(asked);
    if (!tokens.isGood(asked)) return { status: 401, body: { error: 'invalid_token' } };
    return keyed(asked, stored, () => answered(desk, asked));
  });
  const certificateUrl = (name: string) => `${http.url}/v1/notifications/certs/${name}`;
  return Object.assign(control, {
    ...{ book, url: http.url, asked: http.asked, authority: ROOT.pem },
    ...{ breakNext: http.breakNext, loseAnswers: http.loseAnswers, stop: http.stop },
    ...{ endTokens: tokens.end, orderOf: (no: number) => orderOf(book, no) },
    approve: (no: number) => Object.assign(orderOf(book, no), { status: 'APPROVED' }),
    captureOf: (no: number) =>
      [...book.captures.values()].find(({ invoice_id: id }) => id === String(no)),
    dispute: (capture: PaypalCapture) => disputed(book, capture, nowMs()),
    publish: (name: string, text: string) => {
      pages.set(name, text);
      return certificateUrl(name);
    },
    event: (type: string, resource: unknown, seal: Partial<Seal> = {}) => {
      const body = JSON.stringify({
        ...{ id: `WH-${book.id()}`, event_version: '1.0', event_type: type, resource },
      });
      const own = { signer: SIGNER, webhookId: PAYPAL_WEBHOOK, algorithm: 'SHA256withRSA' };
      const whole = { ...own, certificateUrl: certificateUrl('CERT-signer'), ...seal };
      return sealed(body, whole, new Date(nowMs()).toISOString());
    },
  });
}

function pageReply(text: string | undefined): Reply {
  return text === undefined ? { status: 404, body: {} } : { status: 200, body: undefined, text };
}

/** Basic credentials for tokens that end. */
function tokenDesk(nowMs: () => number, control: Control) {
  const tokens = new Map<string, number>();
  return {
    give: ({ method, headers, body }: Asked): Reply => {
      const { clientId, secret } = PAYPAL_APP;
      const basic = `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`;
      if (headers.authorization !== basic)
        return { status: 401, body: { error: 'invalid_client' } };
      const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded');
      if (method !== 'POST' || !isForm || body.toString() !== 'grant_type=client_credentials') {
        return { status: 400, body: { error: 'unsupported_grant_type' } };
      }
      const access_token = `A21-${tokens.size}`;
      tokens.set(access_token, nowMs() + control.tokenSeconds * 1_000);
      return { status: 200, body: { access_token, expires_in: control.tokenSeconds } };
    },
    isGood: ({ headers }: Asked): boolean => {
      const [, token = ''] = /^Bearer (.+)$/.exec(headers.authorization ?? '') ?? [];
      return (tokens.get(token) ?? 0) > nowMs();
    },
    end: (): void => tokens.forEach((_, token) => tokens.set(token, 0)),
  };
}

/** A repeated request id gives the stored answer; with another body it is an error. */
function keyed(
  asked: Asked,
  stored: Map<string, { request: string; reply: Reply }>,
  answer: () => Reply,
): Reply {
  if (asked.method !== 'POST') return answer();
  const key = asked.headers['paypal-request-id'];
  if (typeof key !== 'string' || key.length > 108) return refused(400, 'MISSING_REQUEST_ID');
  const request = `${asked.path}\n${asked.body.toString('utf8')}`;
  const known = stored.get(key);
  if (known && known.request !== request) return refused(422, 'DUPLICATE_REQUEST_ID');
  if (known) return { ...known.reply, status: 200 };
  const reply = answer();
  if (reply.status < 300) {
    stored.set(key, { request, reply: { ...reply, body: JSON.parse(JSON.stringify(reply.body)) } });
  }
  return reply;
}

function answered(desk: PaypalDesk, asked: Asked): Reply {
  const { method, path, query } = asked;
  for (const [verb, pattern, handler] of HANDLERS) {
    const match = verb === method ? pattern.exec(path) : null;
    if (!match) continue;
    if (method === 'POST' && asked.headers['content-type'] !== 'application/json') {
      return refused(415, 'UNSUPPORTED_MEDIA_TYPE');
    }
    try {
      const body: unknown = method === 'POST' ? JSON.parse(asked.body.toString('utf8')) : undefined;
      const answer = handler(desk, { id: match[1] ?? '', body, query });
      return { status: method === 'POST' ? 201 : 200, body: answer };
    } catch (problem) {
      if (problem instanceof PaypalProblem) return refused(problem.status, problem.issue);
      throw problem;
    }
  }
  return refused(404, 'NOT_FOUND');
}

function refused(status: number, issue: string): Reply {
  const name = status === 422 ? 'UNPROCESSABLE_ENTITY' : issue;
  return { status, body: { name, message: 'refused', details: [{ issue, description: issue }] } };
}

function orderOf({ orders }: PaypalBook, invoiceNo: number): PaypalOrder {
  const order = [...orders.values()].find(({ invoice_id: id }) => id === String(invoiceNo));
  if (!order) throw new Error('there is no such order');
  return order;
}

function disputed(book: PaypalBook, capture: PaypalCapture, nowMs: number): PaypalDispute {
  const dispute: PaypalDispute = {
    ...{ dispute_id: `PP-D-${book.disputes.size + 1}`, status: 'WAITING_FOR_SELLER_RESPONSE' },
    create_time: new Date(nowMs + book.disputes.size).toISOString(),
    dispute_amount: capture.amount,
    seller_response_due_date: new Date(nowMs + 10 * 86_400_000).toISOString(),
    disputed_transactions: [{ seller_transaction_id: capture.id }],
  };
  book.disputes.set(dispute.dispute_id, dispute);
  return dispute;
}

function sealed(body: string, seal: Seal, receivedAt: string): Notification {
  const [id, time] = ['b2384410-f8d2-11e4-8bf3-77339302725b', receivedAt];
  const rawBody = Buffer.from(body);
  const signed = Buffer.from([id, time, seal.webhookId, crc32(rawBody)].join('|'));
  return {
    rawBody,
    headers: {
      'paypal-transmission-id': id,
      'paypal-transmission-time': time,
      'paypal-transmission-sig': sign('RSA-SHA256', signed, seal.signer.key).toString('base64'),
      'paypal-cert-url': seal.certificateUrl,
      'paypal-auth-algo': seal.algorithm,
    },
    query: '',
    peerAddress: '127.0.0.1',
    receivedAt,
  };
}
