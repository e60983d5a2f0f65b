import { createHash } from 'node:crypto';
import { Robokassa, type IRobokassaResponse } from '@dev-aces/robokassa';
import fc from 'fast-check';
import { robokassaProvider } from '../../src/payments/robokassa/adapter';
import { ROBOKASSA_HASHES } from '../../src/payments/robokassa-signature';
import { orders } from './orders';
import { resultSignature, type Fields } from './support/robokassa-formulas';
import { LIVE, resultNotification, settingsOf, startShop } from './support/robokassa-shops';

const order = orders({ currency: 'RUB' });
const provider = robokassaProvider(settingsOf(LIVE, 'https://pay.example'));

/** A genuine notification of one payment, with what a test changes before it is signed. */
function signed(change: Fields = {}): Record<string, string> {
  const fields: Record<string, string> = {
    ...{ OutSum: '499.00', InvId: '7', Fee: '0.00', EMail: 'a@example.com' },
    ...{ Shp_invoice_id: 'an-id', Shp_user_id: '77' },
    ...change,
  };
  return { ...fields, SignatureValue: resultSignature(LIVE, fields) };
}

const asForm = (fields: Fields) => new URLSearchParams(fields).toString();
const verify = (form: string) => provider.verify(resultNotification(form));

test('what the payer paid, whose and which order it was stands in a notification', async () => {
  const { fake, provider: shop, pay } = await startShop();
  const terms = order();
  const verdict = await shop.verify(await pay(terms));
  await fake.stop();
  const { invoiceId, invoiceNo, userId, amount } = terms;
  const providerPaymentId = String(invoiceNo);
  const fact = { providerPaymentId, state: 'paid', amount, invoiceNo, invoiceId, userId };
  expect(verdict).toMatchObject({ verified: 'yes', providerPaymentId, fact });
  if (verdict.verified === 'yes') {
    expect(shop.answer(verdict.fact)).toEqual({
      status: 200,
      contentType: 'text/plain; charset=utf-8',
      body: `OK${invoiceNo}`,
    });
  }
});

test.each([
  ['499.00', 49_900],
  ['499.000000', 49_900],
  ['499', 49_900],
  ['499.5', 49_950],
  ['499.005', undefined],
  ['1e3', undefined],
  ['-5.00', undefined],
])('a sum of %s is hashed as it came and read as %s kopecks', async (OutSum, minor) => {
  const verdict = await verify(asForm(signed({ OutSum })));
  const amount = minor === undefined ? undefined : { minor, currency: 'RUB', exponent: 2 };
  expect(verdict).toMatchObject({ verified: 'yes', fact: { amount } });
});

test('it may come as a query, in lower-case hex, and under the old names', async () => {
  const fields = signed();
  const { OutSum, InvId, SignatureValue = '', ...rest } = fields;
  const inQuery = { ...resultNotification(''), query: asForm(fields) };
  const old = { out_summ: OutSum, inv_id: InvId, crc: SignatureValue.toLowerCase(), ...rest };
  for (const verdict of [await provider.verify(inQuery), await verify(asForm(old as Fields))]) {
    expect(verdict).toMatchObject({ verified: 'yes', providerPaymentId: '7' });
  }
});

test('a repeat is known by its content, whatever the order of its fields', async () => {
  const fields = signed();
  const turned = Object.fromEntries(Object.entries(fields).reverse());
  const [first, again, other] = await Promise.all(
    [fields, turned, signed({ Fee: '1.00' })].map((form) => verify(asForm(form))),
  );
  const keyOf = (verdict: typeof first) =>
    verdict && 'dedupeKey' in verdict ? verdict.dedupeKey : undefined;
  expect(keyOf(again)).toBe(keyOf(first));
  expect(keyOf(other)).not.toBe(keyOf(first));
});

