import { randomUUID } from 'node:crypto';
import type { Notification } from '../../../src/payments/notification';
import type { Outage } from '../contract';
import { startHttpFake } from './http-fake';
import type { Asked, HttpFake, Reply } from './http-fake';
import { confirmationOf, error, methodBody, minorOf, page, refundBody } from './yookassa-answers';
import { paymentRequest, refundRequest } from './yookassa-requests';
import type { PaymentRequest, RefundRequestBody } from './yookassa-requests';

export interface FakePayment {
  readonly id: string;
  status: 'pending' | 'waiting_for_capture' | 'succeeded' | 'canceled';
  readonly request: PaymentRequest;
  readonly createdAt: string;
  refundedMinor: number;
  reason: string | undefined;
  methodId: string | undefined;
}

interface FakeRefund {
  readonly id: string;
  status: 'pending' | 'succeeded' | 'canceled';
  readonly request: RefundRequestBody;
}

/** YooKassa as its documentation describes it: strict about requests, with a memory, payable and breakable. */
export interface YookassaFake {
  readonly url: string;
  readonly asked: HttpFake['asked'];
  readonly payments: readonly FakePayment[];
  readonly refunds: readonly FakeRefund[];
  /** What becomes of the next charges of saved methods: a reason, or nothing when they succeed. */
  declineWith(reason: string | undefined): void;
  /** Charges of saved methods wait for `settle`. */
  holdCharges(isHeld: boolean): void;
  holdRefunds(isHeld: boolean): void;
  /** The payer pays on the page by a card that can be saved. */
  pay(paymentId: string): Notification;
  /** The payment ends without money. */
  fail(paymentId: string, reason: string): Notification;
  /** What waited has come to its end. */
  settle(id: string): void;
  /** The merchant gives back in the cabinet. */
  refundInCabinet(paymentId: string, minor: number): Notification;
  breakNext(outage: Outage, requests?: number): void;
  loseAnswers(requests: number): void;
  /** The next answers to changes are 202: still in progress, though the work is done. */
  delayAnswers(requests: number): void;
  stop(): Promise<void>;
}

export const SHOP_ID = '100500';
export const SECRET_KEY = 'test_example_key';
/** One of the addresses YooKassa notifies from. */
export const PEER = '185.71.76.10';
const KEY = /^[0-9a-zA-Z+\-_.]{1,64}$/;

export async function startYookassaFake(): Promise<YookassaFake> {
  const shop = new Shop();
  const http = await startHttpFake((asked) => shop.answer(asked));
  return {
    url: `${http.url}/v3`,
    asked: http.asked,
    payments: shop.payments,
    refunds: shop.refunds,
    declineWith: (reason) => void (shop.declineReason = reason),
    holdCharges: (isHeld) => void (shop.areChargesHeld = isHeld),
    holdRefunds: (isHeld) => void (shop.areRefundsHeld = isHeld),
    pay: (id) => notificationOf('payment.succeeded', shop.paid(id)),
    fail: (id, reason) => notificationOf('payment.canceled', shop.failed(id, reason)),
    settle: (id) => shop.settle(id),
    refundInCabinet: (id, minor) => notificationOf('refund.succeeded', shop.gaveBack(id, minor)),
    breakNext: http.breakNext,
    loseAnswers: http.loseAnswers,
    delayAnswers: (requests) => void (shop.answersToDelay = requests),
    stop: http.stop,
  };
}

export function notificationOf(event: string, object: unknown): Notification {
  return {
    rawBody: Buffer.from(JSON.stringify({ type: 'notification', event, object })),
    headers: { 'content-type': 'application/json' },
    query: '',
    peerAddress: PEER,
    receivedAt: '2026-01-01T00:00:00.000Z',
  };
}

class Shop {
  readonly payments: FakePayment[] = [];
  readonly refunds: FakeRefund[] = [];
  declineReason: string | undefined;
  areChargesHeld = false;
  areRefundsHeld = false;
  answersToDelay = 0;
  readonly #answers = new Map<string, { readonly body: string; readonly reply: Reply }>();
  readonly #methods = new Set<string>();

  answer(asked: Asked): Reply {
    const { method, path, headers } = asked;
    const expected = `Basic ${Buffer.from(`${SHOP_ID}:${SECRET_KEY}`).toString('base64')}`;
    if (headers.authorization !== expected) return error(401, 'invalid_credentials');
    if (method === 'GET') return this.#read(path, asked.query);
    if (method !== 'POST') return error(405, 'invalid_request');
    return this.#changeOnce(asked);
  }

