import { Router, raw } from 'express';
import type { Request, Response } from 'express';
import type {
  Notification,
  PaymentPermission,
  ProviderAnswer,
  Verification,
} from '../payments/notification';
import type { PaymentFact, PaymentProvider } from '../payments/provider';
import type { OrderName } from '../reads/billing';
import type { InboxEvent } from '../records/contract';
import type { PollHint } from './poll-hint';
import type { HttpParts } from './ports';
import { inTraceOfOrder } from './tracing';
import { answerProblem } from './problem';
import { within } from './time-limit';
import type { VerificationWatch } from './verification-watch';

type Verified = Extract<Verification, { verified: 'yes' | 'not_possible' }>;
type Unverified = Extract<Verification, { verified: 'no' }>;
type Other = Extract<Verification, { verified: 'other' }>;
type Question = Extract<Verification, { verified: 'question' }>;

interface Incoming {
  readonly provider: PaymentProvider;
  readonly notification: Notification;
  readonly response: Response;
  readonly receivedMs: number;
}

type WebhookParts = HttpParts & {
  readonly pollHint: PollHint;
  readonly verificationWatch: VerificationWatch;
};

const LIMIT = '256kb';
const TIMEOUT_MS = 8_000;

/**
 * Payment notifications: raw bytes, judged, stored, signalled, and only then acknowledged (PC-1).
 * Nothing here waits for Telegram or for the outcome; whatever we cannot keep is refused with 503, so that it comes again.
 */
export function webhookRoutes(parts: WebhookParts): Router {
  const routes = Router();
  const body = raw({ type: () => true, limit: LIMIT, inflate: false });
  routes.all('/webhook/:provider', (request, response, next) => {
    // Unknown names are answered before a byte of the body is read.
    if (providerOf(parts, request)) body(request, response, next);
    else answerProblem(response, 404);
  });
  routes.all('/webhook/:provider', async (request, response) => {
    const provider = providerOf(parts, request);
    if (!provider) return answerProblem(response, 404);
    const receivedMs = parts.clock.nowMs();
    const notification = notificationOf(request, new Date(receivedMs).toISOString());
    await receive(parts, { provider, notification, response, receivedMs });
  });
  return routes;
}

function providerOf({ providers }: WebhookParts, request: Request): PaymentProvider | undefined {
  const { provider: name } = request.params;
  return typeof name === 'string' ? providers.get(name) : undefined;
}

async function receive(parts: WebhookParts, incoming: Incoming): Promise<void> {
  const verdict = await incoming.provider.verify(incoming.notification);
  switch (verdict.verified) {
    case 'malformed':
      return answerProblem(incoming.response, 400, 'The notification cannot be read.');
    case 'no':
      await keepUnverified(parts, incoming, verdict);
      return answerProblem(incoming.response, 400, 'The notification cannot be verified.');
    case 'other':
      return traced(parts, incoming, {
        about: verdict.about,
        work: () => acknowledge(parts, incoming, verdict),
      });
    case 'question':
      return reply(parts, incoming, verdict);
    case 'yes':
    case 'not_possible':
      return traced(parts, incoming, {
        about: verdict.fact,
        work: () => accept(parts, incoming, verdict),
      });
  }
}

function traced(
  { reads }: WebhookParts,
  { provider, response, receivedMs: sinceMs }: Incoming,
  { about, work }: { readonly about: OrderName; readonly work: () => Promise<void> },
): Promise<void> {
  return inTraceOfOrder(
    reads,
    { provider: provider.name, about, sinceMs, request: response.req },
    work,
  );
}

/** Store, signal, mark, answer: in this order, and the answer only when everything before it is certain. */
async function accept(parts: WebhookParts, incoming: Incoming, verdict: Verified): Promise<void> {
  const { provider, response } = incoming;
  const limitMs = parts.settings.webhookTimeoutMs ?? TIMEOUT_MS;
  noteLag(parts, incoming, verdict.fact);
  try {
    await within(limitMs, async () => {
      const paymentRef = verdict.providerPaymentId;
      const { id } = await store(parts, incoming, {
        ...verdict,
        paymentRef,
        about: aboutOf(verdict.fact),
      });
      await signal(parts, { provider, verdict, inboxEventId: id });
      await parts.records.markInboxSignalled(id);
    });
  } catch (error) {
    return askToRepeat(incoming, error);
  }
  answerWith(response, provider.answer(verdict.fact));
}

function noteLag(
  { counters }: WebhookParts,
  { provider, receivedMs }: Incoming,
  { paidAt }: PaymentFact,
): void {
  if (paidAt === undefined) return;
  const lagMs = receivedMs - Date.parse(paidAt);
  if (lagMs >= 0) counters?.webhookLag?.(provider.name, lagMs / 1_000);
}

function answerWith(response: Response, { status, contentType, body }: ProviderAnswer): void {
  response.status(status).type(contentType).send(body);
}

function askToRepeat({ provider, response }: Incoming, error: unknown): void {
  response.req.log.error({ err: error, provider: provider.name }, 'a notification was not kept');
  answerProblem(response, 503, 'Please repeat the notification.');
}

