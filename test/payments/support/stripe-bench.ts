import { stripeProvider } from '../../../src/payments/stripe/stripe';
import type { PaymentOrder } from '../../../src/payments/provider';
import { orders } from '../orders';
import { STRIPE_KEY, STRIPE_SECRET, startStripeFake } from './stripe-fake';
import type { StripeFake } from './stripe-fake';
import type { PaymentError, StripeIntent } from './stripe-book';

export interface StripeBench {
  readonly stripe: StripeFake;
  readonly provider: ReturnType<typeof stripeProvider>;
  readonly order: () => PaymentOrder;
  /** The adapter with a key that Stripe does not know. */
  readonly stranger: ReturnType<typeof stripeProvider>;
  open(terms: PaymentOrder): Promise<string>;
  /** Opens an order, and its payer pays. */
  paid(terms: PaymentOrder): Promise<StripeIntent>;
  /** A method that the payer of an order let us keep. */
  saved(): Promise<{ readonly token: string; readonly methodId: string }>;
}

/** The adapter and a strict Stripe beside it. */
export async function startStripeBench(maxPages = 200): Promise<StripeBench> {
  const stripe = await startStripeFake();
  const settings = {
    ...{ secretKey: STRIPE_KEY, webhookSecrets: ['whsec_next', STRIPE_SECRET] },
    // A busy machine needs its time.
    ...{ baseUrl: stripe.url, timeoutMs: 3_000, maxPages },
    nowMs: () => stripe.nowMs ?? Date.now(),
  };
  const provider = stripeProvider(settings);
  const order = orders({ currency: 'EUR' });
  const open = async (terms: PaymentOrder): Promise<string> => {
    const created = await provider.createPayment(terms, `create:${terms.invoiceId}`);
    if (created.kind !== 'created') throw new Error(created.reason);
    return created.providerRef ?? '';
  };
  const paid = async (terms: PaymentOrder): Promise<StripeIntent> => {
    await open(terms);
    return stripe.payPage(terms.invoiceId);
  };
  return {
    ...{ stripe, provider, order, open, paid },
    stranger: stripeProvider({ ...settings, secretKey: 'sk_test_stranger' }),
    saved: async () => {
      const { id: providerPaymentId } = await paid({ ...order(), savesMethod: true });
      const kept = await provider.savedMethod?.({ providerPaymentId });
      if (kept?.kind !== 'saved') throw new Error('nothing was kept');
      const { token } = kept.method;
      return { token, methodId: token.split(':')[1] ?? '' };
    },
  };
}

/** What the bank says to the payer. */
export function bankSays(decline_code: string, advice_code?: string): PaymentError {
  return {
    type: 'card_error',
    ...{ code: 'card_declined', decline_code, message: 'no' },
    ...(advice_code === undefined ? {} : { advice_code }),
  };
}
