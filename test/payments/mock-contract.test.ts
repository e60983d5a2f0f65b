import { mockProvider } from '../../src/payments/mock';
import type { Notification } from '../../src/payments/notification';
import type { PaymentOrder } from '../../src/payments/provider';
import {
  API_KEY,
  CREDENTIALS,
  eventually,
  startBank,
  startFakeShop,
} from '../sandbox/mock-provider-harness';
import type { FakeShop } from '../sandbox/mock-provider-harness';
import { describeContract } from './contract';
import type { ProviderBench } from './contract';
import { orders } from './orders';

describeContract('the mock bank', startBench);

async function startBench(): Promise<ProviderBench> {
  const shop = await startFakeShop();
  const bank = await startBank(shop);
  const provider = mockProvider({
    baseUrl: bank.url,
    apiKey: API_KEY,
    credentials: CREDENTIALS,
    timeoutMs: 500,
  });
  const { book } = bank.control;
  const paymentOf = ({ invoiceNo }: PaymentOrder) =>
    book.payments.all().find((payment) => payment.invoiceNo === String(invoiceNo));
  const pay = async (order: PaymentOrder): Promise<Notification> => {
    bank.control.pay(order.invoiceNo);
    await eventually(() => shop.received.length > 0);
    return lastOf(shop);
  };
  return {
    provider,
    order: orders({ currency: 'RUB' }),
    pay,
    paymentIdOf: (order) => paymentOf(order)?.id ?? '',
    refundedMinor: (id) =>
      book.refunds
        .all()
        .filter(({ paymentId, state }) => paymentId === id && state === 'done')
        .reduce((sum, { outSum }) => sum + Math.round(Number(outSum) * 100), 0),
    breakNext: (outage, requests = 1) => {
      if (requests === 0) bank.control.endOutages();
      else if (outage === 'hang') bank.control.outage({ scope: 'all', answer: 'hang', requests });
      else bank.control.outage({ scope: 'all', answer: 'error', requests });
    },
    stop: async () => {
      await bank.stop();
      await shop.stop();
    },
  };
}

function lastOf(shop: FakeShop): Notification {
  const { body, headers } = shop.received.at(-1) ?? { body: '', headers: {} };
  const receivedAt = '2026-01-01T00:00:00.000Z';
  return { rawBody: Buffer.from(body), headers, query: '', peerAddress: '127.0.0.1', receivedAt };
}
