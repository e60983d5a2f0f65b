import { randomUUID } from 'node:crypto';
import { exponentOf } from '../../src/domain/money';
import type { PaymentOrder } from '../../src/payments/provider';

/** Makes orders that differ in number, id and sum; all of one currency. */
export function orders({ currency }: { readonly currency: string }): () => PaymentOrder {
  let no = 1000;
  return () => {
    no += 1;
    const invoiceId = randomUUID();
    return {
      invoiceId,
      invoiceNo: no,
      userId: 77,
      amount: { minor: 49_900 + no, currency, exponent: exponentOf(currency) ?? 2 },
      description: 'Про & co',
      locale: 'ru',
      expiresAt: '2126-01-01T00:00:00.000Z',
      returnUrl: `https://shop.example/pay/success?invoice=${invoiceId}`,
      failUrl: `https://shop.example/pay/fail?invoice=${invoiceId}`,
    };
  };
}
