import { z } from 'zod';
import type { CredentialCheck, PaymentProvider } from '../provider';
import { askPaypal } from './asking';
import { paypalCall } from './calls';
import type { PaypalCall, PaypalSettings } from './calls';
import { certificateSource } from './certificates';
import { PAYPAL_CURRENCIES } from './facts';
import { PAYPAL_ANSWER, PAYPAL_EVENTS, verifyEvent } from './notifications';
import { openOrder } from './orders';
import { askRefundOf, refundCapture } from './refunds';
import { statementOf } from './statement';

/**
 * PayPal: the payer approves an order, and asking about it captures the money; a payment is a capture; events are proved
 * by a certificate of PayPal's, and the capture itself is the truth.
 */
export function paypalProvider(settings: PaypalSettings): PaymentProvider {
  const call = paypalCall(settings);
  const { webhookId, certificates: trust, timeoutMs = 5_000, nowMs = Date.now } = settings;
  const judge = { webhookId, certificateAt: certificateSource({ trust, timeoutMs }) };
  return {
    name: 'paypal',
    capabilities: {
      currencies: PAYPAL_CURRENCIES,
      canAsk: true,
      canRefund: 'partial',
      canCancel: false,
    },
    createPayment: (order, key) => openOrder(call, order, key),
    verify: (notification) => verifyEvent(judge, notification),
    ask: (ref) => askPaypal(call, ref),
    refund: (request) => refundCapture(call, request),
    askRefund: (request) => askRefundOf(call, request),
    // An order that nobody captures takes no money, and there is no call that would end it.
    cancel: () => Promise.resolve(),
    statement: (range) => statementOf(call, range, nowMs()),
    check: () => checked(call, webhookId),
    cabinet: (publicBaseUrl) => [
      { field: 'Webhook URL', value: `${publicBaseUrl}/webhook/paypal` },
      { field: 'Event types', value: PAYPAL_EVENTS.join(', ') },
    ],
    answer: () => PAYPAL_ANSWER,
  };
}

const webhooksSchema = z.object({ webhooks: z.array(z.object({ id: z.string() })) });

/** Every app may read its own webhooks, and one of them has to be ours. */
async function checked(call: PaypalCall, webhookId: string): Promise<CredentialCheck> {
  const told = await call({ path: '/v1/notifications/webhooks' });
  if (told.kind === 'refused' || told.kind === 'locked_out') {
    return { kind: 'invalid', reason: told.reason };
  }
  if (told.kind === 'unknown') return told;
  const read = webhooksSchema.safeParse(told.body);
  if (!read.success) return { kind: 'unknown', reason: 'PayPal’s list of webhooks cannot be read' };
  return read.data.webhooks.some(({ id }) => id === webhookId)
    ? { kind: 'valid', account: 'PayPal' }
    : { kind: 'invalid', reason: 'PAYPAL_WEBHOOK_ID names no webhook of this app' };
}
