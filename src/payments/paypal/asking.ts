import type { AskOutcome, AskRef, PaymentFact } from '../provider';
import { unclear } from './calls';
import type { PaypalAnswer, PaypalCall } from './calls';
import { disputeAbout } from './disputes';
import { captureFact, captureSchema, capturesIn, orderSchema, refundsIn, wasPaid } from './facts';
import type { PaypalCapture, PaypalOrder, PaypalRefund } from './facts';

export async function askPaypal(call: PaypalCall, ref: AskRef): Promise<AskOutcome> {
  if (ref.by === 'payment') return askCapture(call, ref.providerPaymentId);
  // PayPal finds an order by its own name only; without that name nobody ever saw the page where it is paid.
  return ref.providerRef === undefined ? none() : askOrder(call, ref.providerRef);
}

/**
 * The captures of an order. What the payer approved and nobody has captured yet is captured now: until then PayPal takes
 * no money, however often it says "approved".
 */
async function askOrder(call: PaypalCall, orderId: string): Promise<AskOutcome> {
  const told = await orderNamed(call, orderId);
  if (told.kind !== 'order') return told.kind === 'gone' ? none() : told;
  if (told.order.status !== 'APPROVED') return factsOf(call, told.order);
  const path = `/v2/checkout/orders/${encodeURIComponent(orderId)}/capture`;
  const answer = await call({ path, body: {}, key: `capture:${orderId}` });
  if (answer.kind === 'refused') return captureRefused(call, orderId, answer);
  const captured = readOrder(answer);
  return captured.kind === 'order' ? factsOf(call, captured.order) : captured;
}

async function captureRefused(
  call: PaypalCall,
  orderId: string,
  refusal: Extract<PaypalAnswer, { kind: 'refused' }>,
): Promise<AskOutcome> {
  // The payer has to choose another way at PayPal; until then nothing is paid.
  if (refusal.issue === 'INSTRUMENT_DECLINED' || refusal.issue === 'PAYER_ACTION_REQUIRED') {
    return none();
  }
  if (refusal.issue !== 'ORDER_ALREADY_CAPTURED') {
    return unclear({ reason: `PayPal did not capture the order: ${refusal.issue}` });
  }
  const told = await orderNamed(call, orderId);
  return told.kind === 'order' ? factsOf(call, told.order) : unclearOrder(told);
}

async function askCapture(call: PaypalCall, captureId: string): Promise<AskOutcome> {
  const told = await captureNamed(call, captureId);
  if (told.kind !== 'capture') return told;
  const { capture } = told;
  const refunds = await refundsOf(call, capture);
  if (refunds.kind === 'unknown') return refunds;
  return judged(call, [capture], refunds.refunds);
}

type NamedCapture =
  | { readonly kind: 'capture'; readonly capture: PaypalCapture }
  | { readonly kind: 'unknown'; readonly reason: string };

/** A capture by its id. */
export async function captureNamed(call: PaypalCall, captureId: string): Promise<NamedCapture> {
  const answer = await call({ path: `/v2/payments/captures/${encodeURIComponent(captureId)}` });
  if (answer.kind !== 'answer') return unclear(answer);
  const read = captureSchema.safeParse(answer.body);
  return read.success
    ? { kind: 'capture', capture: read.data }
    : unclear({ reason: 'PayPal’s capture cannot be read' });
}

export type KnownRefunds =
  | { readonly kind: 'refunds'; readonly refunds: readonly PaypalRefund[] }
  | { readonly kind: 'unknown'; readonly reason: string };

/** What was given back of a capture so far, which only its order tells; asked where the capture says that something was. */
async function refundsOf(call: PaypalCall, capture: PaypalCapture): Promise<KnownRefunds> {
  return capture.status === 'PARTIALLY_REFUNDED'
    ? refundsAround(call, capture)
    : { kind: 'refunds', refunds: [] };
}

/** All refunds of the order that a capture belongs to. */
export async function refundsAround(
  call: PaypalCall,
  capture: PaypalCapture,
): Promise<KnownRefunds> {
  const orderId = capture.supplementary_data?.related_ids?.order_id;
  if (orderId === undefined) return unclear({ reason: 'the capture does not name its order' });
  const told = await orderNamed(call, orderId);
  return told.kind === 'order'
    ? { kind: 'refunds', refunds: refundsIn(told.order) }
    : unclearOrder(told);
}

type NamedOrder =
  | { readonly kind: 'order'; readonly order: PaypalOrder }
  /** Orders that nobody approved are forgotten after some hours. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'unknown'; readonly reason: string };

async function orderNamed(call: PaypalCall, orderId: string): Promise<NamedOrder> {
  const answer = await call({ path: `/v2/checkout/orders/${encodeURIComponent(orderId)}` });
  if (answer.kind === 'refused' && answer.status === 404) return { kind: 'gone' };
  return readOrder(answer);
}

function readOrder(answer: PaypalAnswer): Exclude<NamedOrder, { kind: 'gone' }> {
  if (answer.kind !== 'answer') return unclear(answer);
  const read = orderSchema.safeParse(answer.body);
  return read.success
    ? { kind: 'order', order: read.data }
    : unclear({ reason: 'PayPal’s order cannot be read' });
}

function unclearOrder(told: Exclude<NamedOrder, { kind: 'order' }>) {
  return told.kind === 'gone' ? unclear({ reason: 'PayPal does not know the order (yet)' }) : told;
}

function factsOf(call: PaypalCall, order: PaypalOrder): Promise<AskOutcome> {
  return judged(call, capturesIn(order), refundsIn(order));
}

/** Captures as facts, each with its complaint where money was taken; half of the truth is none. */
async function judged(
  call: PaypalCall,
  captures: readonly PaypalCapture[],
  refunds: readonly PaypalRefund[],
): Promise<AskOutcome> {
  const facts: PaymentFact[] = [];
  for (const capture of captures) {
    const fact = captureFact(capture, { refunds });
    if (!fact) return unclear({ reason: `PayPal calls the capture ${capture.status}` });
    if (!wasPaid(fact.state)) {
      facts.push(fact);
      continue;
    }
    const found = await disputeAbout(call, capture.id);
    if (found.kind === 'unknown') return found;
    facts.push(captureFact(capture, { refunds, dispute: found.dispute }) ?? fact);
  }
  return { kind: 'facts', facts };
}

function none(): AskOutcome {
  return { kind: 'facts', facts: [] };
}
