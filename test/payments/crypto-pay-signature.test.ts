import { Readable } from 'node:stream';
import CryptoBotApi from 'crypto-bot-api';
import { cryptoPayProvider } from '../../src/payments/crypto-pay/crypto-pay';
import { cryptoPaySignature } from '../../src/payments/crypto-pay/notifications';
import type { Notification } from '../../src/payments/notification';
import { signed, TOKEN } from './support/crypto-pay-fake';

const BODY = '{"update_id":1,"update_type":"invoice_paid"}';
const provider = cryptoPayProvider({ token: TOKEN, baseUrl: 'http://127.0.0.1:1' });

const INVOICE = {
  invoice_id: 528_890,
  hash: 'IVDemo',
  status: 'paid',
  currency_type: 'fiat',
  fiat: 'RUB',
  amount: '499.01',
  payload: JSON.stringify({ invoice_id: 'счёт-1', invoice_no: 42, user_id: 77 }),
  created_at: '2026-03-01T11:00:00.000Z',
  paid_at: '2026-03-01T12:00:00.000Z',
};
const UPDATE = { update_id: 1, update_type: 'invoice_paid', payload: INVOICE };

/** What a library of others makes of a notification: the invoice it announces, or that it refuses. */
async function foreignVerdict({ rawBody, headers }: Notification, token = TOKEN) {
  const bot = new CryptoBotApi(token);
  const request = Object.assign(Readable.from([rawBody]), { headers });
  return new Promise((resolve) => {
    bot.on('paid', ({ id, currency, amount }) => resolve({ id, currency, amount }));
    const response = { statusCode: 200, end: () => resolve(response.statusCode) };
    bot.middleware()(request as never, response as never);
  });
}

test('the signature is that of the worked example', () => {
  expect(cryptoPaySignature('12345:EXAMPLE', Buffer.from(BODY))).toBe(
    'b57266aa4601d28cc5cce6fc9573038a0223e41e9b72fae2072eb0605982fe1f',
  );
});

test('a library of others accepts the same notification and reads the same payment from it', async () => {
  const rawBody = Buffer.from(JSON.stringify(UPDATE));
  const headers = { 'crypto-pay-api-signature': cryptoPaySignature(TOKEN, rawBody) };
  const told = { ...signed(''), rawBody, headers };
  expect(await foreignVerdict(told)).toEqual({ id: 528_890, currency: 'RUB', amount: '499.01' });
  expect(await provider.verify(told)).toMatchObject({
    verified: 'yes',
    providerPaymentId: '528890',
    fact: {
      amount: { minor: 49_901, currency: 'RUB', exponent: 2 },
      invoiceNo: 42,
      invoiceId: 'счёт-1',
      userId: 77,
    },
  });
});

test('a library of others refuses what is signed with another token, and so do we', async () => {
  const told = signed(JSON.stringify(UPDATE), '12345:another');
  expect(await foreignVerdict(told)).toBe(401);
  expect(await provider.verify(told)).toMatchObject({ verified: 'no', claimedInvoiceNo: 42 });
});

test.each([
  ['an escaped slash', JSON.stringify(UPDATE).replace('"IVDemo"', '"IV\\/Demo"')],
  ['a number with a zero', JSON.stringify(UPDATE).replace('"update_id":1', '"update_id":1.0')],
  ['spaces', JSON.stringify(UPDATE, null, 1)],
])('%s is hashed as it came; whoever serialises it again refuses it', async (_, body) => {
  const told = signed(body);
  expect(await foreignVerdict(told)).toBe(401);
  expect(await provider.verify(told)).toMatchObject({ verified: 'yes' });
});

test.each([
  ['none', undefined],
  ['an empty one', ''],
  ['two of them', ['a', 'b']],
  ['a short one', 'b57266aa'],
  ['the hash of secret and body', 'f'.repeat(64)],
])('%s as a signature proves nothing', async (_, signature) => {
  const headers = { 'crypto-pay-api-signature': signature };
  expect(await provider.verify({ ...signed(BODY), headers })).toMatchObject({ verified: 'no' });
});
