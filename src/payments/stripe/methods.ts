import { z } from 'zod';
import type { ChargeOutcome, SavedCharge, SavedMethodOutcome, StopOutcome } from '../provider';
import { wireKey } from '../wire-key';
import { unpayable } from './amounts';
import { answered, unclear } from './calls';
import type { StripeAnswer, StripeClient } from './calls';
import { declineOf } from './declines';
import { idSchema, intentSchema, referencesOn } from './facts';
import type { StripeIntent } from './facts';

const methodSchema = z.object({
  id: z.string().min(1),
  type: z.string().min(1),
  customer: idSchema.nullish(),
  card: z
    .object({
      brand: z.string(),
      last4: z.string(),
      exp_month: z.number().int().min(1).max(12),
      exp_year: z.number().int().min(2000).max(9999),
    })
    .nullish(),
});
const savingSchema = z.object({
  setup_future_usage: z.string().nullish(),
  payment_method: methodSchema.nullish(),
});
const anySchema = z.object({ id: z.string() });

type Method = z.infer<typeof methodSchema>;

/** The way a payment was made, where the payer agreed that it is kept. */
export async function methodOf(
  client: StripeClient,
  intentId: string,
): Promise<SavedMethodOutcome> {
  const told = await answered(
    () => client.paymentIntents.retrieve(intentId, { expand: ['payment_method'] }),
    savingSchema,
  );
  if (told.kind !== 'answer') return unclear(told);
  const { setup_future_usage: usage, payment_method: method } = told.value;
  if (usage !== 'off_session' || !method?.customer) return { kind: 'none' };
  return {
    kind: 'saved',
    method: { token: packed(method), label: labelOf(method), expiresOn: lastDayOf(method) },
  };
}

/** Charges a saved method without the payer, once for a key. */
export async function chargeMethod(
  client: StripeClient,
  { method, order }: SavedCharge,
  key: string,
): Promise<ChargeOutcome> {
  const saved = unpacked(method.token);
  if (!saved) return { kind: 'refused', isHard: true, code: 'method_unknown' };
  if (unpayable(order.amount)) return { kind: 'refused', isHard: false, code: 'invalid_amount' };
  const { minor: amount, currency } = order.amount;
  const answer = await answered(
    () =>
      client.paymentIntents.create(
        {
          amount,
          currency: currency.toLowerCase(),
          customer: saved.customer,
          payment_method: saved.id,
          // Only the way that was saved: others might lead the payer elsewhere, and there is no payer here.
          payment_method_types: [saved.type],
          off_session: true,
          confirm: true,
          metadata: referencesOn(order),
        },
        { idempotencyKey: wireKey(key) },
      ),
    intentSchema,
  );
  return chargeOutcome(answer);
}

/** Detaches a method from its customer, after which nobody can charge it. */
export async function detachMethod(client: StripeClient, token: string): Promise<StopOutcome> {
  const saved = unpacked(token);
  if (!saved) return { kind: 'refused', reason: 'the token names no payment method' };
  const answer = await answered(() => client.paymentMethods.detach(saved.id), anySchema);
  if (answer.kind === 'answer') return { kind: 'done' };
  if (answer.kind !== 'refused') return unclear(answer);
  const isGone = answer.status === 404 || /not attached/i.test(answer.reason);
  return isGone ? { kind: 'done' } : { kind: 'refused', reason: answer.reason };
}

function chargeOutcome(answer: StripeAnswer<StripeIntent>): ChargeOutcome {
  if (answer.kind === 'answer') return intentOutcome(answer.value);
  if (answer.kind !== 'refused') return unclear(answer);
  const { code, declineCode, adviceCode } = answer;
  return { kind: 'refused', ...declineOf({ code, declineCode, adviceCode }) };
}

function intentOutcome({ id, status, last_payment_error: error }: StripeIntent): ChargeOutcome {
  switch (status) {
    case 'succeeded':
      return { kind: 'paid', providerPaymentId: id };
    case 'processing':
    case 'requires_capture':
      return { kind: 'sent', providerPaymentId: id };
    case 'requires_action':
    case 'requires_confirmation':
      return { kind: 'refused', ...declineOf({ code: 'authentication_required' }) };
    case 'requires_payment_method':
    case 'canceled':
      return {
        kind: 'refused',
        ...declineOf({
          code: error?.code,
          declineCode: error?.decline_code,
          adviceCode: error?.advice_code,
        }),
      };
    default:
      return { kind: 'unknown', reason: `Stripe calls the charge ${status}` };
  }
}

/** Customer, method and its kind: all that a later charge has to name. */
function packed({ customer, id, type }: Method): string {
  return [customer, id, type].join(':');
}

function unpacked(token: string) {
  const [, customer, id, type] = /^(cus_\w+):(\w+):(\w+)$/.exec(token) ?? [];
  return customer && id && type ? { customer, id, type } : undefined;
}

function labelOf({ type, card }: Method): string {
  if (!card) return type.replaceAll('_', ' ');
  return `${BRANDS[card.brand] ?? card.brand} •• ${card.last4}`;
}

const BRANDS: Readonly<Record<string, string>> = {
  visa: 'Visa',
  mastercard: 'Mastercard',
  amex: 'American Express',
  discover: 'Discover',
  diners: 'Diners Club',
  jcb: 'JCB',
  unionpay: 'UnionPay',
};

/** A card can be charged to the end of the month that stands on it. */
function lastDayOf({ card }: Method): string | undefined {
  if (!card) return undefined;
  return new Date(Date.UTC(card.exp_year, card.exp_month, 0)).toISOString().slice(0, 10);
}