/** Genuine, but about no payment: kept as evidence, and its order, if it names one, is asked about soon. */
async function acknowledge(parts: WebhookParts, incoming: Incoming, verdict: Other): Promise<void> {
  const limitMs = parts.settings.webhookTimeoutMs ?? TIMEOUT_MS;
  const { invoiceId, invoiceNo } = verdict.about;
  try {
    await within(limitMs, async () => {
      const about = { invoiceId, invoiceNo, userId: undefined };
      const kept = { ...verdict, verified: 'yes' as const, paymentRef: undefined, about };
      const { id } = await store(parts, incoming, kept);
      if (invoiceId !== undefined) await parts.pollHint.byId(invoiceId);
      else if (invoiceNo !== undefined) await parts.pollHint.byNo(invoiceNo);
      await parts.records.markInboxSignalled(id);
    });
  } catch (error) {
    return askToRepeat(incoming, error);
  }
  answerWith(incoming.response, verdict.answer);
}

/** The provider takes the money only with our word; without a certain one it has to ask again. */
async function reply(parts: WebhookParts, incoming: Incoming, verdict: Question): Promise<void> {
  const { order } = verdict;
  const limitMs = parts.settings.webhookTimeoutMs ?? TIMEOUT_MS;
  try {
    const permission = await within(limitMs, async (): Promise<PaymentPermission> => {
      const invoiceId = await parts.reads.invoiceIdByNo(order.invoiceNo);
      if (invoiceId === undefined) return 'unknown_order';
      if (order.userId === undefined) return 'foreign_order';
      if (order.amount === undefined) return 'other_amount';
      const { userId, amount } = order;
      const asOf = new Date(parts.clock.nowMs());
      const provider = incoming.provider.name;
      const answer = await parts.reads.preCheckout({ invoiceId, provider, userId, amount, asOf });
      return answer.kind === 'ok' ? 'ok' : answer.reason;
    });
    answerWith(incoming.response, verdict.reply(permission));
  } catch (error) {
    askToRepeat(incoming, error);
  }
}

interface Signalling {
  readonly provider: PaymentProvider;
  readonly verdict: Verified;
  readonly inboxEventId: string;
}

async function signal(
  { commands, records, log }: WebhookParts,
  { provider, verdict, inboxEventId }: Signalling,
): Promise<void> {
  const { providerPaymentId, fact } = verdict;
  try {
    const hint = { source: 'webhook' as const, fact, inboxEventId };
    await commands.hintPayment({ provider: provider.name, providerPaymentId, hint });
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'signalling failed';
    await records.markInboxError(inboxEventId, reason).catch((err: unknown) => {
      log.warn({ err, inboxEventId }, 'the failed signal could not be noted');
    });
    throw error;
  }
}

/** Keeps the evidence of a forgery or a wrong password, and lets the truth be asked for (PC-4). */
async function keepUnverified(
  parts: WebhookParts,
  incoming: Incoming,
  verdict: Unverified,
): Promise<void> {
  const { claimedInvoiceNo: no, reason } = verdict;
  const provider = incoming.provider.name;
  parts.counters?.increment('webhook_verification_failed', { provider });
  incoming.response.req.log.warn({ provider, reason, invoiceNo: no }, 'verification failed');
  const limitMs = parts.settings.webhookTimeoutMs ?? TIMEOUT_MS;
  try {
    await within(limitMs, async () => {
      const paymentRef = no === undefined ? undefined : `invoice:${no}`;
      await store(parts, incoming, { ...verdict, paymentRef });
      await parts.verificationWatch(provider);
      if (no !== undefined) await parts.pollHint.byNo(no);
    });
  } catch (error) {
    incoming.response.req.log.error({ err: error, provider }, 'a failed verification was not kept');
  }
}

interface Stored {
  readonly verified: 'yes' | 'no' | 'not_possible';
  readonly dedupeKey: string;
  readonly paymentRef: string | undefined;
  readonly about?: InboxEvent['about'];
}

function store(
  { records }: WebhookParts,
  { provider, notification }: Incoming,
  { verified, dedupeKey, paymentRef, about }: Stored,
): Promise<{ readonly id: string }> {
  return records.storeInboxEvent({
    provider: provider.name,
    dedupeKey,
    headers: keptHeaders(notification.headers),
    raw: evidence(notification),
    verified,
    paymentRef,
    ...(about === undefined ? {} : { about }),
  });
}

function aboutOf({ invoiceId, invoiceNo, userId }: PaymentFact): InboxEvent['about'] {
  return { invoiceId, invoiceNo, userId };
}

/** The body, or for a notification by GET its query, which is all there is to keep. */
function evidence({ rawBody, query }: Notification): Buffer {
  return rawBody.length > 0 ? rawBody : Buffer.from(query);
}

function notificationOf(request: Request, receivedAt: string): Notification {
  const body: unknown = request.body;
  const { originalUrl, headers, ip } = request;
  const mark = originalUrl.indexOf('?');
  return {
    rawBody: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
    headers,
    receivedAt,
    query: mark === -1 ? '' : originalUrl.slice(mark + 1),
    peerAddress: ip ?? '',
  };
}

/** Headers by which somebody proves who they are. Signatures are none of these: they prove the body, and are evidence. */
const FORGOTTEN_HEADERS = /authorization|cookie|api-?key|token|secret|password/;

function keptHeaders(headers: Notification['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || FORGOTTEN_HEADERS.test(name) ? [] : [[name, String(value)]],
    ),
  );
}
