import { z } from 'zod';
import { decimalText } from '../../domain/money';
import type {
  AskOutcome,
  CreateOutcome,
  CredentialCheck,
  OrderRef,
  PaymentOrder,
  PaymentProvider,
  RefundOutcome,
  StatementRange,
} from '../provider';
import { shortened } from '../shortened';
import { cryptoPayCall } from './calls';
import type { CryptoPayAnswer, CryptoPayCall, CryptoPaySettings } from './calls';
import { factOf, invoiceSchema, payloadOf } from './invoices';
import { readInvoice, readInvoices } from './lists';
import type { ListedInvoices } from './lists';
import { accepted, judge } from './notifications';

export type { CryptoPaySettings } from './calls';

const FIAT: readonly string[] = ['RUB', 'USD', 'EUR'];
const COINS: readonly string[] = ['USDT', 'TON', 'BTC'];
/** The longest an invoice may live, in seconds: 31 days. */
const LONGEST_LIFE = 2_678_400;
const CANNOT_REFUND: RefundOutcome = {
  kind: 'refused',
  reason: 'Crypto Pay has no refunds; an operator has to send the coins back by hand',
};

interface Shop {
  readonly call: CryptoPayCall;
  readonly settings: CryptoPaySettings;
  readonly currencies: readonly string[];
  readonly maxPages: number;
}

/** Crypto Pay of @CryptoBot: signed notifications, invoices that can be asked for, and no way back for money. */
export function cryptoPayProvider(settings: CryptoPaySettings): PaymentProvider {
  const call = cryptoPayCall(settings);
  const { currencies = [...FIAT, ...COINS], maxPages = 50, token } = settings;
  const shop: Shop = { call, settings, currencies, maxPages };
  return {
    name: 'cryptopay',
    capabilities: { currencies, canAsk: true, canRefund: 'none', canCancel: true },
    createPayment: (order) => createPayment(shop, order),
    verify: (notification) => Promise.resolve(judge(notification, token)),
    ask: async (ref) =>
      ref.by === 'payment'
        ? askedOne(await readInvoice(call, ref.providerPaymentId))
        : askOrder(shop, ref),
    refund: () => Promise.resolve(CANNOT_REFUND),
    askRefund: () => Promise.resolve(CANNOT_REFUND),
    cancel: async ({ providerRef }) => {
      // Only unpaid invoices can be deleted, so nothing that was paid is lost.
      if (providerRef !== undefined)
        await call('deleteInvoice', { invoice_id: Number(providerRef) });
    },
    statement: (range) => statement(shop, range),
    check: async () => checked(await call('getMe', {})),
    cabinet: (publicBaseUrl) => [
      {
        field: '@CryptoBot → Crypto Pay → My Apps → Webhooks',
        value: `${publicBaseUrl}/webhook/cryptopay`,
      },
    ],
    answer: accepted,
  };
}

/**
 * Opens an invoice. Crypto Pay knows no idempotency keys, so an open invoice of the same order is looked for first: an
 * answer that was lost must not leave two links that can both be paid.
 */
async function createPayment(shop: Shop, order: PaymentOrder): Promise<CreateOutcome> {
  const { call, currencies, maxPages } = shop;
  if (!currencies.includes(order.amount.currency)) {
    return { kind: 'refused', reason: 'Crypto Pay does not take this currency' };
  }
  const open = await readInvoices(call, { status: 'active', maxPages });
  if (open.kind === 'unknown') return open;
  const payload = payloadOf(order);
  const before = open.invoices.find((invoice) => invoice.payload === payload);
  return created(
    before ? { kind: 'result', result: before } : await call('createInvoice', terms(shop, order)),
  );
}

function terms({ settings }: Shop, order: PaymentOrder): Record<string, unknown> {
  const { amount, description, invoiceNo, returnUrl } = order;
  return {
    ...priceOf(order, settings.acceptedAssets ?? []),
    amount: decimalText(amount),
    description: shortened(description.trim() || `№ ${invoiceNo}`, 1024),
    payload: payloadOf(order),
    paid_btn_name: 'callback',
    paid_btn_url: returnUrl,
    expires_in: lifeOf(order, settings.nowMs?.() ?? Date.now()),
  };
}

function priceOf({ amount: { currency } }: PaymentOrder, assets: readonly string[]) {
  if (!FIAT.includes(currency)) return { currency_type: 'crypto', asset: currency };
  return {
    currency_type: 'fiat',
    fiat: currency,
    ...(assets.length > 0 ? { accepted_assets: assets.join(',') } : {}),
  };
}

/** In whole seconds, as long as the order is open, within what Crypto Pay permits. */
function lifeOf({ expiresAt }: PaymentOrder, nowMs: number): number {
  const seconds = Math.floor((Date.parse(expiresAt) - nowMs) / 1000);
  return Math.min(Math.max(seconds, 1), LONGEST_LIFE);
}

function created(answer: CryptoPayAnswer): CreateOutcome {
  if (answer.kind !== 'result') return answer;
  const { data: invoice } = invoiceSchema.safeParse(answer.result);
  return invoice?.bot_invoice_url === undefined
    ? { kind: 'unknown', reason: 'the answer names no invoice' }
    : {
        kind: 'created',
        url: invoice.bot_invoice_url,
        providerRef: String(invoice.invoice_id),
      };
}

function askedOne(listed: ListedInvoices): AskOutcome {
  if (listed.kind === 'unknown') return listed;
  return listed.invoices.length > 0
    ? { kind: 'facts', facts: listed.invoices.map(factOf) }
    : { kind: 'unknown', reason: 'Crypto Pay does not know this invoice (any more)' };
}

/** An invoice that is gone was deleted unpaid. Without its number all of the order's invoices are looked for. */
async function askOrder({ call, maxPages }: Shop, ref: OrderRef): Promise<AskOutcome> {
  const { providerRef, invoiceId, writtenAt } = ref;
  const madeSinceMs = writtenAt === undefined ? -Infinity : Date.parse(writtenAt) - 3_600_000;
  const listed =
    providerRef === undefined
      ? await readInvoices(call, { status: undefined, maxPages, madeSinceMs })
      : await readInvoice(call, providerRef);
  if (listed.kind === 'unknown') return listed;
  const facts = listed.invoices.map(factOf);
  return {
    kind: 'facts',
    facts: providerRef === undefined ? facts.filter((fact) => fact.invoiceId === invoiceId) : facts,
  };
}

/** The list cannot be asked by date; what was paid within these days was made at most 31 days earlier. */
async function statement(
  { call, maxPages }: Shop,
  { from, to }: StatementRange,
): Promise<AskOutcome> {
  const madeSinceMs = Date.parse(from) - (LONGEST_LIFE + 86_400) * 1000;
  const listed = await readInvoices(call, { status: 'paid', maxPages, madeSinceMs });
  if (listed.kind === 'unknown') return listed;
  const isWithin = (paidAt: string | undefined) =>
    paidAt !== undefined &&
    Date.parse(paidAt) >= Date.parse(from) &&
    Date.parse(paidAt) < Date.parse(to);
  const facts = listed.invoices.map(factOf);
  return { kind: 'facts', facts: facts.filter(({ paidAt }) => isWithin(paidAt)) };
}

function checked(answer: CryptoPayAnswer): CredentialCheck {
  if (answer.kind === 'unknown') return answer;
  if (answer.kind === 'refused') return { kind: 'invalid', reason: answer.reason };
  const { data: app } = z.object({ name: z.string() }).safeParse(answer.result);
  return app
    ? { kind: 'valid', account: app.name }
    : { kind: 'unknown', reason: 'the answer names no app' };
}
