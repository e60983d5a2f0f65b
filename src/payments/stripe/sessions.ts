import { z } from 'zod';
import type { CreateOutcome, OrderRef, PaymentOrder } from '../provider';
import { shortened } from '../shortened';
import { wireKey } from '../wire-key';
import { unpayable } from './amounts';
import { answered, unclear } from './calls';
import type { StripeAnswer, StripeClient } from './calls';
import { referencesOn } from './facts';

const pageSchema = z.object({ id: z.string().min(1), url: z.url() });
const statusSchema = z.object({ status: z.string().nullable() });

type Page = z.infer<typeof pageSchema>;

export interface SessionDesk {
  readonly client: StripeClient;
  readonly nowMs: () => number;
}

const MINUTE = 60_000;
/** Stripe wants a page to live for half an hour to a day; a minute's distance keeps slow clocks out of it. */
const SHORTEST_MS = 31 * MINUTE;
const LONGEST_MS = (24 * 60 - 1) * MINUTE;
/** How often an order may come back to Stripe after its page was closed. */
const MOST_PAGES = 5;

/** Opens a pay page (Checkout Session) for an order: the same open page under the same key. */
export async function openSession(
  desk: SessionDesk,
  order: PaymentOrder,
  key: string,
): Promise<CreateOutcome> {
  const refusal = unpayable(order.amount);
  if (refusal !== undefined) return { kind: 'refused', reason: refusal };
  let pageKey = key;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const opened = await open(desk, order, wireKey(pageKey));
    if (opened.kind === 'refused') return { kind: 'refused', reason: opened.reason };
    if (opened.kind === 'locked_out') return { kind: 'refused', reason: opened.reason };
    if (opened.kind !== 'answer') return unclear(opened);
    const { id, url } = opened.value;
    const isClosed = opened.isReplay && (await isExpired(desk, id));
    if (!isClosed) return { kind: 'created', url, providerRef: id };
    // What stands under this key cannot be paid any more, which is the evidence that another key is allowed.
    pageKey = `${key}:after:${id}`;
  }
  return { kind: 'refused', reason: 'the pay page of this order was closed too often' };
}

/** Closes the pay page of an order, so that nobody pays there any more; best effort. */
export async function closeSession(
  { client }: SessionDesk,
  { providerRef }: OrderRef,
): Promise<void> {
  if (!isSession(providerRef)) return;
  await answered(() => client.checkout.sessions.expire(providerRef), statusSchema);
}

/** True for the name of a pay page. */
export function isSession(ref: string | undefined): ref is string {
  return ref?.startsWith('cs_') === true;
}

/**
 * Whether a page is asked to end with its order depends on the time of the request, and so does the body that belongs to
 * the key. A repeat that comes later tries the other of the two bodies.
 */
async function open(
  desk: SessionDesk,
  order: PaymentOrder,
  idempotencyKey: string,
): Promise<StripeAnswer<Page>> {
  const expiresMs = Date.parse(order.expiresAt);
  const leftMs = expiresMs - desk.nowMs();
  const endsWithOrder = leftMs >= SHORTEST_MS && leftMs <= LONGEST_MS;
  const create = (isEnding: boolean) =>
    answered(
      () =>
        desk.client.checkout.sessions.create(
          {
            ...sessionOf(order),
            ...(isEnding ? { expires_at: Math.floor(expiresMs / 1_000) } : {}),
          },
          { idempotencyKey },
        ),
      pageSchema,
    );
  const first = await create(endsWithOrder);
  return first.kind === 'reused' ? create(!endsWithOrder) : first;
}

function sessionOf(order: PaymentOrder) {
  const { amount, description, invoiceId, invoiceNo } = order;
  const metadata = referencesOn(order);
  const name = shortened(description.trim() || `№ ${invoiceNo}`, 250);
  return {
    mode: 'payment' as const,
    client_reference_id: invoiceId,
    metadata,
    line_items: [
      {
        quantity: 1,
        price_data: {
          currency: amount.currency.toLowerCase(),
          unit_amount: amount.minor,
          product_data: { name },
        },
      },
    ],
    payment_intent_data: {
      metadata,
      description: name,
      ...(order.savesMethod ? { setup_future_usage: 'off_session' as const } : {}),
    },
    // A method can only be charged again where it belongs to a customer.
    ...(order.savesMethod ? { customer_creation: 'always' as const } : {}),
    // The payer pays the very sum and currency of the order.
    adaptive_pricing: { enabled: false },
    locale: order.locale,
    success_url: order.returnUrl,
    cancel_url: order.failUrl,
  };
}

async function isExpired({ client }: SessionDesk, id: string): Promise<boolean> {
  const told = await answered(() => client.checkout.sessions.retrieve(id), statusSchema);
  return told.kind === 'answer' && told.value.status === 'expired';
}
