import { issueKey } from '../../src/http/api/keys';
import { peerOf } from '../../src/http/api/peer';
import type { HttpParts } from '../../src/http/ports';
import type { ApiKeyView } from '../../src/reads/api';
import { startTestServer, type TestServer } from './harness';

const PATH = '/api/v1/payments/0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b/refunds';
const issued = issueKey('p');
const KEY: ApiKeyView = {
  ...{ prefix: issued.prefix, hash: issued.hash, keyId: 'key-1' },
  ...{ clientId: 'c', clientName: 'shop', isClientActive: true, scopes: ['refund:read'] },
  ...{ rateLimit: undefined, expiresAt: undefined, revokedAt: undefined },
};

let server: TestServer;
let queries: (readonly string[])[];
let key: ApiKeyView;
let uses: string[];

beforeEach(async () => {
  [queries, uses, key] = [[], [], KEY];
  server = await startWith({});
});
afterEach(() => server?.stop());

function startWith(records: Partial<HttpParts['records']>): Promise<TestServer> {
  const apiKeys = async (prefixes: readonly string[]) => {
    queries.push(prefixes);
    // A real query takes a while, in which others arrive.
    await new Promise((resolve) => setTimeout(resolve, 20));
    return prefixes.includes(key.prefix) ? [key] : [];
  };
  const noteKeyUse = async ({ keyId }: { keyId: string }) => void uses.push(keyId);
  return startTestServer((usual) => ({
    reads: { ...usual.reads, apiKeys },
    records: { ...usual.records, noteKeyUse, ...records },
  }));
}

async function call(path = PATH, init: RequestInit = {}) {
  const headers = { authorization: `Bearer ${issued.key}`, ...init.headers };
  const response = await fetch(`${server.url}${path}`, { ...init, headers });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    json: JSON.parse(text) as Record<string, unknown>,
  };
}

test('a hundred calls of one key cost one query in a second, and one note of its use', async () => {
  await Promise.all(Array.from({ length: 100 }, () => call()));
  expect(queries).toHaveLength(1);
  server.clock.ms += 999;
  await call();
  expect(queries).toHaveLength(1);
  server.clock.ms += 1;
  await call();
  expect(queries).toHaveLength(2);
  expect(uses).toEqual(['key-1']);
  server.clock.ms += 60_000;
  await call();
  expect(uses).toHaveLength(2);
});

test('guesses that come together cost a query or two, not one each', async () => {
  const guesses = Array.from({ length: 50 }, (_, at) => {
    const authorization = `Bearer ${at.toString(16).padStart(8, '0')}_${'x'.repeat(43)}`;
    return call(PATH, { headers: { authorization } });
  });
  const answers = await Promise.all(guesses);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
  expect(queries.flat()).toHaveLength(50);
  expect(queries.length).toBeLessThan(50);
});

test('a key that was revoked, has ended or whose client is off opens nothing', async () => {
  const over = new Date(-1).toISOString();
  for (const change of [{ revokedAt: over }, { expiresAt: over }, { isClientActive: false }]) {
    key = { ...KEY, ...change };
    server.clock.ms += 1_000;
    expect((await call()).status).toBe(401);
  }
});

test('a refusal says how to prove oneself, and whether what was sent proved nothing', async () => {
  const without = await fetch(`${server.url}${PATH}`);
  expect(without.headers.get('www-authenticate')).toBe('Bearer');
  const wrong = await call(PATH, { headers: { authorization: 'Bearer nonsense' } });
  expect(wrong.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
  expect(wrong.json).toMatchObject({ code: 'unauthorized', status: 401 });
});

test('a known address with another method names those it takes, an unknown one nothing', async () => {
  const answer = await call(PATH, { method: 'DELETE' });
  expect(answer).toMatchObject({ status: 405, json: { code: 'method_not_allowed' } });
  expect(answer.headers.get('allow')).toBe('GET, HEAD, POST');
  expect(await call('/api/v1/nothing')).toMatchObject({ status: 404, json: { code: 'not_found' } });
  const stranger = await fetch(`${server.url}/api/v1/nothing`);
  expect(stranger.status).toBe(401);
});

test('without PostgreSQL the answer is that of a service that is away, never a fault of ours', async () => {
  await server.stop();
  server = await startWith({ takeCall: () => Promise.reject(new Error('ECONNREFUSED')) });
  const known = await call();
  expect(known).toMatchObject({ status: 503, json: { code: 'unavailable' } });
  expect(known.headers.get('retry-after')).toBe('5');
  expect((await fetch(`${server.url}${PATH}`)).status).toBe(503);
  expect((await fetch(`${server.url}/api/openapi.json`)).status).toBe(503);
});

test.each([
  ['203.0.113.9', '203.0.113.9'],
  ['::ffff:203.0.113.9', '203.0.113.9'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::9', '2001:db8:1:2::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  [undefined, ''],
])('the limit of the address %s is that of %s', (address, peer) => {
  expect(peerOf(address)).toBe(peer);
});
