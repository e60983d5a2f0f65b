import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { membership, YOOKASSA_NETWORKS } from '../../src/payments/yookassa/networks';
import { yookassaProvider } from '../../src/payments/yookassa/yookassa';
import { orders } from './orders';
import { pythonWith } from './support/foreign';
import { SECRET_KEY, SHOP_ID, startYookassaFake } from './support/yookassa-fake';
import type { YookassaFake } from './support/yookassa-fake';

// YooKassa's own SDK judges what we send, what our stand-in answers, and where notifications may come from.

const python = pythonWith('yookassa', '3.13.0');
// The only reason to leave these out, and it is said aloud.
if (python === undefined) console.warn('Skipped: there is no python3 to run YooKassa’s SDK with.');
const withSdk = python === undefined ? describe.skip : describe;

interface Verdict {
  readonly payments: readonly unknown[];
  readonly refunds: readonly unknown[];
  readonly found: readonly unknown[];
  readonly listed: readonly string[];
  readonly returned: readonly unknown[];
  readonly heard: readonly unknown[];
  readonly trusted: readonly boolean[];
}

/** Addresses at and beside the edges of what the SDK trusts. */
const ADDRESSES = [
  ...['185.71.75.255', '185.71.76.0', '185.71.76.31', '185.71.76.32'],
  ...['185.71.77.0', '185.71.77.31', '185.71.77.32', '77.75.152.255', '77.75.153.0'],
  ...['77.75.153.127', '77.75.153.128', '77.75.154.127', '77.75.154.128', '77.75.154.255'],
  ...['77.75.155.0', '77.75.156.10', '77.75.156.11', '77.75.156.12', '77.75.156.35'],
  ...['2a02:5180:0:1509::1', '2a02:5180:0:2655::1', '2a02:5180:0:1533::1', '2a02:5180:0:2669::1'],
  ...['2a02:5181::1', '2001:db8::1', '8.8.8.8'],
];

async function judge(told: unknown): Promise<Verdict> {
  const script = join(__dirname, 'support', 'yookassa-sdk.py');
  const child = spawn(python ?? '', [script], { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end(JSON.stringify(told));
  const [said, complaint] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (said === '') throw new Error(complaint);
  return JSON.parse(said) as Verdict;
}

withSdk('the official SDK of YooKassa', () => {
  let fake: YookassaFake;
  beforeAll(async () => {
    fake = await startYookassaFake();
  });
  afterAll(() => fake?.stop());

  test('takes our requests, understands our stand-in, and trusts the same networks', async () => {
    const provider = yookassaProvider({
      ...{ shopId: SHOP_ID, secretKey: SECRET_KEY, baseUrl: fake.url },
    });
    const order = orders({ currency: 'RUB' });
    const [paid, failed] = [{ ...order(), savesMethod: true }, order()];
    await provider.createPayment(paid, 'create:paid');
    const paidId = fake.payments[0]?.id ?? '';
    const success = fake.pay(paidId);
    await provider.createPayment(failed, 'create:failed');
    const failedId = fake.payments[0]?.id ?? '';
    const failure = fake.fail(failedId, 'insufficient_funds');
    const money = { minor: 10_000, currency: 'RUB', exponent: 2 };
    const refund = { providerPaymentId: paidId, amount: money, userId: 77, key: 'refund:1' };
    expect(await provider.refund(refund)).toMatchObject({ kind: 'done' });
    const bodies = (path: string): unknown[] =>
      fake.asked
        .filter((asked) => asked.method === 'POST' && asked.path === path)
        .map(({ body }) => JSON.parse(body.toString()) as unknown);
    const paymentRequests = bodies('/v3/payments');
    const refundRequests = bodies('/v3/refunds');
    const returned = fake.refundInCabinet(paidId, 100);
    const notifications = [success, failure, returned];

    const verdict = await judge({
      ...{ url: fake.url, shopId: SHOP_ID, secretKey: SECRET_KEY },
      ...{ paymentRequests, refundRequests, addresses: ADDRESSES },
      paymentIds: [paidId, failedId],
      notifications: notifications.map(({ rawBody }) => JSON.parse(rawBody.toString()) as unknown),
    });

    expect(verdict.payments).toHaveLength(2);
    expect(verdict.refunds).toHaveLength(1);
    const value = (paid.amount.minor / 100).toFixed(2);
    expect(verdict.found).toMatchObject([
      { id: paidId, status: 'succeeded', value, metadata: { invoice_id: paid.invoiceId } },
      { id: failedId, status: 'canceled', reason: 'insufficient_funds' },
    ]);
    expect(verdict.listed).toEqual([failedId, paidId]);
    const isBack = { status: 'succeeded', payment_id: paidId };
    expect(verdict.returned).toEqual([
      { ...isBack, value: '1.00' },
      { ...isBack, value: '100.00' },
    ]);
    expect(verdict.heard).toMatchObject([
      { event: 'payment.succeeded', id: paidId },
      { event: 'payment.canceled', id: failedId },
      { event: 'refund.succeeded' },
    ]);
    expect(verdict.trusted).toEqual(ADDRESSES.map(membership(YOOKASSA_NETWORKS)));
  });
});
