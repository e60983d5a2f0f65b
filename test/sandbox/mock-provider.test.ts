import type { MockProvider } from '../../sandbox/mock-provider/server';
import {
  eventually,
  openOrder,
  orderFields,
  postOrder,
  startBank,
  startFakeShop,
} from './mock-provider-harness';
import type { FakeShop } from './mock-provider-harness';

let shop: FakeShop;
let bank: MockProvider;
beforeEach(async () => {
  shop = await startFakeShop();
  bank = await startBank(shop);
});
afterEach(async () => {
  await bank.stop();
  await shop.stop();
});

test('T-A3 the mock bank refuses to start in production', async () => {
  const before = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = 'production';
  await expect(startBank(shop)).rejects.toThrow('cannot run in production');
  process.env['NODE_ENV'] = before;
});

test('T-A3 a bogus init signature is 400, when ordering and on the pay page', async () => {
  const fields = orderFields();
  expect((await postOrder(bank, { ...fields, OutSum: '1.00' })).status).toBe(400);
  const url = new URL(await openOrder(bank));
  for (const [name, value] of [
    ['OutSum', '1.00'],
    ['SignatureValue', 'ab'],
    ['Shp_user_id', '78'],
  ] as const) {
    const bogus = new URL(url);
    bogus.searchParams.set(name, value);
    expect((await fetch(bogus)).status).toBe(400);
  }
});

test('a signed page of an order the bank was never given is 404', async () => {
  await openOrder(bank);
  const query = new URLSearchParams(orderFields({ no: 2 })).toString();
  expect((await fetch(`${bank.url}/mock-payment?${query}`)).status).toBe(404);
});

test('the same key is the same order, and other terms under it are a conflict', async () => {
  const first = await openOrder(bank, { key: 'k' });
  expect(await openOrder(bank, { key: 'k' })).toBe(first);
  expect((await postOrder(bank, orderFields({ outSum: '1.00' }), 'k')).status).toBe(409);
  expect((await postOrder(bank, orderFields({ outSum: '1.00' }), 'other')).status).toBe(409);
});

test('the API wants its key', async () => {
  for (const path of ['/payments/x', '/payments?invoice_no=1', '/refunds/x', '/statement'])
    expect((await fetch(`${bank.url}/api${path}`)).status).toBe(401);
});

test('the pay page shows sum, description and lifetime in the language of the order, escaped', async () => {
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  const ru = await openOrder(bank, {
    no: 1,
    culture: 'ru',
    description: '<b>Про</b>',
    expiresAt,
    outSum: '1999.00',
  });
  const page = await (await fetch(ru)).text();
  expect(page).toContain('lang="ru"');
  expect(page).toContain('1\u00a0999,00\u00a0₽');
  expect(page).toContain('&#60;b&#62;Про');
  expect(page).not.toContain('<b>Про');
  expect(page).toContain('data-testid="pay-until"');
});

/** Presses a button of the pay page and returns the page that follows. */
async function press(url: string, action: string): Promise<{ path: string; page: string }> {
  const body = new URLSearchParams(new URL(url).search);
  body.set('action', action);
  const response = await fetch(`${bank.url}/mock-payment`, { method: 'POST', body });
  return { path: new URL(response.url).pathname, page: await response.text() };
}

test.each([
  ['pay', '999.00', 'paid'],
  ['decline', '999.00', 'failed'],
  ['less', '1.00', 'paid'],
  ['more', '1000.00', 'paid'],
])('the button %s sends %s as %s', async (action, outSum, state) => {
  const { path } = await press(await openOrder(bank), action);
  expect(path).toMatch(/^\/mock-payment\/result\/mp_[\da-f]{24}$/);
  await eventually(() => shop.received.length === 1);
  expect(shop.received[0]?.fields).toMatchObject({ OutSum: outSum, InvId: '1', Shp_state: state });
});

test('an expired order is paid by no button but the late one', async () => {
  const expiresAt = new Date(Date.now() - 1000).toISOString();
  const url = await openOrder(bank, { expiresAt });
  expect(await (await fetch(url)).text()).toContain('data-testid="order-closed"');
  expect((await press(url, 'pay')).path).toBe('/mock-payment');
  expect(bank.control.book.payments.all()).toEqual([]);
  expect((await press(url, 'late')).path).toMatch('/result/');
});

test('paying late an order that still lives dates the payment an hour after its time', async () => {
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  await press(await openOrder(bank, { expiresAt }), 'late');
  const [payment] = bank.control.book.payments.all();
  expect(Date.parse(payment?.paidAt ?? '') - Date.parse(expiresAt)).toBe(3_600_000);
});

test('a paid order shows no buttons, yet the control API pays it again with another id', async () => {
  const url = await openOrder(bank);
  await press(url, 'pay');
  expect(await (await fetch(url)).text()).toContain('data-testid="already-paid"');
  expect((await press(url, 'pay')).path).toBe('/mock-payment');
  await bank.control.pay(1).tried;
  const ids = bank.control.book.payments.all().map(({ id }) => id);
  expect(new Set(ids).size).toBe(2);
});

test('T-A11 the page after a failing webhook shows checking, not success', async () => {
  shop.answer = () => ({ status: 500, body: 'broken' });
  const { page } = await press(await openOrder(bank), 'pay');
  expect(page).toContain('The shop is checking the payment');
  expect(page).toContain('data-shop="checking"');
  expect(page).not.toContain('The shop confirms the payment');
});

test('T-A11 the page after paying shows success only when the shop itself says so', async () => {
  const withShop = await startBank(shop, { shopBaseUrl: shop.url });
  shop.answer = () => ({ status: 200, body: '{"view":"paid"}' });
  await openOrder(withShop);
  const { payment } = withShop.control.pay(1);
  const page = await (await fetch(`${withShop.url}/mock-payment/result/${payment.id}`)).text();
  expect(page).toContain('The shop confirms the payment');
  expect(page).toContain(`${shop.url}/pay/success?invoice=invoice-1`);
  await withShop.stop();
});
