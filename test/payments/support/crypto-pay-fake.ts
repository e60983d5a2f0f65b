import { createHash, createHmac } from 'node:crypto';
import { z } from 'zod';
import type { Notification } from '../../../src/payments/notification';
import type { Outage } from '../contract';
import { startHttpFake } from './http-fake';
import type { Asked, HttpFake, Reply } from './http-fake';

export const TOKEN = '12345:AAexampleexampleexampleexampleexampl';

const amount = z.string().regex(/^\d{1,15}(\.\d{1,9})?$/);
const order = {
  amount,
  description: z.string().min(1).max(1024).optional(),
  payload: z.string().max(4096).optional(),
  expires_in: z.number().int().min(1).max(2_678_400).optional(),
  paid_btn_name: z.enum(['viewItem', 'openChannel', 'openBot', 'callback']).optional(),
  paid_btn_url: z.url().optional(),
};
const invoiceRequest = z
  .union([
    z.strictObject({
      ...order,
      currency_type: z.literal('crypto'),
      asset: z.enum(['USDT', 'TON', 'BTC', 'ETH', 'LTC', 'BNB', 'TRX', 'USDC']),
    }),
    z.strictObject({
      ...order,
      currency_type: z.literal('fiat'),
      fiat: z.enum(['USD', 'EUR', 'RUB']),
      accepted_assets: z
        .string()
        .regex(/^[A-Z]+(,[A-Z]+)*$/)
        .optional(),
    }),
  ])
  .refine((request) => request.paid_btn_name === undefined || request.paid_btn_url !== undefined);
const listRequest = z.strictObject({
  invoice_ids: z
    .string()
    .regex(/^\d+(,\d+)*$/)
    .optional(),
  status: z.enum(['active', 'paid']).optional(),
  offset: z.number().int().min(0).optional(),
  count: z.number().int().min(1).max(1000).optional(),
});
const deleteRequest = z.strictObject({ invoice_id: z.number().int() });

export interface FakeInvoice {
  readonly id: number;
  status: 'active' | 'paid' | 'expired';
  readonly request: z.infer<typeof invoiceRequest>;
  /** What Crypto Pay says the price is; altered only to see what becomes of it. */
  amount: string;
  currency: string;
  readonly createdAt: string;
  paidAt: string | undefined;
}

/** What an invoice is said to have been paid with, where it differs from what was asked. */
export interface Difference {
  readonly amount?: string;
  readonly currency?: string;
}

/** Crypto Pay as its documentation describes it: strict about requests, with a memory, payable and breakable. */
export interface CryptoPayFake {
  readonly url: string;
  readonly asked: HttpFake['asked'];
  readonly invoices: readonly FakeInvoice[];
  pay(invoiceId: number, difference?: Difference): Notification;
  /** The same update once more, under another number and signed anew. */
  notify(invoiceId: number): Notification;
  expire(invoiceId: number): void;
  /** Invoices cannot be deleted any more, as if each request for it were lost. */
  keepInvoices(): void;
  breakNext(outage: Outage, requests?: number): void;
  loseAnswers(requests: number): void;
  stop(): Promise<void>;
}

export async function startCryptoPayFake(): Promise<CryptoPayFake> {
  const app = new App();
  const http = await startHttpFake((asked) => app.answer(asked));
  return {
    url: http.url,
    asked: http.asked,
    invoices: app.invoices,
    pay: (id, difference = {}) => {
      app.pay(id, difference);
      return app.update(id);
    },
    notify: (id) => app.update(id),
    expire: (id) => void (app.invoice(id).status = 'expired'),
    keepInvoices: () => void (app.keepsInvoices = true),
    breakNext: http.breakNext,
    loseAnswers: http.loseAnswers,
    stop: http.stop,
  };
}

/** A body as Crypto Pay would sign and send it. */
export function signed(body: string, token = TOKEN): Notification {
  const secret = createHash('sha256').update(token).digest();
  return {
    rawBody: Buffer.from(body),
    headers: {
      'content-type': 'application/json',
      'crypto-pay-api-signature': createHmac('sha256', secret).update(body).digest('hex'),
    },
    query: '',
    peerAddress: '203.0.113.7',
    receivedAt: '2026-01-01T00:00:00.000Z',
  };
}

