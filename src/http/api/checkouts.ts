import { v5 } from 'uuid';
import { z } from 'zod';
import { tokenText } from '../../domain/tokens';
import type { InvoiceView, QuoteView, TariffCard } from '../../reads/billing';
import type { QuoteRequest } from '../../records/contract';
import { mismatch, type NamedRequest } from './idempotency';
import type { ApiParts } from './parts';
import { ApiProblem } from './problems';
import { route } from './route';
import { instant, tokensOut, userIdParam, utokOut, uuid } from './schemas';

const currency = z.string().regex(/^[A-Z]{3,5}$/);
const provider = z.string().min(1).max(40).optional().meta({
  description: 'How to pay; the first that takes the currency when absent',
});
const topup = z
  .strictObject({ amount_minor: z.int().positive(), currency: currency.default('RUB'), provider })
  .meta({ id: 'TopupWish', description: 'Tokens for an amount of money' });
const tariff = z
  .strictObject({
    tariff_slug: z.string().min(1).max(100),
    currency: currency
      .optional()
      .meta({ description: 'The first the tariff has a price in when absent' }),
    provider,
  })
  .meta({ id: 'TariffWish', description: 'A pack or a subscription of the catalogue' });
const wish = z.union([topup, tariff]).meta({ id: 'CheckoutWish' });

const checkout = z
  .object({
    invoice_id: uuid,
    invoice_no: z.int(),
    state: z.string(),
    provider: z.string(),
    payment_url: z.string().nullable().meta({ description: 'Null where one pays inside Telegram' }),
    amount_minor: z.int(),
    currency: z.string(),
    exponent: z.int(),
    tokens: tokensOut,
    tokens_utok: utokOut,
    expires_at: instant,
  })
  .meta({ id: 'Checkout' });

/** Orders that a service opens for a person, who then pays by the link. */
export const checkoutRoutes = [
  route({
    method: 'post',
    path: '/users/{userId}/checkouts',
    operationId: 'openCheckout',
    tag: 'Checkouts',
    summary: 'Open an order to pay',
    description:
      'The price is frozen and the invoice opened. A repeat with the same key gives the same invoice.',
    scopes: ['checkout:write'],
    params: z.strictObject({ userId: userIdParam }),
    body: wish,
    isNamed: true,
    answers: { 201: { description: 'The order with its link', schema: checkout } },
    refusals: ['user_not_found', 'not_found', 'conflict'],
    handle: async (parts, { params: { userId }, body, named, asOf: arrivedAt }) => {
      if (!named) throw new Error('this route is named');
      const clockOffsetMs = await parts.reads.clockOffset(userId);
      if (clockOffsetMs === undefined) {
        throw new ApiProblem({ code: 'user_not_found', detail: 'No such user is known.' });
      }
      const asOf = new Date(Date.parse(arrivedAt) + clockOffsetMs);
      const order = await orderOf(parts, { userId, body, asOf });
      const { quoteId, isRepeat } = await quoteFor(parts, { named, order, asOf });
      const opening = await parts.commands.openCheckout({
        ...{ quoteId, userId, clockOffsetMs },
        provider: order.provider,
      });
      if (opening.kind === 'refused') throw refused(opening.reason);
      const invoice = await parts.reads.invoice(opening.invoiceId);
      if (!invoice) throw new Error(`invoice ${opening.invoiceId} was opened and is not there`);
      if (isRepeat && invoice.provider !== order.provider) throw mismatch();
      return { status: 201, body: invoiceView(invoice), isReplay: isRepeat };
    },
  }),
] as const;

interface Order {
  readonly card: TariffCard;
  readonly request: QuoteRequest;
  readonly provider: string;
}

async function orderOf(
  parts: ApiParts,
  { userId, body, asOf }: { userId: number; body: z.output<typeof wish>; asOf: Date },
): Promise<Order> {
  const { reads, providers } = parts;
  const isTopup = 'amount_minor' in body;
  const card = isTopup
    ? await reads.topupTariff(asOf)
    : await reads.tariffBySlug(body.tariff_slug, asOf);
  if (!card) throw new ApiProblem({ code: 'not_found', detail: 'No such tariff is on sale.' });
  const paidIn = body.currency ?? card.prices[0]?.currency ?? 'RUB';
  const able = [...providers.values()].filter(({ capabilities }) =>
    capabilities.currencies.includes(paidIn),
  );
  const chosen =
    body.provider === undefined ? able[0] : able.find(({ name }) => name === body.provider);
  if (!chosen) throw refused('provider_unavailable');
  const { tariffVersionId } = card;
  const amount = isTopup ? { amountMinor: body.amount_minor } : {};
  return {
    card,
    request: { userId, tariffVersionId, currency: paidIn, asOf, ...amount },
    provider: chosen.name,
  };
}

/** Names of quotes come from the caller and its key, so that a repeat meets the same order. */
const NAMESPACE = '8d9f2f52-3f0c-5d36-9a2c-6d5f3b2f7c11';
/** A price that nobody took in time is no effect, so the same name may ask for a new one (API-5). */
const MOST_TRIES = 20;

async function quoteFor(
  parts: ApiParts,
  { named, order, asOf }: { named: NamedRequest; order: Order; asOf: Date },
): Promise<{ quoteId: string; isRepeat: boolean }> {
  for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
    const quoteId = v5(`${named.caller}:${named.key}:${tries}`, NAMESPACE);
    const earlier = await parts.reads.quote(quoteId);
    if (!earlier)
      return { quoteId: await freeze(parts, { ...order.request, quoteId }), isRepeat: false };
    if (!isSameOrder(earlier, order)) throw mismatch();
    const isOpen = earlier.isConsumed || asOf.toISOString() <= earlier.buttonUntil;
    if (isOpen) return { quoteId, isRepeat: earlier.isConsumed };
  }
  throw refused('quote_expired');
}

async function freeze({ records }: ApiParts, request: QuoteRequest): Promise<string> {
  const quoted = await records.createQuote(request);
  if (quoted.kind === 'quoted') return quoted.quoteId;
  throw refused(quoted.reason);
}

function isSameOrder(earlier: QuoteView, { card, request }: Order): boolean {
  const { userId, currency: paidIn, amountMinor } = request;
  const isSameAmount = amountMinor === undefined || earlier.listAmount.minor === amountMinor;
  return (
    earlier.userId === userId &&
    earlier.tariffId === card.tariffId &&
    earlier.listAmount.currency === paidIn &&
    isSameAmount
  );
}

function refused(reason: string): ApiProblem {
  return new ApiProblem({
    code: 'conflict',
    detail: `The order cannot be opened: ${reason}.`,
    members: { reason },
  });
}

function invoiceView(invoice: InvoiceView) {
  const { amount, tokensUtok } = invoice;
  return {
    invoice_id: invoice.invoiceId,
    invoice_no: invoice.no,
    state: invoice.state,
    provider: invoice.provider,
    payment_url: invoice.paymentUrl,
    amount_minor: amount.minor,
    currency: amount.currency,
    exponent: amount.exponent,
    tokens: tokenText(tokensUtok),
    tokens_utok: String(tokensUtok),
    expires_at: invoice.expiresAt,
  };
}
