import { appendFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MockProvider } from '../../sandbox/mock-provider/server';
import {
  apiGet,
  API_KEY,
  controlPost,
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

const statusOf = async (id: string) => (await apiGet(bank, `/payments/${id}`)).json();

test('a notification is repeated with the same bytes until the success word comes', async () => {
  shop.answer = (fields, n) =>
    n < 3
      ? { status: n === 1 ? 503 : 200, body: 'no' }
      : { status: 200, body: `OK${fields['InvId']}` };
  await openOrder(bank);
  bank.control.pay(1);
  await eventually(() => bank.control.book.notifications.all()[0]?.status === 'delivered');
  expect(shop.received).toHaveLength(3);
  expect(new Set(shop.received.map(({ body }) => body)).size).toBe(1);
});

test('fifty copies go out in parallel and every answer comes back to the control API', async () => {
  await openOrder(bank);
  const response = await controlPost(bank, '/pay', { invoiceNo: 1, duplicates: 50, wait: true });
  const { deliveries } = (await response.json()) as {
    deliveries: { status: number; body: string }[];
  };
  expect(deliveries).toHaveLength(50);
  expect(new Set(deliveries.map(({ status, body }) => `${status} ${body}`))).toEqual(
    new Set(['200 OK1']),
  );
});

test('copies that differ name one payment in form and JSON, with three spellings of the sum', async () => {
  await openOrder(bank, { outSum: '200.00' });
  await bank.control.pay(1, { duplicates: 4, variants: true }).tried;
  const fields = shop.received.map((each) => each.fields);
  expect(new Set(fields.map(({ Shp_payment_id: id }) => id)).size).toBe(1);
  expect(new Set(fields.map(({ OutSum: sum }) => sum))).toEqual(
    new Set(['200.00', '200.000000', '200']),
  );
  expect(new Set(shop.received.map(({ body }) => body)).size).toBe(4);
  expect(new Set(shop.received.map(({ headers }) => headers['content-type'])).size).toBe(2);
});

test('events out of order are sent as scripted while the truth is the highest of them', async () => {
  await openOrder(bank);
  const { payment, tried } = bank.control.pay(1, { states: ['paid', 'authorised', 'failed'] });
  await tried;
  expect(shop.received.map(({ fields }) => fields['Shp_state'])).toEqual([
    'paid',
    'authorised',
    'failed',
  ]);
  expect(await statusOf(payment.id)).toMatchObject({ state: 'paid' });
});

test('a lost notification is never sent, and the status API still knows the payment', async () => {
  await openOrder(bank);
  const { payment, tried } = bank.control.pay(1, { drop: true });
  await tried;
  expect(shop.received).toEqual([]);
  expect(await (await apiGet(bank, '/payments?invoice_no=1')).json()).toMatchObject({
    payments: [{ id: payment.id, state: 'paid' }],
  });
});

test('amount, currency, owner and number can be falsified in the payment itself', async () => {
  await openOrder(bank);
  const script = { outSum: '1.00', currency: 'USD', userId: '78', claimedInvoiceNo: '2' };
  const { payment, tried } = bank.control.pay(1, script);
  await tried;
  const told = { Shp_currency: 'USD', Shp_user_id: '78', InvId: '2', Shp_invoice_id: 'invoice-1' };
  expect(shop.received[0]?.fields).toMatchObject({ OutSum: '1.00', ...told });
  expect(await statusOf(payment.id)).toMatchObject({ outSum: '1.00', currency: 'USD', invId: '2' });
});

test('a lie told only in the notification leaves the status API with the truth', async () => {
  await openOrder(bank);
  const { payment, tried } = bank.control.pay(1, { outSum: '1.00', onlyInNotification: true });
  await tried;
  expect(shop.received[0]?.fields).toMatchObject({ OutSum: '1.00' });
  expect(await statusOf(payment.id)).toMatchObject({ outSum: '999.00' });
});

test('the status API evades questions for a while and then tells the truth', async () => {
  await openOrder(bank);
  const { payment } = bank.control.pay(1, { status: { answer: 'unknown', forMs: 150 } });
  expect(await statusOf(payment.id)).toEqual({ state: 'unknown' });
  await new Promise((resolve) => setTimeout(resolve, 170));
  expect(await statusOf(payment.id)).toMatchObject({ state: 'paid' });
});

test('a script set in advance is used by the next payment and by no other', async () => {
  await openOrder(bank);
  await openOrder(bank, { no: 2 });
  await controlPost(bank, '/faults', { invoiceNo: 2, script: { decline: true } });
  expect(bank.control.pay(1).payment.state).toBe('paid');
  expect(bank.control.pay(2).payment.state).toBe('failed');
  expect(bank.control.pay(2).payment.state).toBe('paid');
});

test('the clock of the bank dates payments and ends orders', async () => {
  const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
  const url = await openOrder(bank, { expiresAt });
  await controlPost(bank, '/clock', { offsetMs: 90_000_000 });
  expect(await (await fetch(url)).text()).toContain('data-testid="order-closed"');
  const { payment } = bank.control.pay(1);
  expect(Date.parse(payment.paidAt) - Date.now()).toBeGreaterThan(89_000_000);
});

test('an outage loses the answer after the order was taken', async () => {
  bank.control.outage({ scope: 'create', requests: 1, afterEffect: true });
  expect((await postOrder(bank, orderFields())).status).toBe(503);
  expect(bank.control.book.orders.get('1')).toBeDefined();
  expect((await postOrder(bank, orderFields())).status).toBe(200);
});

test('a refund is done once per key, partly, up to the whole, and never beyond', async () => {
  await openOrder(bank);
  const { payment } = bank.control.pay(1);
  const refund = async (key: string, outSum: string) => {
    const response = await fetch(`${bank.url}/api/refunds`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': API_KEY },
      body: JSON.stringify({ key, paymentId: payment.id, outSum, currency: 'RUB' }),
    });
    return [response.status, ((await response.json()) as { id?: string }).id] as const;
  };
  const [status, id] = await refund('a', '99.00');
  expect(status).toBe(200);
  expect(await refund('a', '99.00')).toEqual([200, id]);
  expect(await refund('b', '900.01')).toEqual([422, undefined]);
  expect(await statusOf(payment.id)).toMatchObject({ state: 'partially_refunded' });
  expect((await refund('c', '900.00'))[0]).toBe(200);
  expect(await statusOf(payment.id)).toMatchObject({ state: 'refunded' });
  expect((await refund('d', '1.00'))[0]).toBe(200);
});

