import { Robokassa } from '@dev-aces/robokassa';
import fc from 'fast-check';
import type { PaymentOrder } from '../../src/payments/provider';
import { robokassaProvider } from '../../src/payments/robokassa/adapter';
import { ROBOKASSA_HASHES } from '../../src/payments/robokassa-signature';
import { orders } from './orders';
import { LIVE, settingsOf, startShop, type RobokassaShop } from './support/robokassa-shops';

const order = orders({ currency: 'RUB' });
const open: RobokassaShop[] = [];

async function shop(...change: Parameters<typeof startShop>): Promise<RobokassaShop> {
  const started = await startShop(...change);
  open.push(started);
  return started;
}

afterEach(async () => {
  for (const { fake } of open.splice(0)) await fake.stop();
});

/** A plan whose name is so long, in Cyrillic, sold for one kopeck less than a round sum. */
function withReceipt(letters: number): PaymentOrder {
  const name = { ru: 'Ж'.repeat(letters), en: 'P' };
  const marks = { method: 'full_payment', object: 'service', tax: 'vat22' } as const;
  const lines = [{ name, quantity: 1, sumMinor: 49_999, ...marks }];
  const amount = { minor: 49_999, currency: 'RUB', exponent: 2 };
  const description = name.ru;
  return { ...order(), amount, description, receipt: { sno: 'usn_income', lines } };
}

const fieldsOf = (link: string) => Object.fromEntries(new URL(link).searchParams);

test('a link carries what was ordered, and Robokassa opens it', async () => {
  const { fake, link } = await shop();
  const terms = {
    ...order(),
    description: 'Про & co 🚀 №5',
    expiresAt: '2030-01-01T07:20:30.123Z',
  };
  const url = await link(terms);
  expect(await fake.visit(url)).toMatchObject({ outSum: `${terms.amount.minor / 100}`, code: 5 });
  expect(fieldsOf(url)).toMatchObject({
    MerchantLogin: LIVE.login,
    InvId: String(terms.invoiceNo),
    Description: 'Про & co 5',
    Culture: 'ru',
    Encoding: 'utf-8',
    ExpirationDate: '2030-01-01T07:20:30.1230000+00:00',
    Shp_invoice_id: terms.invoiceId,
    Shp_user_id: '77',
  });
  expect(fieldsOf(url)).not.toHaveProperty('IsTest');
  expect(fake.requests).toEqual(['/Merchant/Index.aspx']);
});

test('the published signature is that of the same order', async () => {
  const demo = { login: 'demo', password1: 'secret', algorithm: 'md5' };
  const { link } = await shop(demo);
  const amount = { minor: 10_000, currency: 'RUB', exponent: 2 };
  const terms = { ...order(), invoiceId: 'abc-123', invoiceNo: 1, userId: 456, amount };
  expect(fieldsOf(await link(terms))['SignatureValue']).toBe('6282033389bab5ebe368d97c15a416ad');
});

test('in test mode a link says so, and a live shop refuses it', async () => {
  const { fake, link } = await shop({ isTest: true });
  const url = await link(order());
  expect(fieldsOf(url)['IsTest']).toBe('1');
  await fake.visit(url);
  const live = await shop();
  await expect(live.fake.visit(url.replace(fake.url, live.fake.url))).rejects.toThrow('error 23');
});

test.each(['OutSum', 'InvId', 'Shp_user_id'])(
  'a payer who changes %s is shown an error instead of a page',
  async (field) => {
    const { fake, link } = await shop();
    const url = new URL(await link(order()));
    url.searchParams.set(field, field === 'OutSum' ? '1.00' : '1');
    await expect(fake.visit(url.toString())).rejects.toThrow('error 29');
  },
);

test('a description of nothing but pictures becomes the number of the invoice, and a long one is cut', async () => {
  const { link } = await shop();
  const terms = { ...order(), description: '🚀🚀' };
  expect(fieldsOf(await link(terms))['Description']).toBe(`Счёт ${terms.invoiceNo}`);
  const long = fieldsOf(await link({ ...order(), description: 'Ж'.repeat(400) }));
  expect(long['Description']).toBe('Ж'.repeat(100));
});

