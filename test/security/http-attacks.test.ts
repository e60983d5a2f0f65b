import { createHash } from 'node:crypto';
import { mockProvider } from '../../src/payments/mock';
import { paymentProviders } from '../../src/payments/registry';
import {
  CREDENTIALS,
  INVOICE_ID,
  notificationBody,
  notify,
  startTestServer,
  type TestServer,
} from '../http/harness';
import { rawRequest } from './support/raw-request';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer(() => ({ providers: everyProvider() }));
});
afterAll(() => server.stop());
beforeEach(() => {
  server.steps.length = 0;
  server.stored.length = 0;
});

const NOWHERE = 'http://127.0.0.1:1';
const certificates = { origins: [], authorities: [] };

/** Each with secrets of its own, none of them the mock bank's. */
function everyProvider() {
  const others = paymentProviders({
    enabled: ['robokassa', 'cryptopay', 'yookassa', 'cloudpayments', 'stripe', 'paypal'],
    isProduction: false,
    robokassa: {
      ...{ merchantLogin: 'm', password1: 'other-1', password2: 'other-2', hash: 'md5' },
      ...{ isTest: false, isReceiptEnabled: false, isRecurringEnabled: false },
      ...{ refundBody: 'jwt', baseUrl: NOWHERE, servicesUrl: NOWHERE, password3: undefined },
    },
    cryptopay: { token: '1:other', baseUrl: NOWHERE, acceptedAssets: [] },
    yookassa: { shopId: '1', secretKey: 'other', baseUrl: NOWHERE },
    cloudpayments: { publicId: 'pk_other', apiSecret: 'other', baseUrl: NOWHERE },
    stripe: { secretKey: 'sk_test_other', webhookSecrets: ['whsec_other'], baseUrl: NOWHERE },
    paypal: {
      ...{ clientId: 'other', secret: 'other', webhookId: 'W-1', baseUrl: NOWHERE, certificates },
    },
  });
  const mock = mockProvider({ baseUrl: NOWHERE, apiKey: 'k', credentials: CREDENTIALS });
  return new Map([['mock', mock], ...others]);
}

const OTHERS = ['robokassa', 'cryptopay', 'cloudpayments', 'stripe', 'paypal'];

describe('a genuine notification of one provider', () => {
  test.each(OTHERS)('proves nothing at %s', async (name) => {
    for (const type of ['application/x-www-form-urlencoded', 'application/json']) {
      const response = await fetch(`${server.url}/webhook/${name}`, {
        method: 'POST',
        headers: { 'content-type': type, ...SIGNATURES },
        body: notificationBody(),
      });
      expect(response.status).toBe(400);
    }
    expect(server.hints).toEqual([]);
    expect(server.stored.filter(({ verified }) => verified !== 'no')).toEqual([]);
  });

  test('proves nothing at a provider that signs nothing, unless its address does', async () => {
    const body = JSON.stringify({
      type: 'notification',
      event: 'payment.succeeded',
      object: { id: 'p', status: 'succeeded', metadata: { invoice_no: '12' } },
    });
    const headers = { 'content-type': 'application/json', 'x-forwarded-for': '185.71.76.1' };
    const response = await fetch(`${server.url}/webhook/yookassa`, {
      method: 'POST',
      headers,
      body,
    });
    expect(response.status).toBe(400);
    expect(server.hints).toEqual([]);
  });

  test('with any field changed proves nothing at its own', async () => {
    const fields = ['OutSum', 'InvId', 'Shp_user_id', 'Shp_state', 'Shp_payment_id'];
    for (const name of fields) {
      const response = await notify(server, notificationBody({ [name]: '1' }));
      expect(response.status).toBe(400);
    }
    expect(server.hints).toEqual([]);
  });

  test('twice is acknowledged twice and is one row by its key', async () => {
    await notify(server, notificationBody());
    await notify(server, notificationBody());
    const keys = new Set(server.stored.map(({ dedupeKey }) => dedupeKey));
    expect([server.stored.length, keys.size]).toEqual([2, 1]);
    server.hints.length = 0;
  });
});

/** Headers by which providers sign, each with something. */
const SIGNATURES = {
  'stripe-signature': `t=1,v1=${'a'.repeat(64)}`,
  'crypto-pay-api-signature': 'a'.repeat(64),
  'content-hmac': createHash('sha256').update('x').digest('base64'),
  'x-content-hmac': createHash('sha256').update('x').digest('base64'),
};

