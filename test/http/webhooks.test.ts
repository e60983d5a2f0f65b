import {
  INVOICE_ID,
  invoiceView,
  never,
  notificationBody,
  notify,
  startTestServer,
} from './harness';
import type { TestServer } from './harness';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.stop());

const down = () => Promise.reject(new Error('password=hunter2 refused'));

test('a verified notification is stored, signalled, marked and only then acknowledged', async () => {
  const response = await notify(server, notificationBody());
  expect([response.status, await response.text()]).toEqual([200, 'OK12']);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
  expect(server.steps).toEqual(['store', 'hint', 'signalled event-1']);
  expect(server.stored[0]).toMatchObject({
    provider: 'mock',
    verified: 'yes',
    paymentRef: 'mp_1',
    raw: Buffer.from(notificationBody()),
  });
  expect(server.hints[0]).toMatchObject({
    provider: 'mock',
    providerPaymentId: 'mp_1',
    hint: { source: 'webhook', inboxEventId: 'event-1', fact: { state: 'paid', invoiceNo: 12 } },
  });
});

test('a notification by GET is read from the query and kept as evidence', async () => {
  const response = await fetch(`${server.url}/webhook/mock?${notificationBody()}`);
  expect([response.status, await response.text()]).toEqual([200, 'OK12']);
  expect(server.stored[0]?.raw.toString()).toBe(notificationBody());
});

test('four concurrent duplicates are all acknowledged', async () => {
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => notify(server, notificationBody())),
  );
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
});

test('a database that cannot store makes the provider repeat', async () => {
  server.faults.store = down;
  const response = await notify(server, notificationBody());
  expect(response.status).toBe(503);
  expect(await response.text()).not.toContain('hunter2');
  expect(server.steps).toEqual(['store']);
});

test('a Temporal that takes no signal makes the provider repeat, and the row says so', async () => {
  server.faults.hint = down;
  expect((await notify(server, notificationBody())).status).toBe(503);
  expect(server.steps).toEqual(['store', 'hint', 'error event-1: password=hunter2 refused']);
});

test('a signal that hangs is answered 503 within the limit', async () => {
  server.faults.hint = never;
  const before = performance.now();
  expect((await notify(server, notificationBody())).status).toBe(503);
  expect(performance.now() - before).toBeLessThan(1000);
});

test('a mark that cannot be set makes the provider repeat', async () => {
  server.faults.mark = down;
  expect((await notify(server, notificationBody())).status).toBe(503);
});

test('a bad signature is kept as unverified, counted, and changes nothing but one poll a minute', async () => {
  const forged = notificationBody({ OutSum: '1.00' });
  for (let i = 0; i < 3; i += 1) expect((await notify(server, forged)).status).toBe(400);
  expect(server.hints).toEqual([]);
  expect(server.stored.map(({ verified }) => verified)).toEqual(['no', 'no', 'no']);
  expect(server.counted).toHaveLength(3);
  expect(server.steps.filter((step) => step.startsWith('poll'))).toEqual([`poll ${INVOICE_ID}`]);
  expect(server.steps.filter((step) => step.startsWith('watch'))).toEqual(['watch mock']);
  server.clock.ms = 60_000;
  await notify(server, forged);
  expect(server.steps.filter((step) => step.startsWith('poll'))).toHaveLength(2);
});

test('a bad signature about an order that is not pending advances no poll', async () => {
  server.invoice = invoiceView({ state: 'paid' });
  expect((await notify(server, notificationBody({ OutSum: '1.00' }))).status).toBe(400);
  expect(server.steps).toEqual(['store', 'watch mock']);
});

test('a bad signature stays a 400 while the database is down', async () => {
  server.faults.store = down;
  expect((await notify(server, notificationBody({ OutSum: '1.00' }))).status).toBe(400);
});

test.each(['', 'x', 'OutSum=1', '%ff%fe', '{"OutSum":'])(
  'a body of %j is malformed and not stored',
  async (body) => {
    const response = await notify(server, body);
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toMatch('application/problem+json');
    expect(server.steps).toEqual([]);
  },
);

test('a body of 256 kB is read and one byte more is 413', async () => {
  expect((await notify(server, 'x'.repeat(262_144))).status).toBe(400);
  expect((await notify(server, 'x'.repeat(262_145))).status).toBe(413);
});

test.each(['robokassa', '__proto__', 'constructor', 'telegram'])(
  'an unknown or disabled provider %s is 404',
  async (name) => {
    const response = await fetch(`${server.url}/webhook/${name}`, { method: 'POST', body: 'x' });
    expect(response.status).toBe(404);
  },
);

test('T-A3 in a production configuration the mock webhook is 404', async () => {
  const production = await startTestServer({ providers: new Map() });
  expect((await notify(production, notificationBody())).status).toBe(404);
  await production.stop();
});

test('of the headers of a notification its signatures are kept, and nothing by which somebody proves who they are', async () => {
  const proofs = {
    ...{ authorization: 'Basic abc', cookie: 'a=b', 'x-api-key': 'k', 'x-auth-token': 't' },
    ...{ 'x-telegram-bot-api-secret-token': 's', 'proxy-authorization': 'Basic abc' },
  };
  const response = await fetch(`${server.url}/webhook/mock`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      ...{ 'stripe-signature': 't=1', 'content-hmac': 'h', 'paypal-transmission-sig': 'p' },
      ...proofs,
    },
    body: notificationBody(),
  });
  expect(response.status).toBe(200);
  const kept = server.stored[0]?.headers ?? {};
  expect(Object.keys(kept).filter((name) => name in proofs)).toEqual([]);
  expect(kept).toMatchObject({ 'stripe-signature': 't=1', 'content-hmac': 'h' });
});
