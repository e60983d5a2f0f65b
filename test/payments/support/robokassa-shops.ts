import type { Notification } from '../../../src/payments/notification';
import type { PaymentOrder } from '../../../src/payments/provider';
import { robokassaProvider } from '../../../src/payments/robokassa/adapter';
import type { RobokassaSettings } from '../../../src/payments/robokassa/settings';
import type { Shop } from './robokassa-formulas';
import { startRobokassa, type RobokassaFake } from './robokassa-fake';

export const LIVE: Shop = {
  login: 'demo-shop',
  password1: 'first secret',
  password2: 'second secret',
  password3: 'third secret',
  algorithm: 'sha256',
  isTest: false,
};

/** What the product is told of a shop. */
export function settingsOf(
  { login, password1, password2, password3, algorithm, isTest }: Shop,
  url: string,
): RobokassaSettings {
  return {
    ...{ merchantLogin: login, password1, password2, password3, isTest },
    ...{ hash: algorithm, isReceiptEnabled: false, isRecurringEnabled: true },
    ...{ baseUrl: url, servicesUrl: url, timeoutMs: 500 },
  };
}

/** A shop at the fake, and the adapter that speaks for it. */
export async function startShop(change: Partial<Shop> = {}, more: Partial<RobokassaSettings> = {}) {
  const fake = await startRobokassa({ ...LIVE, ...change });
  const provider = robokassaProvider({ ...settingsOf(fake.shop, fake.url), ...more });
  const link = async (order: PaymentOrder) => {
    const created = await provider.createPayment(order, 'create');
    if (created.kind !== 'created') throw new Error(created.reason);
    return created.url;
  };
  return {
    ...{ fake, provider, link },
    /** The payer follows the link and pays; answers what Robokassa then sends. */
    pay: async (order: PaymentOrder) => {
      await fake.visit(await link(order));
      return resultNotification(fake.pay(order.invoiceNo));
    },
  };
}

export type RobokassaShop = Awaited<ReturnType<typeof startShop>>;

/** A notification as a form, as the cabinet is told to send it. */
export function resultNotification(form: string): Notification {
  return {
    rawBody: Buffer.from(form),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    query: '',
    peerAddress: '185.59.216.65',
    receivedAt: '2026-01-01T00:00:00.000Z',
  };
}

/** How much of a payment went back, in kopecks. */
export function refundedMinor({ refunds }: RobokassaFake, invId: string): number {
  return refunds
    .filter((made) => made.invId === invId && made.label === 'finished')
    .reduce((sum, { kopecks }) => sum + kopecks, 0);
}
