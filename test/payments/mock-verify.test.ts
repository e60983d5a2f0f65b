import fc from 'fast-check';
import { mockProvider } from '../../src/payments/mock';
import type { Notification } from '../../src/payments/notification';
import { robokassaSignatures } from '../../src/payments/robokassa-signature';

const credentials = { merchantLogin: 'm', password1: 'one', password2: 'two', hash: 'sha256' };
const provider = mockProvider({ baseUrl: 'http://127.0.0.1:1', apiKey: 'k', credentials });
const shop = robokassaSignatures(credentials);
const SHP = {
  Shp_currency: 'RUB',
  Shp_invoice_id: 'invoice-1',
  Shp_paid_at: '2026-05-04T03:02:01.000Z',
  Shp_payment_id: 'mp_1',
  Shp_state: 'paid',
  Shp_user_id: '77',
};

function signed(outSum = '200.00', shp: Record<string, string> = SHP): Record<string, string> {
  const signature = shop.result({ outSum, invId: '12', shp }).toUpperCase();
  return { OutSum: outSum, InvId: '12', Fee: '0.00', SignatureValue: signature, ...shp };
}

function form(fields: Record<string, string>, query = ''): Notification {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const rawBody = Buffer.from(new URLSearchParams(fields).toString());
  return {
    rawBody,
    headers,
    query,
    peerAddress: '127.0.0.1',
    receivedAt: '2026-01-01T00:00:00.000Z',
  };
}

function jsonBody(body: unknown): Notification {
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  return {
    rawBody: Buffer.from(JSON.stringify(body)),
    headers,
    query: '',
    peerAddress: '',
    receivedAt: '2026-01-01T00:00:00.000Z',
  };
}

test.each(['200', '200.00', '200.000000'])(
  'T-A13 a notification of %s verifies and is 20000 minor units',
  async (sum) => {
    expect(await provider.verify(form(signed(sum)))).toMatchObject({
      verified: 'yes',
      providerPaymentId: 'mp_1',
      fact: {
        state: 'paid',
        amount: { minor: 20000, currency: 'RUB', exponent: 2 },
        invoiceNo: 12,
        invoiceId: 'invoice-1',
        userId: 77,
        paidAt: '2026-05-04T03:02:01.000Z',
      },
    });
  },
);

test('JSON, form and query carry the same fields and are judged alike', async () => {
  const query = new URLSearchParams(signed()).toString();
  for (const one of [jsonBody(signed()), form(signed()), form({}, query)])
    expect(await provider.verify(one)).toMatchObject({
      verified: 'yes',
      providerPaymentId: 'mp_1',
    });
});

test('an amount that is no amount of a known currency stays undefined', async () => {
  for (const [sum, currency] of [
    ['200.005', 'RUB'],
    ['-1', 'RUB'],
    ['200.00', 'XXX'],
    ['1e3', 'RUB'],
  ] as const)
    expect(
      await provider.verify(form(signed(sum, { ...SHP, Shp_currency: currency }))),
    ).toMatchObject({
      verified: 'yes',
      fact: { amount: undefined },
    });
});

test.each(Object.keys(signed()).filter((name) => !['Fee', 'SignatureValue'].includes(name)))(
  'changing %s alone breaks the signature',
  async (name) => {
    const spoiled = { ...signed(), [name]: name === 'InvId' ? '13' : `${signed()[name]}1` };
    expect(await provider.verify(form(spoiled))).toMatchObject({ verified: 'no' });
  },
);

test('a wrong signature still says which invoice it claims', async () => {
  const verdict = await provider.verify(form({ ...signed(), SignatureValue: 'AB' }));
  expect(verdict).toMatchObject({ verified: 'no', claimedInvoiceNo: 12 });
});

test('a parameter moved into its neighbour is refused although the signed text is equal', async () => {
  const { Shp_payment_id: id, Shp_state: state, ...rest } = { ...SHP, Shp_state: 'failed' };
  const merged = { ...rest, Shp_payment_id: `${id}:Shp_state=${state}` };
  const real = shop.result({ outSum: '200.00', invId: '12', shp: { ...SHP, Shp_state: 'failed' } });
  expect(shop.result({ outSum: '200.00', invId: '12', shp: merged })).toBe(real);
  const fields = { OutSum: '200.00', InvId: '12', SignatureValue: real, ...merged };
  expect(await provider.verify(form(fields))).toMatchObject({ verified: 'no' });
});

test('a field given twice is malformed', async () => {
  expect(await provider.verify(form(signed(), 'OutSum=1.00'))).toMatchObject({
    verified: 'malformed',
  });
  expect(await provider.verify(form(signed(), 'out_summ=1.00'))).toMatchObject({
    verified: 'malformed',
  });
});

test('a signed notification without a payment id or a known state is malformed', async () => {
  for (const name of ['Shp_payment_id', 'Shp_state']) {
    const shp = Object.fromEntries(Object.entries(SHP).filter(([key]) => key !== name));
    expect(await provider.verify(form(signed('200.00', shp)))).toMatchObject({
      verified: 'malformed',
    });
  }
});

test('repeats have one dedupe key and different payloads have different ones', async () => {
  const sent = [form(signed()), form(signed()), form(signed('200'))];
  const judged = sent.map(async (each) => {
    const verdict = await provider.verify(each);
    return 'dedupeKey' in verdict ? verdict.dedupeKey : '';
  });
  const keys = await Promise.all(judged);
  expect(keys[0]).toBe(keys[1]);
  expect(keys[0]).not.toBe(keys[2]);
});

test('whatever the bytes are, verification answers and never says yes', async () => {
  const notification = fc.record({
    rawBody: fc
      .oneof(
        fc.uint8Array({ maxLength: 300 }),
        fc.json().map((text) => new TextEncoder().encode(text)),
        fc.webQueryParameters().map((text) => new TextEncoder().encode(text)),
        fc
          .dictionary(
            fc.constantFrom('OutSum', 'InvId', 'SignatureValue', 'Shp_state', '__proto__'),
            fc.string(),
          )
          .map((fields) => new TextEncoder().encode(new URLSearchParams(fields).toString())),
      )
      .map((bytes) => Buffer.from(bytes)),
    headers: fc.dictionary(
      fc.constantFrom('content-type', 'x', 'constructor'),
      fc.oneof(
        fc.string(),
        fc.constantFrom('application/json', 'text/plain'),
        fc.array(fc.string()),
      ),
    ),
    query: fc.oneof(fc.string(), fc.webQueryParameters()),
    peerAddress: fc.string(),
    receivedAt: fc.constant('2026-01-01T00:00:00.000Z'),
  });
  await fc.assert(
    fc.asyncProperty(notification, async (each) => {
      expect(['no', 'malformed']).toContain((await provider.verify(each)).verified);
    }),
    { numRuns: 500 },
  );
});
