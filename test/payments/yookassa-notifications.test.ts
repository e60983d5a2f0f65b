import type { Notification } from '../../src/payments/notification';
import { membership, YOOKASSA_NETWORKS } from '../../src/payments/yookassa/networks';
import { yookassaProvider } from '../../src/payments/yookassa/yookassa';
import { notificationOf } from './support/yookassa-fake';

const provider = yookassaProvider({
  ...{ shopId: '1', secretKey: 'key', baseUrl: 'http://127.0.0.1:1' },
});
const PAYMENT = {
  id: '2d1c0e3f-000f-5000-8000-18db351245c7',
  status: 'succeeded',
  paid: true,
  amount: { value: '499.00', currency: 'RUB' },
  captured_at: '2026-03-01T12:00:00.000Z',
  metadata: { invoice_id: 'i-1', invoice_no: '42', user_id: '77' },
};
const genuine = notificationOf('payment.succeeded', PAYMENT);
const from = (peerAddress: string, told: Notification = genuine) =>
  provider.verify({ ...told, peerAddress });

describe('where it comes from', () => {
  test.each([
    ['185.71.76.0', true],
    ['185.71.76.31', true],
    ['185.71.76.32', false],
    ['185.71.75.255', false],
    ['185.71.77.31', true],
    ['77.75.153.127', true],
    ['77.75.153.128', false],
    ['77.75.156.11', true],
    ['77.75.156.12', false],
    ['77.75.156.35', true],
    ['77.75.154.127', false],
    ['77.75.154.128', true],
    ['77.75.154.255', true],
    ['2a02:5180:0:1509::7', true],
    ['2a02:5180:ffff:ffff:ffff:ffff:ffff:ffff', true],
    ['2a02:5181::1', false],
    ['::ffff:185.71.76.10', true],
    ['::ffff:b947:4c0a', true],
    ['::ffff:8.8.8.8', false],
    ['::185.71.76.10', false],
    ['185.71.76', false],
    ['0185.71.76.10', false],
    ['3108457482', false],
    ['2a02:5180::1%eth0', false],
    ['185.71.76.10, 8.8.8.8', false],
    ['', false],
  ])('%s is one of YooKassa’s: %s', (address, isOfficial) => {
    expect(membership(YOOKASSA_NETWORKS)(address)).toBe(isOfficial);
  });

  test('a notification from elsewhere is not believed, and names the order to be asked about', async () => {
    expect(await from('8.8.8.8')).toMatchObject({
      verified: 'no',
      reason: 'it does not come from a network of YooKassa',
      claimedInvoiceNo: 42,
    });
  });

  test('a signature in its headers changes nothing: YooKassa signs nothing', async () => {
    const headers = { 'x-yookassa-signature': 'v1 100500 1 deadbeef', signature: 'anything' };
    expect(await from('8.8.8.8', { ...genuine, headers })).toMatchObject({ verified: 'no' });
    expect(await from('185.71.76.10', { ...genuine, headers })).toEqual(await from('185.71.76.10'));
  });
});

describe('what it says', () => {
  test('a payment is named by its own id, and nothing of it counts before YooKassa was asked', async () => {
    expect(await from('::ffff:185.71.76.10')).toEqual({
      verified: 'not_possible',
      dedupeKey: `payment.succeeded:${PAYMENT.id}`,
      providerPaymentId: PAYMENT.id,
      fact: {
        providerPaymentId: PAYMENT.id,
        state: 'paid',
        amount: { minor: 49_900, currency: 'RUB', exponent: 2 },
        invoiceNo: 42,
        invoiceId: 'i-1',
        userId: 77,
        paidAt: '2026-03-01T12:00:00.000Z',
      },
    });
  });

  test('the same in other bytes is the same notification, and another event is another one', async () => {
    const rawBody = Buffer.from(
      JSON.stringify(
        { event: 'payment.succeeded', object: PAYMENT, type: 'notification' },
        null,
        2,
      ),
    );
    expect(await from('185.71.76.10', { ...genuine, rawBody })).toEqual(await from('185.71.76.10'));
    const cancelled = { ...PAYMENT, status: 'canceled' };
    expect(await from('185.71.76.10', notificationOf('payment.canceled', cancelled))).toMatchObject(
      { dedupeKey: `payment.canceled:${PAYMENT.id}`, fact: { state: 'failed' } },
    );
  });

  test('a refund names its payment, not itself', async () => {
    const refund = {
      id: '216749f7-0016-50be-b000-078d43a63ae4',
      payment_id: PAYMENT.id,
      status: 'succeeded',
      amount: { value: '1.00', currency: 'RUB' },
    };
    expect(await from('185.71.76.10', notificationOf('refund.succeeded', refund))).toMatchObject({
      verified: 'not_possible',
      dedupeKey: `refund.succeeded:${refund.id}`,
      providerPaymentId: PAYMENT.id,
      fact: { state: 'partially_refunded' },
    });
  });

  test('an event about no payment is acknowledged and names no order', async () => {
    const method = { id: 'pm-1', type: 'bank_card', saved: true };
    expect(
      await from('185.71.76.10', notificationOf('payment_method.active', method)),
    ).toMatchObject({ verified: 'other', about: {}, answer: { status: 200 } });
  });

  test.each([
    ['no JSON', Buffer.from('event=payment.succeeded')],
    [
      'no notification',
      Buffer.from(JSON.stringify({ event: 'payment.succeeded', object: PAYMENT })),
    ],
    [
      'no object',
      Buffer.from(JSON.stringify({ type: 'notification', event: 'payment.succeeded' })),
    ],
    ['no amount', notificationOf('payment.succeeded', { ...PAYMENT, amount: 499 }).rawBody],
    ['an unknown state', notificationOf('payment.x', { ...PAYMENT, status: 'held' }).rawBody],
    ['a refund of nothing', notificationOf('refund.succeeded', PAYMENT).rawBody],
  ])('%s is malformed', async (_, rawBody) => {
    expect(await from('185.71.76.10', { ...genuine, rawBody })).toMatchObject({
      verified: 'malformed',
    });
  });

  test('references that we did not write are no references', async () => {
    const metadata = { invoice_id: 7, invoice_no: '4e2', user_id: '-77' };
    const told = notificationOf('payment.succeeded', { ...PAYMENT, metadata });
    expect(await from('185.71.76.10', told)).toMatchObject({
      fact: { invoiceNo: undefined, invoiceId: undefined, userId: undefined },
    });
  });
});
