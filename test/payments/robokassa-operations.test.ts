import { robokassaProvider } from '../../src/payments/robokassa/adapter';
import { orders } from './orders';
import { resultXml } from './support/robokassa-xml';
import { LIVE, settingsOf, startShop, type RobokassaShop } from './support/robokassa-shops';
import { startAnswering } from './support/robokassa-answers';

const order = orders({ currency: 'RUB' });
let shop: RobokassaShop;

beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop.fake.stop());

test.each([
  [5, 'pending', undefined],
  [10, 'failed', { isHard: false, code: 'state_10' }],
  [20, 'authorised', undefined],
  [50, 'authorised', undefined],
  [60, 'failed', { isHard: false, code: 'state_60' }],
  [80, 'authorised', undefined],
  [100, 'paid', undefined],
])('an operation in state %i is %s', async (code, state, decline) => {
  const terms = order();
  await shop.pay(terms);
  shop.fake.move(terms.invoiceNo, code);
  const { invoiceId, invoiceNo, userId, amount } = terms;
  const told = await shop.provider.ask({ by: 'order', invoiceId, invoiceNo });
  const paidAt = state === 'paid' ? '2026-11-13T07:20:54.683Z' : undefined;
  const fact = { providerPaymentId: String(invoiceNo), state, amount, paidAt };
  const named = { invoiceNo, invoiceId, userId, ...(decline ? { decline } : {}) };
  expect(told).toEqual({ kind: 'facts', facts: [{ ...fact, ...named }] });
});

test('a state that this version does not know says nothing', async () => {
  const terms = order();
  await shop.pay(terms);
  shop.fake.move(terms.invoiceNo, 70);
  const providerPaymentId = String(terms.invoiceNo);
  expect(await shop.provider.ask({ by: 'payment', providerPaymentId })).toEqual({
    kind: 'unknown',
    reason: 'Robokassa calls it state 70',
  });
});

test('a number that nobody opened, or that is no number, has no payment', async () => {
  for (const providerPaymentId of ['99', 'x', '1&InvoiceID=2', '']) {
    const told = await shop.provider.ask({ by: 'payment', providerPaymentId });
    expect(told).toEqual({ kind: 'facts', facts: [] });
  }
});

/** What one answer of the XML service is taken for. */
async function asked(text: string): Promise<unknown> {
  const server = await startAnswering(text);
  const provider = robokassaProvider(settingsOf(LIVE, server.url));
  const told = await provider.ask({ by: 'payment', providerPaymentId: '7' });
  await server.stop();
  return told;
}

const operation = (inner: string) => `<r><Result><Code>0</Code></Result>${inner}</r>`;
const PAID = '<State><Code>100</Code></State><Info><OutSum>5.000000</OutSum></Info>';

test('an operation without a date, a method or fields of ours is read as far as it goes', async () => {
  expect(await asked(operation(`${PAID}<UserField/>`))).toMatchObject({
    kind: 'facts',
    facts: [{ state: 'paid', amount: { minor: 500 }, paidAt: undefined, invoiceNo: 7 }],
  });
});

test.each([
  ['a date without an offset', '2026-11-13T10:20:54.68'],
  ['a date that is none', 'yesterday'],
])('%s is no instant', async (_, date) => {
  const dated = PAID.replace('</State>', `<StateDate>${date}</StateDate></State>`);
  expect(await asked(operation(dated))).toMatchObject({ facts: [{ paidAt: undefined }] });
});

test('fields of ours come back as they went, markup and all', async () => {
  const fields =
    '<Field><Name>Shp_invoice_id</Name><Value>a&lt;b&amp;c</Value></Field>' +
    '<Field><Name>Shp_user_id</Name><Value>077</Value></Field>';
  const told = await asked(operation(`${PAID}<UserField>${fields}</UserField>`));
  expect(told).toMatchObject({ facts: [{ invoiceId: 'a<b&c', userId: 77 }] });
});

test.each([
  ['a wrong password', resultXml(1)],
  ['a closed shop', resultXml(2)],
  ['two operations', resultXml(4)],
  ['an internal error', resultXml(1000)],
  ['no code', '<r><Result/></r>'],
  ['a code that is none', '<r><Result><Code>0x0</Code></Result></r>'],
  ['no state', operation('<Info><OutSum>5</OutSum></Info>')],
  ['no sum', operation('<State><Code>100</Code></State><Info/>')],
  ['broken XML', operation(PAID).slice(0, -3)],
  ['entities of its own', `<!DOCTYPE r [<!ENTITY a "b">]>${operation(PAID)}`],
  ['JSON', '{"Result":{"Code":0}}'],
  ['nothing', ''],
])('%s says nothing certain', async (_, text) => {
  expect(await asked(text)).toMatchObject({
    kind: 'unknown',
    reason: expect.stringMatching(/^.+$/) as string,
  });
});

describe('credentials', () => {
  const check = (change: object) =>
    robokassaProvider({ ...settingsOf(LIVE, shop.fake.url), ...change }).check();

  test('are tried without changing anything, and no secret is said', async () => {
    expect(await check({})).toEqual({ kind: 'valid', account: LIVE.login });
    expect(await check({ password2: 'x' })).toEqual({
      kind: 'invalid',
      reason: 'ROBOKASSA_PASSWORD_2 or ROBOKASSA_HASH is another',
    });
    expect(await check({ hash: 'md5' })).toMatchObject({ kind: 'invalid' });
    expect(await check({ merchantLogin: 'nobody' })).toMatchObject({ kind: 'invalid' });
  });

  test('in test mode only the shop itself can be looked up', async () => {
    const account = expect.stringContaining('in test mode') as string;
    expect(await check({ isTest: true })).toMatchObject({ kind: 'valid', account });
    expect(await check({ isTest: true, merchantLogin: 'nobody' })).toMatchObject({
      kind: 'invalid',
    });
  });

  test('an unknown hash or an empty password is an error at start', () => {
    const build = (change: object) => () =>
      robokassaProvider({ ...settingsOf(LIVE, shop.fake.url), ...change });
    expect(build({ hash: 'sha3' })).toThrow('hash sha3 is unknown');
    expect(build({ password1: '' })).toThrow('could be forged');
  });
});

test('the cabinet is told every address, its method and the hash', () => {
  const entries = shop.provider.cabinet('https://shop.example');
  expect(entries.map(({ value }) => value)).toEqual([
    'https://shop.example/webhook/robokassa',
    'POST',
    'https://shop.example/pay/success',
    'GET',
    'https://shop.example/pay/fail',
    'GET',
    'SHA256',
  ]);
});

test('an order cannot be called back, and trying disturbs nobody', async () => {
  const before = shop.fake.requests.length;
  const { invoiceId, invoiceNo } = order();
  await shop.provider.cancel({ invoiceId, invoiceNo });
  expect(shop.provider.capabilities.canCancel).toBe(false);
  expect(shop.fake.requests).toHaveLength(before);
});
