import { paypalProvider } from '../../src/payments/paypal/paypal';
import { describeContract } from './contract';
import type { ProviderBench } from './contract';
import { orders } from './orders';
import { PAYPAL_APP, PAYPAL_WEBHOOK, startPaypalFake } from './support/paypal-fake';

describeContract('PayPal', startBench);

async function startBench(): Promise<ProviderBench> {
  const paypal = await startPaypalFake();
  const provider = paypalProvider({
    ...PAYPAL_APP,
    webhookId: PAYPAL_WEBHOOK,
    baseUrl: paypal.url,
    timeoutMs: 500,
    certificates: { origins: [paypal.url], authorities: [paypal.authority] },
  });
  return {
    provider,
    order: orders({ currency: 'EUR' }),
    pay: async ({ invoiceId, invoiceNo }) => {
      const { id: providerRef } = paypal.approve(invoiceNo);
      // PayPal takes the money when we capture the order, which asking about it does.
      await provider.ask({ by: 'order', invoiceId, invoiceNo, providerRef });
      return paypal.event('PAYMENT.CAPTURE.COMPLETED', paypal.captureOf(invoiceNo));
    },
    paymentIdOf: ({ invoiceNo }) => paypal.captureOf(invoiceNo)?.id ?? '',
    refundedMinor: (id) => paypal.book.refundedMinor(id),
    breakNext: paypal.breakNext,
    stop: paypal.stop,
  };
}
