import { request as rawRequest } from 'node:http';
import { INVOICE_ID, invoiceView, never, startTestServer } from './harness';
import type { TestServer } from './harness';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.stop());

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${server.url}${path}`, { headers });
const text = async (path: string, headers?: Record<string, string>) =>
  (await get(path, headers)).text();

test('a server whose parts answer is alive and ready', async () => {
  expect((await get('/health')).status).toBe(200);
  const ready = await get('/ready');
  expect([ready.status, await ready.json()]).toEqual([
    200,
    { status: 'ready', parts: { database: 'ok', temporal: 'ok', migrations: 'ok' } },
  ]);
});

test.each([
  ['refuses', () => Promise.reject(new Error('connect 10.1.2.3:5432 as root'))],
  ['hangs', never],
] as const)(
  'T-F3 a database that %s makes /ready 503 while /health stays 200',
  async (_how, fault) => {
    server.faults.database = fault;
    const ready = await get('/ready');
    const body = await ready.text();
    expect(ready.status).toBe(503);
    expect(JSON.parse(body)).toMatchObject({ status: 'not_ready', parts: { database: 'failing' } });
    expect(body).not.toContain('10.1.2.3');
    expect((await get('/health')).status).toBe(200);
  },
);

test('the success page of an unpaid order says checking, asks for a poll and credits nothing', async () => {
  const page = await text(`/pay/success?invoice=${INVOICE_ID}`);
  expect(page).toContain('We are checking your payment');
  expect(page).toContain('data-view="checking"');
  expect(page).not.toContain('Payment received');
  expect(server.steps).toEqual([`poll ${INVOICE_ID}`]);
  await text(`/pay/success?invoice=${INVOICE_ID}`);
  expect(server.steps).toHaveLength(1);
});

test('the page of a paid order says so whichever door the visitor took', async () => {
  server.invoice = invoiceView({ state: 'paid', fulfilledAs: 'order' });
  for (const door of ['success', 'fail'])
    expect(await text(`/pay/${door}?invoice=${INVOICE_ID}`)).toContain('Payment received');
  expect(server.steps).toEqual([]);
});

test('every value on a page is escaped', async () => {
  const page = await text(`/pay/success?invoice=${INVOICE_ID}&lang=en`);
  expect(page).toContain('&#60;Pro&#62;');
  expect(page).toContain('https://t.me/a_bot?start=&#34;x&#34;');
  expect(page).not.toContain('<Pro>');
});

test('the language is the one asked for, else the one the browser prefers', async () => {
  expect(await text('/pay/success?lang=ru')).toContain('Проверяем оплату');
  expect(await text('/pay/success', { 'accept-language': 'ru-RU,ru;q=0.9' })).toContain(
    'Проверяем',
  );
  expect(await text('/pay/success', { 'accept-language': 'de' })).toContain('We are checking');
});

test.each(['', '?invoice=x', `?invoice=${INVOICE_ID.replace('0', '1')}`, '?invoice[]=1'])(
  'a landing page for %j names no order and reveals nothing',
  async (query) => {
    expect(await text(`/pay/success${query}`)).toContain('data-view="unknown"');
  },
);

test('the provider may return the payer by POST', async () => {
  const body = new URLSearchParams({ Shp_invoice_id: INVOICE_ID, OutSum: '1999.00' });
  const response = await fetch(`${server.url}/pay/fail`, { method: 'POST', body });
  expect(await response.text()).toContain('No payment has arrived yet');
});

test('the status of an order is JSON, and that of an unknown one is 404', async () => {
  const known = await get(`/pay/status/${INVOICE_ID}`);
  expect(await known.json()).toEqual({ view: 'checking', state: 'pending', fulfilledAs: null });
  expect((await get(`/pay/status/${INVOICE_ID.replace('0', '1')}`)).status).toBe(404);
});

test.each(['terms', 'privacy'])('the document %s is there in both languages', async (name) => {
  const [ru, en] = [await text(`/legal/${name}?lang=ru`), await text(`/legal/${name}?lang=en`)];
  expect(ru).toContain('lang="ru"');
  expect(en).toContain('lang="en"');
  expect(ru).toMatch(/<h1>[А-Я]/);
  expect(en).toMatch(/<h1>[A-Z]/);
});

test('an unknown address is a problem with the id of the request', async () => {
  const response = await get('/nowhere', { 'x-request-id': 'a-sane-id-1' });
  expect(response.status).toBe(404);
  expect(response.headers.get('x-request-id')).toBe('a-sane-id-1');
  expect(await response.json()).toMatchObject({ status: 404, requestId: 'a-sane-id-1' });
});

test('a strange request id is replaced', async () => {
  const response = await get('/health', { 'x-request-id': '"}<script>' });
  expect(response.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
});

test('an internal error is a 500 without its reason', async () => {
  Object.defineProperty(server, 'invoice', {
    get: () => {
      throw new Error('secret reason');
    },
  });
  const response = await get(`/pay/status/${INVOICE_ID}`);
  expect(response.status).toBe(500);
  expect(await response.text()).not.toMatch(/secret reason|at .*\.ts/);
});

test('pages load nothing from elsewhere and cannot be framed', async () => {
  const policy = (await get('/pay/success')).headers.get('content-security-policy');
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
});

test('a server that stops lets a running request finish', async () => {
  let finish: () => void = () => undefined;
  server.faults.database = () => new Promise((resolve) => (finish = resolve));
  const answered = new Promise<number | undefined>((resolve) =>
    rawRequest(`${server.url}/ready`, (response) => resolve(response.statusCode)).end(),
  );
  await new Promise((resolve) => setTimeout(resolve, 20));
  const stopped = server.stop();
  finish();
  expect(await answered).toBe(200);
  await stopped;
  await expect(get('/health')).rejects.toThrow();
});