test('the statement lists what was paid within the dates asked for', async () => {
  await openOrder(bank);
  const { payment } = bank.control.pay(1);
  const day = payment.paidAt.slice(0, 10);
  const asked = async (query: string) => (await apiGet(bank, `/statement?${query}`)).json();
  expect(await asked(`from=${day}`)).toMatchObject({ payments: [{ id: payment.id }] });
  expect(await asked(`from=2001-01-01&to=${day}`)).toMatchObject({ payments: [] });
});

test('unknown members of a script are refused by name', async () => {
  const response = await controlPost(bank, '/pay', { invoiceNo: 1, duplicate: 3 });
  expect(response.status).toBe(400);
  expect(JSON.stringify(await response.json())).toContain('duplicate');
});

test('a page of another site cannot press buttons', async () => {
  const response = await fetch(`${bank.url}/control/clock`, {
    method: 'POST',
    headers: { 'sec-fetch-site': 'cross-site' },
  });
  expect(response.status).toBe(403);
});

test('a killed bank goes on where it was: orders, payments, refused notifications, a torn line', async () => {
  const dataFile = join(mkdtempSync(join(tmpdir(), 'mock-bank-')), 'bank.jsonl');
  shop.answer = () => ({ status: 503, body: '' });
  const first = await startBank(shop, { dataFile, retryDelaysMs: [60_000] });
  const url = await openOrder(first, { expiresAt: new Date(Date.now() + 9e6).toISOString() });
  const { payment, tried } = first.control.pay(1);
  await tried;
  await first.stop();
  appendFileSync(dataFile, '{"kind":"order","id":"2","rec');
  shop.answer = (fields) => ({ status: 200, body: `OK${fields['InvId']}` });
  const second = await startBank(shop, { dataFile });
  expect(second.control.book.orders.all()).toHaveLength(1);
  expect(second.control.book.payments.get(payment.id)).toEqual(payment);
  await second.control.retryNow();
  expect(second.control.book.notifications.all()[0]?.status).toBe('delivered');
  expect((await fetch(`${second.url}${new URL(url).pathname}${new URL(url).search}`)).status).toBe(
    200,
  );
  await second.stop();
});

test('the panel sets traps, moves the clock and tells the shop fifty times', async () => {
  await openOrder(bank);
  const send = (path: string, fields: Record<string, string>) =>
    fetch(`${bank.url}/panel${path}`, { method: 'POST', body: new URLSearchParams(fields) });
  await send('/faults', {
    invoiceNo: '1',
    outSum: '1.00',
    variants: 'on',
    states: '',
    duplicates: '',
  });
  await send('/clock', { advanceMs: '3600000' });
  await send('/pay', { invoiceNo: '1' });
  const [payment] = bank.control.book.payments.all();
  expect(payment).toMatchObject({ outSum: '1.00', state: 'paid' });
  await send(`/payments/${payment?.id}`, { action: 'storm' });
  await eventually(() => shop.received.length === 51);
  const page = await (await fetch(`${bank.url}/panel`)).text();
  expect(page).toContain('1.00 h from real time');
});
