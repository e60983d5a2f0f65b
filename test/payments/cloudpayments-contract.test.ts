import { cloudpaymentsProvider } from '../../src/payments/cloudpayments/adapter';
import type { PaymentOrder } from '../../src/payments/provider';
import { describeContract } from './contract';
import type { ProviderBench } from './contract';
import { orders } from './orders';
import { API_SECRET, PUBLIC_ID, startCloudpaymentsFake } from './support/cloudpayments-fake';
import { notice, noticeFields } from './support/cloudpayments-notices';

describeContract('CloudPayments', startBench);

async function startBench(): Promise<ProviderBench> {
  const fake = await startCloudpaymentsFake();
  const { books } = fake;
  const provider = cloudpaymentsProvider({
    publicId: PUBLIC_ID,
    apiSecret: API_SECRET,
    baseUrl: fake.url,
    timeoutMs: 900,
  });
  const paymentOf = ({ invoiceNo }: PaymentOrder) =>
    books.operations.find(({ InvoiceId, Type }) => Type === 0 && InvoiceId === String(invoiceNo));
  return {
    provider,
    order: orders({ currency: 'RUB' }),
    pay: (order) => {
      const paid = books.pay(order.invoiceNo);
      return Promise.resolve(notice('pay', noticeFields(paid)));
    },
    paymentIdOf: (order) => String(paymentOf(order)?.TransactionId ?? ''),
    refundedMinor: (id) =>
      books.operations
        .filter(({ OriginalTransactionId }) => String(OriginalTransactionId) === id)
        .reduce((sum, { Amount }) => sum + Math.round(Amount * 100), 0),
    savedCharges: () => fake.calls.filter(({ path }) => path === '/payments/tokens/charge').length,
    savedToken: async (order) => {
      await provider.createPayment(order, `create:${order.invoiceId}`);
      const { TransactionId } = books.pay(order.invoiceNo);
      const saved = await provider.savedMethod?.({ providerPaymentId: String(TransactionId) });
      if (saved?.kind !== 'saved') throw new Error('nothing was saved');
      return saved.method.token;
    },
    breakNext: (outage, requests = 1) => fake.breakNext(outage, requests),
    stop: () => fake.stop(),
  };
}
