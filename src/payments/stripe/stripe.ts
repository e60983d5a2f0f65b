import { z } from 'zod';
import type { CredentialCheck, PaymentProvider } from '../provider';
import { STRIPE_CURRENCIES } from './amounts';
import { askStripe, statementOf } from './asking';
import { answered, stripeClient } from './calls';
import type { StripeClient, StripeSettings } from './calls';
import { chargeMethod, detachMethod, methodOf } from './methods';
import { STRIPE_ANSWER, STRIPE_EVENTS, verifyEvent } from './notifications';
import { askRefundOf, refundIntent } from './refunds';
import { closeSession, openSession } from './sessions';

const balanceSchema = z.object({ livemode: z.boolean() });

/**
 * Stripe: people pay on its Checkout pages; a payment is a PaymentIntent; signed events are hints, and the intent itself
 * is the truth.
 */
export function stripeProvider(settings: StripeSettings): PaymentProvider {
  const client = stripeClient(settings);
  const desk = { client, nowMs: settings.nowMs ?? Date.now };
  return {
    name: 'stripe',
    capabilities: {
      currencies: STRIPE_CURRENCIES,
      canAsk: true,
      canRefund: 'partial',
      canCancel: true,
      canSave: true,
    },
    createPayment: (order, key) => openSession(desk, order, key),
    verify: (notification) =>
      Promise.resolve(verifyEvent(client, settings.webhookSecrets, notification)),
    ask: (ref) => askStripe(client, ref),
    refund: (request) => refundIntent(client, request),
    askRefund: (request) => askRefundOf(client, request),
    cancel: (order) => closeSession(desk, order),
    statement: (range) => statementOf(client, range, settings.maxPages ?? 200),
    check: () => checked(client),
    cabinet: (publicBaseUrl) => [
      { field: 'Webhook endpoint URL', value: `${publicBaseUrl}/webhook/stripe` },
      { field: 'Events to send', value: STRIPE_EVENTS.join(', ') },
    ],
    savedMethod: ({ providerPaymentId }) => methodOf(client, providerPaymentId),
    chargeSaved: (charge, key) => chargeMethod(client, charge, key),
    revokeMethod: ({ token }) => detachMethod(client, token),
    answer: () => STRIPE_ANSWER,
  };
}

async function checked(client: StripeClient): Promise<CredentialCheck> {
  const told = await answered(() => client.balance.retrieve(), balanceSchema);
  switch (told.kind) {
    case 'answer':
      return { kind: 'valid', account: told.value.livemode ? 'Stripe, live' : 'Stripe, test mode' };
    case 'refused':
    case 'locked_out':
      return { kind: 'invalid', reason: told.reason };
    case 'reused':
    case 'unknown':
      return { kind: 'unknown', reason: told.reason };
  }
}
