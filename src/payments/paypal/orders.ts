import { decimalText } from '../../domain/money';
import type { CreateOutcome, PaymentOrder } from '../provider';
import { shortened } from '../shortened';
import { unclear } from './calls';
import type { PaypalCall } from './calls';
import { PAYPAL_CURRENCIES, orderSchema, referencesOn } from './facts';

/** Opens an order that the payer approves at PayPal: the same one under the same key, for six hours. */
export async function openOrder(
  call: PaypalCall,
  order: PaymentOrder,
  key: string,
): Promise<CreateOutcome> {
  const { currency } = order.amount;
  if (!PAYPAL_CURRENCIES.includes(currency)) {
    return { kind: 'refused', reason: `PayPal is not used for ${currency} here` };
  }
  const answer = await call({ path: '/v2/checkout/orders', body: bodyOf(order), key });
  if (answer.kind === 'refused')
    return { kind: 'refused', reason: `${answer.issue}: ${answer.reason}` };
  if (answer.kind === 'locked_out') return { kind: 'refused', reason: answer.reason };
  if (answer.kind === 'unknown') return answer;
  const told = orderSchema.safeParse(answer.body);
  const link = told.data?.links?.find(({ rel }) => rel === 'payer-action' || rel === 'approve');
  if (!told.success || !link || !URL.canParse(link.href)) {
    return unclear({ reason: 'PayPal’s answer names no page for the payer' });
  }
  return { kind: 'created', url: link.href, providerRef: told.data.id };
}

const LOCALES = { ru: 'ru-RU', en: 'en-US' } as const;

function bodyOf(order: PaymentOrder) {
  const { amount, description, invoiceNo } = order;
  return {
    intent: 'CAPTURE',
    purchase_units: [
      {
        reference_id: 'default',
        description: shortened(description.trim() || `№ ${invoiceNo}`, 127),
        ...referencesOn(order),
        amount: { currency_code: amount.currency, value: decimalText(amount) },
      },
    ],
    payment_source: {
      paypal: {
        experience_context: {
          return_url: order.returnUrl,
          cancel_url: order.failUrl,
          user_action: 'PAY_NOW',
          shipping_preference: 'NO_SHIPPING',
          locale: LOCALES[order.locale],
        },
      },
    },
  };
}
