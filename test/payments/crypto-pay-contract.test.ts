import { cryptoPayProvider } from '../../src/payments/crypto-pay/crypto-pay';
import type { PaymentOrder } from '../../src/payments/provider';
import { describeContract } from './contract';
import type { ProviderBench } from './contract';
import { orders } from './orders';
import { startCryptoPayFake, TOKEN } from './support/crypto-pay-fake';

describeContract('Crypto Pay with a price in rubles', () => startBench('RUB'));
describeContract('Crypto Pay with a price in USDT', () => startBench('USDT'));

async function startBench(currency: string): Promise<ProviderBench> {
  const fake = await startCryptoPayFake();
  const idOf = ({ invoiceId }: PaymentOrder) =>
    fake.invoices.find(({ request }) => request.payload?.includes(invoiceId))?.id ?? 0;
  return {
    provider: cryptoPayProvider({ token: TOKEN, baseUrl: fake.url, timeoutMs: 1_000 }),
    order: orders({ currency }),
    pay: (order) => Promise.resolve(fake.pay(idOf(order))),
    paymentIdOf: (order) => String(idOf(order)),
    refundedMinor: () => 0,
    breakNext: fake.breakNext,
    stop: fake.stop,
  };
}