class App {
  readonly invoices: FakeInvoice[] = [];
  keepsInvoices = false;
  #updates = 0;

  answer({ path, headers, body }: Asked): Reply {
    if (headers['crypto-pay-api-token'] !== TOKEN) return failure(401, 'UNAUTHORIZED');
    const request: unknown = JSON.parse(body.toString('utf8') || '{}');
    switch (path) {
      case '/api/getMe':
        return success({
          app_id: 7,
          name: 'The shop',
          payment_processing_bot_username: 'CryptoBot',
        });
      case '/api/createInvoice':
        return this.#create(request);
      case '/api/getInvoices':
        return this.#list(request);
      case '/api/deleteInvoice':
        return this.#delete(request);
      default:
        return failure(405, 'METHOD_NOT_FOUND');
    }
  }

  #create(body: unknown): Reply {
    const { data: request } = invoiceRequest.safeParse(body);
    if (!request) return failure(400, 'PARAMETER_INVALID');
    const invoice: FakeInvoice = {
      id: 528_890 + this.invoices.length,
      status: 'active',
      request,
      amount: request.amount,
      currency: request.currency_type === 'fiat' ? request.fiat : request.asset,
      createdAt: new Date().toISOString(),
      paidAt: undefined,
    };
    this.invoices.unshift(invoice);
    return success(bodyOf(invoice));
  }

  #list(body: unknown): Reply {
    const { data: query } = listRequest.safeParse(body);
    if (!query) return failure(400, 'PARAMETER_INVALID');
    const { invoice_ids: ids, status, offset = 0, count = 100 } = query;
    const found = this.invoices
      .filter(({ id }) => ids === undefined || ids.split(',').includes(String(id)))
      .filter((invoice) => status === undefined || invoice.status === status);
    return success({ items: found.slice(offset, offset + count).map(bodyOf) });
  }

  #delete(body: unknown): Reply {
    if (this.keepsInvoices) return failure(500, 'INTERNAL');
    const { data: request } = deleteRequest.safeParse(body);
    const at = this.invoices.findIndex(
      ({ id, status }) => id === request?.invoice_id && status === 'active',
    );
    if (at === -1) return failure(400, 'INVOICE_NOT_FOUND');
    this.invoices.splice(at, 1);
    return success(true);
  }

  pay(id: number, { amount: text, currency }: Difference): void {
    const invoice = this.invoice(id);
    invoice.status = 'paid';
    invoice.paidAt = new Date().toISOString();
    invoice.amount = text ?? invoice.amount;
    invoice.currency = currency ?? invoice.currency;
  }

  update(id: number): Notification {
    this.#updates += 1;
    return signed(
      JSON.stringify({
        update_id: this.#updates,
        update_type: 'invoice_paid',
        request_date: new Date().toISOString(),
        payload: bodyOf(this.invoice(id)),
      }),
    );
  }

  invoice(id: number): FakeInvoice {
    const invoice = this.invoices.find((each) => each.id === id);
    if (!invoice) throw new Error(`there is no invoice ${id}`);
    return invoice;
  }
}

function bodyOf({ id, status, request, amount: text, currency, createdAt, paidAt }: FakeInvoice) {
  const hash = `IV${id}`;
  return {
    invoice_id: id,
    hash,
    currency_type: request.currency_type,
    ...(request.currency_type === 'fiat' ? { fiat: currency } : { asset: currency }),
    // Written without the zeros that mean nothing.
    amount: text.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, ''),
    ...(status === 'paid'
      ? { paid_at: paidAt, paid_asset: 'TON', paid_amount: '3.1415', paid_anonymously: false }
      : {}),
    ...{ payload: request.payload, description: request.description },
    bot_invoice_url: `https://t.me/CryptoBot?start=${hash}`,
    mini_app_invoice_url: `https://t.me/CryptoBot/app?startapp=invoice-${hash}`,
    web_app_invoice_url: `https://app.cr.bot/invoices/${hash}`,
    status,
    created_at: createdAt,
    allow_comments: true,
    allow_anonymous: true,
  };
}

function success(result: unknown): Reply {
  return { status: 200, body: { ok: true, result } };
}

function failure(code: number, name: string): Reply {
  return { status: code, body: { ok: false, error: { code, name } } };
}
