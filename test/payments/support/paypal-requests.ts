import { z } from 'zod';
import { minorOf, shownRefund } from './paypal-book';
import type { PaypalBook, PaypalCapture, PaypalRefund } from './paypal-book';

export class PaypalProblem extends Error {
  constructor(
    readonly status: number,
    readonly issue: string,
  ) {
    super(issue);
  }
}

/** What becomes of a capture; `ELSEWHERE`: somebody else captured the order a moment before. */
export type CaptureOutcome =
  'COMPLETED' | 'PENDING' | 'DECLINED' | 'INSTRUMENT_DECLINED' | 'ELSEWHERE';

export interface PaypalDesk {
  readonly book: PaypalBook;
  readonly baseUrl: () => string;
  readonly nowMs: () => number;
  readonly webhookId: string;
  /** What becomes of the next capture. */
  readonly captureAs: () => CaptureOutcome;
  /** What the app may do besides selling. */
  readonly mayDo: (what: 'disputes' | 'search') => boolean;
}

export interface PaypalRequest {
  readonly id: string;
  readonly body: unknown;
  readonly query: URLSearchParams;
}

type Handler = (desk: PaypalDesk, request: PaypalRequest) => unknown;

const DECIMALS: Readonly<Record<string, number>> = { USD: 2, EUR: 2, JPY: 0 };
const moneySchema = z
  .strictObject({ currency_code: z.string(), value: z.string().max(32) })
  .refine(({ currency_code: code, value }) => {
    const decimals = DECIMALS[code];
    if (decimals === undefined) return false;
    return decimals === 0 ? /^[1-9]\d*$/.test(value) : /^\d+\.\d\d$/.test(value);
  }, 'CURRENCY_NOT_SUPPORTED');
const orderSchema = z.strictObject({
  intent: z.literal('CAPTURE'),
  purchase_units: z.tuple([
    z.strictObject({
      reference_id: z.string().max(256),
      description: z.string().min(1).max(127),
      custom_id: z.string().min(1).max(255),
      invoice_id: z.string().min(1).max(127),
      amount: moneySchema,
    }),
  ]),
  payment_source: z.strictObject({
    paypal: z.strictObject({
      experience_context: z.strictObject({
        return_url: z.url(),
        cancel_url: z.url(),
        user_action: z.literal('PAY_NOW'),
        shipping_preference: z.literal('NO_SHIPPING'),
        locale: z.string().regex(/^[a-z]{2}-[A-Z]{2}$/),
      }),
    }),
  }),
});
const refundSchema = z.strictObject({
  amount: moneySchema,
  custom_id: z
    .string()
    .regex(/^[A-Za-z0-9\-_.,]{1,127}$/)
    .optional(),
});

/** Every call that the fake understands, and whether it wants a request id. */
export const HANDLERS: readonly (readonly [string, RegExp, Handler])[] = [
  ['POST', /^\/v2\/checkout\/orders$/, createOrder],
  ['GET', /^\/v2\/checkout\/orders\/(\w+)$/, showOrder],
  ['POST', /^\/v2\/checkout\/orders\/(\w+)\/capture$/, captureOrder],
  ['GET', /^\/v2\/payments\/captures\/([\w-]+)$/, showCapture],
  ['POST', /^\/v2\/payments\/captures\/([\w-]+)\/refund$/, refundCapture],
  ['GET', /^\/v1\/customer\/disputes$/, listDisputes],
  ['GET', /^\/v1\/customer\/disputes\/([\w-]+)$/, showDispute],
  ['GET', /^\/v1\/reporting\/transactions$/, searchTransactions],
  [
    'GET',
    /^\/v1\/notifications\/webhooks$/,
    ({ webhookId }) => ({ webhooks: [{ id: webhookId }] }),
  ],
];

function createOrder({ book, baseUrl }: PaypalDesk, { body }: PaypalRequest): unknown {
  const [unit] = checked(orderSchema, body).purchase_units;
  const { amount, custom_id, invoice_id } = unit;
  const id = book.id();
  const links = [
    { rel: 'self', href: `${baseUrl()}/v2/checkout/orders/${id}` },
    { rel: 'payer-action', href: `${baseUrl()}/checkoutnow?token=${id}` },
  ];
  const order = { id, status: 'PAYER_ACTION_REQUIRED', amount, custom_id, invoice_id, links };
  book.orders.set(id, order);
  return { id, status: order.status, links };
}

function showOrder({ book }: PaypalDesk, { id }: PaypalRequest): unknown {
  return book.shownOrder(found(book.orders, id));
}

