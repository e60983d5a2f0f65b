import { stripeProvider } from '../../src/payments/stripe/stripe';
import { describeContract } from './contract';
import type { ProviderBench } from './contract';
import { orders } from './orders';
import { STRIPE_KEY, STRIPE_SECRET, startStripeFake } from './support/stripe-fake';

describeContract('Stripe', startBench);

async function startBench(): Promise<ProviderBench> {
  const stripe = await startStripeFake();
  const { book } = stripe;
  const provider = stripeProvider({
    secretKey: STRIPE_KEY,
    webhookSecrets: ['whsec_next', STRIPE_SECRET],
    baseUrl: stripe.url,
    timeoutMs: 500,
  });
  const intentOf = (invoiceId: string) =>
    [...book.intents.values()].find(({ metadata }) => metadata['invoice_id'] === invoiceId);
  return {
    provider,
    order: orders({ currency: 'EUR' }),
    pay: async ({ invoiceId }) =>
      stripe.event('payment_intent.succeeded', stripe.payPage(invoiceId)),
    paymentIdOf: ({ invoiceId }) => intentOf(invoiceId)?.id ?? '',
    refundedMinor: (id) => book.refundedMinor(id),
    savedToken: async (order) => {
      await provider.createPayment({ ...order, savesMethod: true }, `create:${order.invoiceId}`);
      const { id: providerPaymentId } = stripe.payPage(order.invoiceId);
      const saved = await provider.savedMethod?.({ providerPaymentId });
      if (saved?.kind !== 'saved') throw new Error('nothing was saved');
      return saved.method.token;
    },
    savedCharges: () =>
      [...book.intents.values()].filter(
        (intent) => intent.setup_future_usage === null && intent.customer !== null,
      ).length,
    breakNext: stripe.breakNext,
    stop: stripe.stop,
  };
}
