import { describeContract } from './contract';
import type { ProviderBench } from './contract';
import { orders } from './orders';
import { refundedMinor, startShop } from './support/robokassa-shops';

describeContract('Robokassa', () => startBench(false));
describeContract('Robokassa in test mode', () => startBench(true));

async function startBench(isTest: boolean): Promise<ProviderBench> {
  const { fake, provider, link, pay } = await startShop({ isTest });
  return {
    provider,
    order: orders({ currency: 'RUB' }),
    pay,
    paymentIdOf: ({ invoiceNo }) => String(invoiceNo),
    refundedMinor: (id) => refundedMinor(fake, id),
    savedCharges: () =>
      [...fake.operations.values()].filter(({ previous }) => previous !== undefined).length,
    savedToken: async (order) => {
      await fake.visit(await link({ ...order, savesMethod: true }));
      fake.pay(order.invoiceNo);
      const providerPaymentId = String(order.invoiceNo);
      const saved = await provider.savedMethod?.({ providerPaymentId });
      if (saved?.kind !== 'saved') throw new Error(`not saved: ${saved?.kind}`);
      return saved.method.token;
    },
    breakNext: fake.breakNext,
    stop: fake.stop,
  };
}
