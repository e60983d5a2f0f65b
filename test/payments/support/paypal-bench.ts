import { paypalProvider } from '../../../src/payments/paypal/paypal';
import type { PaypalSettings } from '../../../src/payments/paypal/calls';
import type { PaymentOrder } from '../../../src/payments/provider';
import { orders } from '../orders';
import { PAYPAL_APP, PAYPAL_WEBHOOK, startPaypalFake } from './paypal-fake';
import type { PaypalCapture } from './paypal-book';
import type { PaypalFake } from './paypal-fake';

export interface PaypalBench {
  readonly paypal: PaypalFake;
  readonly provider: ReturnType<typeof paypalProvider>;
  readonly order: () => PaymentOrder;
  /** Another adapter beside the same PayPal. */
  adapter(change?: Partial<PaypalSettings>): ReturnType<typeof paypalProvider>;
  /** The adapter as production has it: it believes PayPal's own certificates only. */
  readonly production: ReturnType<typeof paypalProvider>;
  /** Opens an order, and returns PayPal's name of it. */
  open(terms: PaymentOrder): Promise<string>;
  /** Asks about an order, by the name that PayPal gave it when there is one. */
  ask(terms: PaymentOrder): Promise<Awaited<ReturnType<PaypalBench['provider']['ask']>>>;
  /** Opens an order, its payer approves it, and it is asked about until it is captured. */
  paid(terms: PaymentOrder): Promise<PaypalCapture>;
}

/** The adapter and a strict PayPal beside it. */
export async function startPaypalBench(): Promise<PaypalBench> {
  const paypal = await startPaypalFake();
  const settings = {
    ...PAYPAL_APP,
    // A busy machine needs its time.
    ...{ webhookId: PAYPAL_WEBHOOK, baseUrl: paypal.url, timeoutMs: 3_000 },
    nowMs: () => paypal.nowMs ?? Date.now(),
  };
  const certificates = { origins: [paypal.url], authorities: [paypal.authority] };
  const adapter = (change: Partial<PaypalSettings> = {}) =>
    paypalProvider({ ...settings, certificates, ...change });
  const provider = adapter();
  const names = new Map<string, string>();
  const open = async (terms: PaymentOrder): Promise<string> => {
    const created = await provider.createPayment(terms, `create:${terms.invoiceId}`);
    if (created.kind !== 'created') throw new Error(created.reason);
    names.set(terms.invoiceId, created.providerRef ?? '');
    return created.providerRef ?? '';
  };
  const ask = ({ invoiceId, invoiceNo }: PaymentOrder) =>
    provider.ask({ by: 'order', invoiceId, invoiceNo, providerRef: names.get(invoiceId) });
  return {
    production: paypalProvider(settings),
    ...{ paypal, provider, adapter, open, ask, order: orders({ currency: 'EUR' }) },
    paid: async (terms) => {
      await open(terms);
      paypal.approve(terms.invoiceNo);
      await ask(terms);
      const capture = paypal.captureOf(terms.invoiceNo);
      if (!capture) throw new Error('nothing was captured');
      return capture;
    },
  };
}
