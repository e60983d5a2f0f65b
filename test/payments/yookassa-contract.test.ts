import type { PaymentOrder } from '../../src/payments/provider';
import { yookassaProvider } from '../../src/payments/yookassa/yookassa';
import { describeContract } from './contract';
import type { ProviderBench } from './contract';
import { orders } from './orders';
import { SECRET_KEY, SHOP_ID, startYookassaFake } from './support/yookassa-fake';

describeContract('YooKassa', startBench);

async function startBench(): Promise<ProviderBench> {
  const fake = await startYookassaFake();
  const { url: baseUrl } = fake;
  const provider = yookassaProvider({
    ...{ shopId: SHOP_ID, secretKey: SECRET_KEY, baseUrl },
    timeoutMs: 1_000,
  });
  const paymentIdOf = ({ invoiceId }: PaymentOrder) =>
    fake.payments.find(({ request }) => request.metadata?.['invoice_id'] === invoiceId)?.id ?? '';
  const pay = (order: PaymentOrder) => Promise.resolve(fake.pay(paymentIdOf(order)));
  return {
    provider,
    order: orders({ currency: 'RUB' }),
    pay,
    paymentIdOf,
    refundedMinor: (id) => fake.payments.find((each) => each.id === id)?.refundedMinor ?? 0,
    savedCharges: () =>
      fake.payments.filter(({ request }) => 'payment_method_id' in request).length,
    savedToken: async (order) => {
      await provider.createPayment({ ...order, savesMethod: true }, `create:${order.invoiceId}`);
      await pay(order);
      const saved = await provider.savedMethod?.({ providerPaymentId: paymentIdOf(order) });
      return saved?.kind === 'saved' ? saved.method.token : '';
    },
    breakNext: fake.breakNext,
    stop: fake.stop,
  };
}