test('a payment that we never numbered is told of by the number Robokassa gave it', async () => {
  const fields = { OutSum: '499.000000', InvId: '9007199254740993123', Fee: '0.00' };
  const form = { ...fields, SignatureValue: resultSignature(LIVE, fields) };
  expect(await verify(asForm(form))).toMatchObject({
    verified: 'yes',
    providerPaymentId: '9007199254740993123',
    fact: { invoiceNo: undefined, invoiceId: undefined, userId: undefined },
  });
});

test.each<[string, (fields: Record<string, string>) => Fields]>([
  ['another sum', (fields) => ({ ...fields, OutSum: '499.000' })],
  ['another number', (fields) => ({ ...fields, InvId: '8' })],
  ['another payer', (fields) => ({ ...fields, Shp_user_id: '78' })],
  ['a parameter more', (fields) => ({ ...fields, Shp_zone: '1' })],
  ['the first password', (fields) => ({ ...fields, SignatureValue: firstPassword(fields) })],
  ['no hex', (fields) => ({ ...fields, SignatureValue: 'z' })],
])('%s proves nothing, and names the invoice that is to be asked about', async (_, change) => {
  const fields = change(signed());
  expect(await verify(asForm(fields))).toMatchObject({
    verified: 'no',
    claimedInvoiceNo: Number(fields['InvId']),
  });
});

test('a value that swallows its neighbour proves nothing', async () => {
  const swallowing = signed({ Shp_invoice_id: 'an-id:Shp_user_id=77', Shp_user_id: '' });
  expect(await verify(asForm(swallowing))).toMatchObject({ verified: 'no' });
});

test.each([
  ['nothing', ''],
  ['no signature', 'OutSum=1.00&InvId=7'],
  ['a number that is none', 'OutSum=1.00&InvId=7;8&SignatureValue=ab'],
  ['a field twice', `${asForm(signed())}&InvId=7`],
  ['a field twice under two names', `${asForm(signed())}&inv_id=7`],
  ['bytes that are no text', 'OutSum=%FF&InvId=&SignatureValue='],
])('%s is no notification', async (_, form) => {
  expect(await verify(form)).toMatchObject({ verified: 'malformed' });
});

describe('a second opinion', () => {
  test.each(ROBOKASSA_HASHES)('believes the same notifications with %s', (algorithm) => {
    const shop = { ...LIVE, algorithm };
    const judged = robokassaProvider(settingsOf(shop, 'https://pay.example'));
    const oracle = new Robokassa({
      merchantLogin: shop.login,
      password1: shop.password1,
      password2: shop.password2,
      hashAlgorithm: algorithm,
    });
    const terms = fc.record({
      OutSum: fc.stringMatching(/^\d{1,6}(\.\d{2}|\.\d{6})$/),
      InvId: fc.integer({ min: 1, max: 2_147_483_647 }).map(String),
      Shp_invoice_id: fc.stringMatching(/^[ -9;-~Ж]{0,20}$/),
      Shp_user_id: fc.integer({ min: 1 }).map(String),
      isSpoiled: fc.boolean(),
    });
    return fc.assert(
      fc.asyncProperty(terms, async ({ isSpoiled, ...fields }) => {
        const SignatureValue = resultSignature(shop, fields);
        const sent = { ...fields, ...(isSpoiled ? { InvId: `${fields.InvId}1` } : {}) };
        const form = { ...sent, SignatureValue };
        const verdict = await judged.verify(resultNotification(asForm(form)));
        const theirs = oracle.checkPayment(form as unknown as IRobokassaResponse);
        expect([verdict.verified === 'yes', theirs]).toEqual([!isSpoiled, !isSpoiled]);
      }),
      { numRuns: 50 },
    );
  });
});

function firstPassword({ OutSum, InvId, Shp_invoice_id, Shp_user_id }: Fields): string {
  const tail = `Shp_invoice_id=${Shp_invoice_id}:Shp_user_id=${Shp_user_id}`;
  const text = `${OutSum}:${InvId}:${LIVE.password1}:${tail}`;
  return createHash(LIVE.algorithm).update(text).digest('hex');
}