  /** The same key and body is the same request; the same key with another body is an error. */
  #changeOnce({ path, headers, body }: Asked): Reply {
    const key = headers['idempotence-key'];
    if (typeof key !== 'string' || !KEY.test(key)) {
      return error(400, 'invalid_request', 'Idempotence-Key');
    }
    const text = `${path} ${body.toString('utf8')}`;
    const before = this.#answers.get(key);
    if (before && before.body !== text) return error(400, 'invalid_request', 'Idempotence-Key');
    const reply = before?.reply ?? this.#change(path, JSON.parse(body.toString('utf8')));
    if (reply.status === 200) this.#answers.set(key, { body: text, reply });
    if (this.answersToDelay === 0) return reply;
    this.answersToDelay -= 1;
    return { status: 202, body: { type: 'processing', description: 'wait', retry_after: 1800 } };
  }

  #change(path: string, body: unknown): Reply {
    if (path === '/v3/payments') return this.#create(paymentRequest.safeParse(body).data);
    if (path === '/v3/refunds') return this.#giveBack(refundRequest.safeParse(body).data);
    const cancelled = /^\/v3\/payments\/([^/]+)\/cancel$/.exec(path)?.[1];
    const payment = this.payments.find(({ id }) => id === cancelled);
    if (!payment) return error(404, 'not_found');
    if (payment.status !== 'waiting_for_capture') return error(400, 'invalid_request');
    payment.status = 'canceled';
    payment.reason = 'canceled_by_merchant';
    return { status: 200, body: this.#paymentBody(payment) };
  }

  #create(request: PaymentRequest | undefined): Reply {
    if (!request) return error(400, 'invalid_request', 'body');
    const token = 'payment_method_id' in request ? request.payment_method_id : undefined;
    if (token !== undefined && !this.#methods.has(token)) {
      return error(400, 'invalid_request', 'payment_method_id');
    }
    const payment: FakePayment = {
      id: randomUUID(),
      status: 'pending',
      request,
      createdAt: new Date().toISOString(),
      refundedMinor: 0,
      reason: undefined,
      methodId: token,
    };
    this.payments.unshift(payment);
    if (token !== undefined) this.#charge(payment);
    return { status: 200, body: this.#paymentBody(payment) };
  }

  #charge(payment: FakePayment): void {
    payment.reason = this.declineReason;
    if (!this.areChargesHeld) this.settle(payment.id);
  }

  #giveBack(request: RefundRequestBody | undefined): Reply {
    if (!request) return error(400, 'invalid_request', 'body');
    const payment = this.payments.find(({ id }) => id === request.payment_id);
    if (payment?.status !== 'succeeded') return error(404, 'not_found', 'payment_id');
    const left = minorOf(payment.request.amount.value) - payment.refundedMinor;
    if (minorOf(request.amount.value) > left) return error(400, 'invalid_request', 'amount.value');
    const refund: FakeRefund = { id: randomUUID(), status: 'pending', request };
    this.refunds.unshift(refund);
    if (!this.areRefundsHeld) this.settle(refund.id);
    return { status: 200, body: refundBody(refund) };
  }

  settle(id: string): void {
    const payment = this.payments.find((each) => each.id === id);
    if (payment) payment.status = payment.reason === undefined ? 'succeeded' : 'canceled';
    const refund = this.refunds.find((each) => each.id === id);
    if (!refund) return;
    refund.status = 'succeeded';
    this.payment(refund.request.payment_id).refundedMinor += minorOf(refund.request.amount.value);
  }

  paid(id: string): unknown {
    const payment = this.payment(id);
    payment.status = 'succeeded';
    const { request } = payment;
    if ('save_payment_method' in request && request.save_payment_method) {
      payment.methodId = randomUUID();
      this.#methods.add(payment.methodId);
    }
    return this.#paymentBody(payment);
  }

  failed(id: string, reason: string): unknown {
    const payment = this.payment(id);
    payment.status = 'canceled';
    payment.reason = reason;
    return this.#paymentBody(payment);
  }

  gaveBack(id: string, minor: number): unknown {
    const { amount } = this.payment(id).request;
    const value = (minor / 100).toFixed(2);
    const request = { payment_id: id, amount: { ...amount, value } };
    const refund: FakeRefund = { id: randomUUID(), status: 'pending', request };
    this.refunds.unshift(refund);
    this.settle(refund.id);
    return refundBody(refund);
  }

  payment(id: string): FakePayment {
    const payment = this.payments.find((each) => each.id === id);
    if (!payment) throw new Error(`there is no payment ${id}`);
    return payment;
  }

  #read(path: string, query: URLSearchParams): Reply {
    if (path === '/v3/payments') return this.#listPayments(query);
    if (path === '/v3/refunds') {
      const paymentId = query.get('payment_id');
      const items = this.refunds.filter(({ request }) => request.payment_id === paymentId);
      return page(items.map(refundBody), query);
    }
    const payment = this.payments.find(({ id }) => path === `/v3/payments/${id}`);
    return payment
      ? { status: 200, body: this.#paymentBody(payment) }
      : error(404, 'not_found', 'payment_id');
  }

  #listPayments(query: URLSearchParams): Reply {
    const from = query.get('created_at.gte') ?? '0000';
    const to = query.get('created_at.lt') ?? '9999';
    const found = this.payments.filter(({ createdAt }) => createdAt >= from && createdAt < to);
    return page(
      found.map((each) => this.#paymentBody(each)),
      query,
    );
  }

  #paymentBody(payment: FakePayment): unknown {
    const { id, status, request, createdAt, refundedMinor, reason, methodId } = payment;
    const { amount, description, metadata, merchant_customer_id } = request;
    const isPaid = status === 'succeeded';
    return {
      id,
      status,
      amount,
      ...(isPaid ? { income_amount: amount, captured_at: createdAt } : {}),
      ...(isPaid
        ? { refunded_amount: { ...amount, value: (refundedMinor / 100).toFixed(2) } }
        : {}),
      recipient: { account_id: SHOP_ID, gateway_id: '2000001' },
      created_at: createdAt,
      paid: isPaid,
      refundable: isPaid,
      test: true,
      ...{ description, metadata, merchant_customer_id },
      ...(status === 'canceled'
        ? { cancellation_details: { party: 'payment_network', reason } }
        : {}),
      ...('confirmation' in request && status === 'pending'
        ? { confirmation: confirmationOf(id, request.confirmation.return_url) }
        : {}),
      ...(status === 'pending' ? {} : { payment_method: methodBody(id, methodId) }),
    };
  }
}