describe('an address that climbs', () => {
  test.each([
    '/legal/../../package.json',
    '/legal/..%2f..%2fpackage.json',
    '/legal/terms/../../../.env',
    '/legal/terms%00.html',
    '/legal/terms?lang=../../../../etc/passwd%00',
    '/legal/terms?lang=../en',
    '/legal/constructor',
    '/api/docs/../../package.json',
    '/api/docs/..%2fpackage.json',
    '/api/docs/%2e%2e/package.json',
    '/api/docs//etc/passwd',
    '/export/../../../etc/passwd',
    `/export/${'..%2f'.repeat(8)}etc%2fpasswd`,
    '/pay/../.env',
    '/webhook/..%2f..%2fhealth',
    '/.env',
    '/.git/config',
    '/package.json',
  ])('%s leads nowhere', async (path) => {
    const { status, text } = await rawRequest(server.url, { path });
    expect(text).not.toMatch(/root:|"dependencies"|DATABASE_URL|\[core\]/);
    // A language nobody speaks is passed over.
    if (path.includes('?lang=')) expect(status).toBe(200);
    else expect([400, 401, 404]).toContain(status);
  });
});

describe('what a stranger writes about themselves', () => {
  const EVIL = 'evil.example';

  test.each([
    ['host', EVIL],
    ['x-forwarded-host', EVIL],
    ['x-forwarded-proto', EVIL],
    ['x-original-url', `/${EVIL}`],
    ['forwarded', `host=${EVIL}`],
    ['referer', `https://${EVIL}/`],
    ['origin', `https://${EVIL}`],
  ])('in %s is nowhere in a page, a refusal or a header', async (name, value) => {
    for (const path of ['/pay/success', '/legal/terms', '/nowhere', '/api/docs']) {
      const answer = await rawRequest(server.url, { path, headers: { [name]: value } });
      expect(JSON.stringify(answer)).not.toContain(EVIL);
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  test('as their address is believed only behind proxies of ours', async () => {
    const seen: string[] = [];
    const asked = await startTestServer((usual) => ({
      providers: new Map([
        [
          'mock',
          {
            ...usual.providers.get('mock')!,
            verify: async ({ peerAddress }) => {
              seen.push(peerAddress);
              return { verified: 'malformed', reason: 'a test' } as const;
            },
          },
        ],
      ]),
    }));
    await fetch(`${asked.url}/webhook/mock`, {
      method: 'POST',
      headers: { 'x-forwarded-for': '185.71.76.1, 203.0.113.7', 'x-real-ip': '185.71.76.1' },
      body: 'x',
    });
    await asked.stop();
    expect(seen[0]).toMatch(/127\.0\.0\.1$/);
  });

  test('as another method changes no method', async () => {
    const headers = { 'x-http-method-override': 'DELETE' };
    const answer = await rawRequest(server.url, { path: '/health', headers });
    expect(answer.status).toBe(200);
  });

  test('in the fields of a payment comes back escaped or not at all', async () => {
    const markup = '"><script>alert(1)</script>';
    const query = new URLSearchParams({ invoice: markup, lang: markup, Shp_invoice_id: markup });
    const { text } = await rawRequest(server.url, { path: `/pay/success?${query.toString()}` });
    expect(text).not.toContain('alert(1)');
    const named = await rawRequest(server.url, { path: `/pay/success?invoice=${INVOICE_ID}` });
    expect(named.text).not.toContain('<Pro>');
  });

  test('cannot split a header', async () => {
    const path = '/legal/terms?lang=en%0d%0aset-cookie:%20a=b';
    const { headers } = await rawRequest(server.url, { path });
    expect(headers['set-cookie']).toBeUndefined();
  });
});

describe('what belongs to the sandbox', () => {
  test.each([
    ...['/clock', '/sandbox/state', '/sandbox/people', '/control/clock', '/control/outages'],
    ...['/panel', '/mock-payment', '/api/orders', '/bot1:a/getMe', '/metrics'],
  ])('%s does not exist in the product', async (path) => {
    for (const method of ['GET', 'POST']) {
      const { status } = await rawRequest(server.url, { method, path });
      expect([401, 404]).toContain(status);
    }
  });
});

describe('a body that is no body', () => {
  test.each([
    ['compressed', { 'content-encoding': 'gzip' }, 'x'],
    [
      'of an unknown character set',
      { 'content-type': 'application/x-www-form-urlencoded; charset=evil' },
      'a=b',
    ],
  ])('%s is refused', async (_what, headers, body) => {
    for (const path of ['/pay/success', '/webhook/mock']) {
      const { status } = await rawRequest(server.url, { method: 'POST', path, headers, body });
      expect([200, 400, 415]).toContain(status);
    }
    expect(server.hints).toEqual([]);
  });

  test('that pollutes prototypes pollutes nothing', async () => {
    const bodies = [
      '__proto__[polluted]=1',
      'constructor[prototype][polluted]=1',
      '__proto__.polluted=1',
    ];
    for (const body of bodies) {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      await rawRequest(server.url, { method: 'POST', path: '/pay/success', headers, body });
      await rawRequest(server.url, { path: `/pay/success?${body}` });
    }
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test('with ten thousand fields is refused before it is taken apart', async () => {
    const body = Array.from({ length: 10_000 }, (_, n) => `a${n}=`)
      .join('&')
      .slice(0, 16_000);
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const { status } = await rawRequest(server.url, {
      method: 'POST',
      path: '/pay/success',
      headers,
      body,
    });
    expect(status).toBe(413);
  });
});
