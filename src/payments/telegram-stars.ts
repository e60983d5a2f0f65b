import { z } from 'zod';
import { money } from '../domain/money';
import { callJson } from './outgoing';
import { starLedger, type StarLedger, type StarTransaction } from './star-transactions';
import type {
  AskOutcome,
  AskRef,
  CreateOutcome,
  PaymentFact,
  PaymentOrder,
  PaymentProvider,
  RefundOutcome,
  RefundRequest,
  StatementRange,
  StopOutcome,
} from './provider';
import { shortened } from './shortened';

export interface TelegramStarsSettings {
  /** https://api.telegram.org, or an emulator. */
  readonly apiRoot: string;
  readonly token: string;
  /** Ten seconds when absent. */
  readonly timeoutMs?: number;
  /** Pages of a hundred transactions read before giving up; 200 when absent. */
  readonly maxPages?: number;
}

const envelopeSchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), result: z.unknown() }),
  z.object({ ok: z.literal(false), error_code: z.number(), description: z.string() }),
]);

type BotAnswer =
  | { readonly kind: 'result'; readonly result: unknown }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string };
type BotCall = (method: string, body: unknown) => Promise<BotAnswer>;

/** How far our clock and Telegram's may differ. */
const SKEW_MS = 3_600_000;
/** Thirty days, the only period Telegram renews. */
const SUBSCRIPTION_SECONDS = 2_592_000;

/** Telegram Stars: the proof arrives as an update to the bot, the truth stands in the list of transactions. */
export function telegramStarsProvider(settings: TelegramStarsSettings): PaymentProvider {
  const call = botCall(settings);
  const ledger = starLedger((range) => readPage(call, range), settings.maxPages ?? 200);
  return {
    name: 'stars',
    capabilities: { currencies: ['XTR'], canAsk: true, canRefund: 'full', canCancel: false },
    createPayment: (order) => createLink(call, order),
    verify: () =>
      Promise.resolve({
        verified: 'malformed',
        reason: 'Stars are proved by updates to the bot',
      }),
    ask: (ref) => ask(ledger, ref),
    refund: (request) => refund(call, request),
    askRefund: (request) => askRefund(ledger, request),
    cancel: () => Promise.resolve(),
    statement: (range) => statement(ledger, range),
    check: async () => {
      const answer = await call('getStarTransactions', { offset: 0, limit: 1 });
      if (answer.kind === 'unknown') return answer;
      return answer.kind === 'refused'
        ? { kind: 'invalid', reason: answer.reason }
        : { kind: 'valid', account: 'the bot’s Stars' };
    },
    cabinet: () => [],
    cancelSubscription: (subscription) => editSubscription(call, subscription, true),
    resumeSubscription: (subscription) => editSubscription(call, subscription, false),
    answer: () => ({ status: 200, contentType: 'text/plain; charset=utf-8', body: 'OK' }),
  };
}

function botCall({ apiRoot, token, timeoutMs = 10_000 }: TelegramStarsSettings): BotCall {
  return async (method, body) => {
    const url = `${apiRoot}/bot${token}/${method}`;
    const answer = await callJson({ method: 'POST', url, body, timeoutMs });
    if (answer.kind === 'unknown') return answer;
    const envelope = envelopeSchema.safeParse(answer.body);
    if (!envelope.success) return { kind: 'unknown', reason: 'not an answer of the Bot API' };
    if (envelope.data.ok) return { kind: 'result', result: envelope.data.result };
    const { error_code: code, description: reason } = envelope.data;
    return code === 429 || code >= 500 ? { kind: 'unknown', reason } : { kind: 'refused', reason };
  };
}

async function createLink(call: BotCall, order: PaymentOrder): Promise<CreateOutcome> {
  const { amount, description, invoiceId, invoiceNo } = order;
  if (amount.currency !== 'XTR') return { kind: 'refused', reason: 'Stars are paid in XTR only' };
  const text = description.trim() || `№ ${invoiceNo}`;
  const answer = await call('createInvoiceLink', {
    title: shortened(text, 32),
    description: shortened(text, 255),
    payload: invoiceId,
    provider_token: '',
    currency: 'XTR',
    prices: [{ label: shortened(text, 32), amount: amount.minor }],
    ...(order.isRecurring ? { subscription_period: SUBSCRIPTION_SECONDS } : {}),
  });
  if (answer.kind !== 'result') return answer;
  const link = z.url().safeParse(answer.result);
  return link.success
    ? { kind: 'created', url: link.data }
    : { kind: 'unknown', reason: 'the answer is no link' };
}