function captureOrder(desk: PaypalDesk, { id, body }: PaypalRequest): unknown {
  checked(z.strictObject({}), body);
  const { book, nowMs } = desk;
  const order = found(book.orders, id);
  if (order.status === 'COMPLETED') throw new PaypalProblem(422, 'ORDER_ALREADY_CAPTURED');
  if (order.status !== 'APPROVED') throw new PaypalProblem(422, 'ORDER_NOT_APPROVED');
  const outcome = desk.captureAs();
  if (outcome === 'INSTRUMENT_DECLINED') {
    order.status = 'PAYER_ACTION_REQUIRED';
    throw new PaypalProblem(422, 'INSTRUMENT_DECLINED');
  }
  const { amount, custom_id, invoice_id } = order;
  const capture: PaypalCapture = {
    ...{ id: book.id(), amount, custom_id, invoice_id },
    status: outcome === 'ELSEWHERE' ? 'COMPLETED' : outcome,
    create_time: new Date(nowMs()).toISOString(),
    supplementary_data: { related_ids: { order_id: id } },
    ...(outcome === 'PENDING' || outcome === 'DECLINED'
      ? { status_details: { reason: 'ECHECK' } }
      : {}),
  };
  book.captures.set(capture.id, capture);
  order.status = 'COMPLETED';
  if (outcome === 'ELSEWHERE') throw new PaypalProblem(422, 'ORDER_ALREADY_CAPTURED');
  return book.shownOrder(order);
}

function showCapture({ book }: PaypalDesk, { id }: PaypalRequest): unknown {
  return found(book.captures, id);
}

function refundCapture({ book, baseUrl }: PaypalDesk, { id, body }: PaypalRequest): unknown {
  const { amount, custom_id } = checked(refundSchema, body);
  const capture = found(book.captures, id);
  if (capture.status === 'REFUNDED') throw new PaypalProblem(422, 'CAPTURE_FULLY_REFUNDED');
  const leftMinor = minorOf(capture.amount) - book.refundedMinor(id);
  if (minorOf(amount) > leftMinor) throw new PaypalProblem(422, 'REFUND_AMOUNT_EXCEEDED');
  const refund: PaypalRefund = {
    ...{
      id: book.id(),
      status: 'COMPLETED',
      amount,
      invoice_id: capture.invoice_id,
      captureId: id,
    },
    ...(custom_id === undefined ? {} : { custom_id }),
    links: [{ rel: 'up', href: `${baseUrl()}/v2/payments/captures/${id}` }],
  };
  book.refunds.set(refund.id, refund);
  capture.status = minorOf(amount) === leftMinor ? 'REFUNDED' : 'PARTIALLY_REFUNDED';
  return shownRefund(refund);
}

function listDisputes(desk: PaypalDesk, { query }: PaypalRequest): unknown {
  if (!desk.mayDo('disputes')) throw new PaypalProblem(403, 'NOT_AUTHORIZED');
  const id = query.get('disputed_transaction_id');
  const items = [...desk.book.disputes.values()]
    .filter(({ disputed_transactions: [first] }) => first?.seller_transaction_id === id)
    // The list is a summary: how it ended, only the dispute itself tells.
    .map(({ dispute_id, status, create_time }) => ({ dispute_id, status, create_time }));
  return { items, links: [] };
}

function showDispute({ book }: PaypalDesk, { id }: PaypalRequest): unknown {
  return found(book.disputes, id);
}

const MOST_MS = 31 * 86_400_000;

function searchTransactions(desk: PaypalDesk, { query }: PaypalRequest): unknown {
  if (!desk.mayDo('search')) throw new PaypalProblem(403, 'NOT_AUTHORIZED');
  const [fromMs, toMs] = ['start_date', 'end_date'].map((name) => {
    const text = query.get(name) ?? '';
    if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text))
      throw new PaypalProblem(400, 'INVALID_REQUEST');
    return Date.parse(text);
  }) as [number, number];
  if (toMs - fromMs > MOST_MS) throw new PaypalProblem(400, 'INVALID_REQUEST');
  if (fromMs < desk.nowMs() - 3 * 366 * 86_400_000) throw new PaypalProblem(400, 'INVALID_REQUEST');
  const pageSize = Number(query.get('page_size'));
  const page = Number(query.get('page'));
  if (!(pageSize >= 1 && pageSize <= 500 && page >= 1))
    throw new PaypalProblem(400, 'INVALID_REQUEST');
  const all = [...desk.book.captures.values()]
    .map((capture) => ({ transaction_info: transactionOf(capture) }))
    .filter(({ transaction_info: { transaction_initiation_date: at } }) => {
      return Date.parse(at) >= fromMs && Date.parse(at) <= toMs;
    });
  return {
    transaction_details: all.slice((page - 1) * pageSize, page * pageSize),
    ...{ page, total_items: all.length, total_pages: Math.ceil(all.length / pageSize) },
  };
}

function transactionOf(capture: PaypalCapture) {
  return {
    transaction_id: capture.id,
    transaction_event_code: 'T0006',
    transaction_status: capture.status === 'PENDING' ? 'P' : 'S',
    transaction_initiation_date: capture.create_time.replace(/\.\d+Z$/, '+0000'),
    transaction_amount: capture.amount,
    invoice_id: capture.invoice_id,
    custom_field: capture.custom_id,
  };
}

function found<Kept>(kept: ReadonlyMap<string, Kept>, id: string): Kept {
  const one = kept.get(id);
  if (one === undefined) throw new PaypalProblem(404, 'RESOURCE_NOT_FOUND');
  return one;
}

function checked<Body>(schema: z.ZodType<Body>, body: unknown): Body {
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  const [first] = read.error.issues;
  const isCurrency = first?.message === 'CURRENCY_NOT_SUPPORTED';
  throw new PaypalProblem(isCurrency ? 422 : 400, isCurrency ? first.message : 'INVALID_REQUEST');
}