test('a payer who lets us keep the card pays a parent, which takes no end', async () => {
  const { fake, link } = await shop();
  const url = await link({ ...order(), savesMethod: true });
  expect(fieldsOf(url)).toMatchObject({ Recurring: 'true' });
  expect(fieldsOf(url)).not.toHaveProperty('ExpirationDate');
  expect(await fake.visit(url)).toMatchObject({ isParent: true });
});

test.each([{ isRecurringEnabled: false }, { isTest: true }])(
  'a shop that cannot keep cards (%j) asks nobody for one',
  async (change) => {
    const { provider, link } = await shop({}, change);
    expect(fieldsOf(await link({ ...order(), savesMethod: true }))).not.toHaveProperty('Recurring');
    expect(provider.capabilities.canSave).toBe(false);
    expect([provider.savedMethod, provider.chargeSaved]).toEqual([undefined, undefined]);
  },
);

describe('receipts of 54-FZ', () => {
  test('travel with the link, encoded once for the signature and once more by the form', async () => {
    const { fake, link } = await shop({}, { isReceiptEnabled: true });
    const url = await link(withReceipt(12));
    const { receipt } = await fake.visit(url);
    expect(JSON.parse(decodeURIComponent(receipt ?? ''))).toEqual({
      sno: 'usn_income',
      items: [
        {
          name: 'Ж'.repeat(12),
          quantity: 1,
          sum: 499.99,
          tax: 'vat22',
          payment_method: 'full_payment',
          payment_object: 'service',
        },
      ],
    });
  });

  test('stay at home unless they are switched on', async () => {
    const { link } = await shop();
    expect(fieldsOf(await link(withReceipt(12)))).not.toHaveProperty('Receipt');
  });

  test('that make the link too long are handed over by a call, whose answer is the link', async () => {
    const { fake, link } = await shop({}, { isReceiptEnabled: true });
    const terms = withReceipt(128);
    const url = await link(terms);
    expect(url).toMatch(/\/Merchant\/Index\/[\da-f-]{36}$/);
    expect(await link(terms)).toBe(url);
    expect((await fake.visit(url)).receipt).toContain('%D0%96');
    expect(fake.requests.slice(0, 2)).toEqual(Array(2).fill('/Merchant/Indexjson.aspx'));
  });

  test.each(['error_500', 'garbage', 'reset', 'hang'] as const)(
    'that could not be handed over (%s) leave the link unknown',
    async (outage) => {
      const { fake, provider } = await shop({}, { isReceiptEnabled: true });
      fake.breakNext(outage);
      expect(await provider.createPayment(withReceipt(128), 'k')).toMatchObject({
        kind: 'unknown',
      });
    },
  );
});

describe('a second opinion', () => {
  const texts = fc.record({
    invoiceNo: fc.integer({ min: 1, max: 2_147_483_647 }),
    invoiceId: fc.stringMatching(/^[ -~Ж]{1,20}$/),
    userId: fc.integer({ min: 1, max: 9_999_999_999 }),
    minor: fc.integer({ min: 1, max: 99_999_999 }),
  });

  test.each(ROBOKASSA_HASHES)('signs the same orders alike with %s', (algorithm) => {
    const oracle = new Robokassa({
      merchantLogin: LIVE.login,
      password1: LIVE.password1,
      password2: LIVE.password2,
      hashAlgorithm: algorithm,
    });
    const provider = robokassaProvider(settingsOf({ ...LIVE, algorithm }, 'https://pay.example'));
    return fc.assert(
      fc.asyncProperty(texts, async ({ minor, ...named }) => {
        const amount = { minor, currency: 'RUB', exponent: 2 };
        const created = await provider.createPayment({ ...order(), ...named, amount }, 'k');
        const theirs = oracle.generatePaymentUrl({
          description: 'x',
          outSum: (minor / 100).toFixed(2),
          invId: named.invoiceNo,
          userParameters: {
            Shp_invoice_id: named.invoiceId,
            Shp_user_id: String(named.userId),
          },
        });
        const ours = created.kind === 'created' ? created.url : created.reason;
        const signed = ['OutSum', 'InvId', 'Shp_invoice_id', 'Shp_user_id', 'SignatureValue'];
        const pick = (link: string) => signed.map((name) => fieldsOf(link)[name]);
        expect(pick(ours)).toEqual(pick(theirs));
      }),
      { numRuns: 50 },
    );
  });
});