async function readPage(call: BotCall, range: { offset: number; limit: number }) {
  const answer = await call('getStarTransactions', range);
  return answer.kind === 'result' ? answer : answer.reason;
}

/** A charge is looked for back to itself, an order back to the day it was written: nothing of either is older. */
async function ask(ledger: StarLedger, ref: AskRef): Promise<AskOutcome> {
  const lines = await ledger.backTo((page) =>
    ref.by === 'payment'
      ? page.some((each) => isPayment(each, ref.providerPaymentId))
      : ref.writtenAt !== undefined && isOlder(page, Date.parse(ref.writtenAt) - SKEW_MS),
  );
  if ('unclear' in lines) return { kind: 'unknown', reason: lines.unclear };
  const asked = lines.filter((each) =>
    ref.by === 'payment'
      ? isPayment(each, ref.providerPaymentId)
      : each.source?.type === 'user' && each.source.invoice_payload === ref.invoiceId,
  );
  if (asked.length === 0 && ref.by === 'payment')
    return { kind: 'unknown', reason: 'the charge is not listed (yet)' };
  return { kind: 'facts', facts: asked.map((each) => factOf(each, lines)) };
}

async function askRefund(
  ledger: StarLedger,
  { providerPaymentId }: RefundRequest,
): Promise<RefundOutcome> {
  const lines = await ledger.backTo((page) =>
    page.some((each) => isPayment(each, providerPaymentId)),
  );
  if ('unclear' in lines) return { kind: 'unknown', reason: lines.unclear };
  return lines.some((each) => isRefundOf(each, providerPaymentId))
    ? { kind: 'done', providerRef: providerPaymentId }
    : { kind: 'unknown', reason: 'no refund of it is listed (yet)' };
}

async function statement(ledger: StarLedger, { from, to }: StatementRange): Promise<AskOutcome> {
  const lines = await ledger.backTo((page) => isOlder(page, Date.parse(from)));
  if ('unclear' in lines) return { kind: 'unknown', reason: lines.unclear };
  const isWithin = ({ date }: StarTransaction) =>
    date * 1000 >= Date.parse(from) && date * 1000 < Date.parse(to);
  const paid = lines.filter((each) => each.source?.type === 'user' && isWithin(each));
  return { kind: 'facts', facts: paid.map((each) => factOf(each, lines)) };
}

/** True for a page that begins before an instant: what is older than the page is older still. */
function isOlder([oldest]: readonly StarTransaction[], instantMs: number): boolean {
  return oldest !== undefined && oldest.date * 1000 < instantMs;
}

function isPayment({ id, source }: StarTransaction, chargeId: string): boolean {
  return id === chargeId && source?.type === 'user';
}

function factOf(payment: StarTransaction, all: readonly StarTransaction[]): PaymentFact {
  const isRefunded = all.some((each) => isRefundOf(each, payment.id));
  return {
    providerPaymentId: payment.id,
    state: isRefunded ? 'refunded' : 'paid',
    amount: money(payment.amount, 'XTR'),
    invoiceNo: undefined,
    invoiceId: payment.source?.invoice_payload,
    userId: payment.source?.user?.id,
    paidAt: new Date(payment.date * 1000).toISOString(),
  };
}

/** A refund is listed under the id of its payment, with a receiver instead of a source. */
function isRefundOf({ id, receiver }: StarTransaction, paymentId: string): boolean {
  return id === paymentId && receiver !== undefined;
}

async function refund(call: BotCall, request: RefundRequest): Promise<RefundOutcome> {
  const { providerPaymentId, userId } = request;
  if (userId === undefined) return { kind: 'refused', reason: 'the payer is not known' };
  const answer = await call('refundStarPayment', {
    user_id: userId,
    telegram_payment_charge_id: providerPaymentId,
  });
  const isDone =
    answer.kind === 'result' ||
    (answer.kind === 'refused' && answer.reason.includes('CHARGE_ALREADY_REFUNDED'));
  return isDone ? { kind: 'done', providerRef: providerPaymentId } : answer;
}

/** Cancelled, Telegram charges no further period, and the person cannot start it again. Twice is as good as once. */
async function editSubscription(
  call: BotCall,
  { userId, firstChargeId }: { readonly userId: number; readonly firstChargeId: string },
  isCancelled: boolean,
): Promise<StopOutcome> {
  const answer = await call('editUserStarSubscription', {
    user_id: userId,
    telegram_payment_charge_id: firstChargeId,
    is_canceled: isCancelled,
  });
  return answer.kind === 'result' ? { kind: 'done' } : answer;
}
