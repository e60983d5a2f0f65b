import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import pino from 'pino';
import { createCodecApp } from '../../src/http/codec/app';
import type { CodecParts } from '../../src/http/codec/ports';
import { issueKey } from '../../src/http/api/keys';
import { listen, type Listening } from '../../src/http/listen';
import { createPayloadCodec } from '../../src/payloads/codec';
import type { ApiKeyView } from '../../src/reads/api';
import { payloadKey } from '../support/payloads';
import { TEST_SECRETS } from '../support/secrets';

const HOUR = 3_600_000;
const UI = 'https://temporal.example';
const codec = createPayloadCodec([payloadKey('k1', 1)]);

let server: Listening;
let nowMs: number;
let isPoor: boolean;
const lines: string[] = [];
const rows = new Map<string, ApiKeyView>();

function newKey(change: Partial<ApiKeyView> = {}): { key: string; prefix: string } {
  const { key, prefix, hash } = issueKey(TEST_SECRETS.apiKeyPepper);
  rows.set(prefix, {
    ...{ prefix, hash, keyId: `id-${prefix}`, clientId: 'c', clientName: 'desk' },
    ...{ isClientActive: true, scopes: ['payloads:read'] },
    ...{ rateLimit: undefined, expiresAt: undefined, revokedAt: undefined },
    ...change,
  });
  return { key, prefix };
}

function partsOf(publicUrl: string): CodecParts {
  return {
    codec,
    reads: { apiKeys: async (prefixes) => prefixes.flatMap((prefix) => rows.get(prefix) ?? []) },
    records: {
      takeCall: async (claims) =>
        claims.map(({ scope }) => ({
          ...{ scope, calls: 1, periodSeconds: 60, remaining: 0, resetSeconds: 7 },
          isExceeded: isPoor,
        })),
      noteKeyUse: async () => undefined,
    },
    probe: async () => undefined,
    log: pino({ level: 'info' }, { write: (line: string) => void lines.push(line) }),
    clock: { nowMs: () => nowMs },
    settings: {
      apiKeyPepper: TEST_SECRETS.apiKeyPepper,
      ...{ trustedProxyHops: 0, publicUrl, uiUrl: `${UI}/` },
    },
  };
}

beforeEach(async () => {
  nowMs = Date.parse('2026-11-20T10:00:00Z');
  isPoor = false;
  lines.length = 0;
  server = await listen(createCodecApp(partsOf('https://codec.example')), {
    ...{ port: 0, host: '127.0.0.1', stopGraceMs: 100 },
  });
});
afterEach(() => server.stop());

const SECRET = { name: 'Zinaida', amountMinor: 73_731 };
const secret = defaultPayloadConverter.toPayload(SECRET);

function asJson({ metadata, data }: Payload) {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  const members = Object.entries(metadata ?? {}).map(([name, value]) => [name, text(value)]);
  return { metadata: Object.fromEntries(members) as object, data: text(data ?? new Uint8Array()) };
}

async function encrypted(): Promise<object> {
  const [payload] = await codec.encode([secret]);
  return asJson(payload ?? {});
}

interface Ask {
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly payloads?: unknown;
  readonly body?: string;
}

async function ask({ path = '/decode', headers = {}, payloads, body }: Ask) {
  const response = await fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-namespace': 'default', ...headers },
    body: body ?? JSON.stringify({ payloads: payloads ?? [await encrypted()] }),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

function login(key: string, headers: Record<string, string> = {}) {
  return fetch(`${server.url}/login`, {
    ...{ method: 'POST', redirect: 'manual' },
    headers,
    body: new URLSearchParams({ key }),
  });
}

async function cookieOf(key: string): Promise<string> {
  const response = await login(key);
  expect(response.status).toBe(303);
  return response.headers.get('set-cookie')?.split(';')[0] ?? '';
}

test('a key of the scope reads and writes payloads in the remote codec protocol, and no other key does', async () => {
  const { key } = newKey();
  const read = await ask({ headers: bearer(key) });
  expect(read.status).toBe(200);
  expect(JSON.parse(read.text)).toEqual({ payloads: [asJson(secret)] });

  const written = await ask({ path: '/encode', headers: bearer(key), payloads: [asJson(secret)] });
  expect(written.text).not.toContain(asJson(secret).data);
  const { payloads } = JSON.parse(written.text) as { payloads: unknown[] };
  const back = await ask({ headers: bearer(key), payloads });
  expect(JSON.parse(back.text)).toEqual({ payloads: [asJson(secret)] });
});

test('what was never encrypted passes', async () => {
  const read = await ask({ headers: bearer(newKey().key), payloads: [asJson(secret)] });
  expect(JSON.parse(read.text)).toEqual({ payloads: [asJson(secret)] });
});

const refused: readonly (readonly [string, () => Record<string, string>])[] = [
  ['no key', () => ({})],
  ['nonsense', () => bearer('nonsense')],
  ['a key that was never issued', () => bearer(issueKey(TEST_SECRETS.apiKeyPepper).key)],
  ['a known beginning with another secret', () => bearer(newKey().key.replace(/.{4}$/, 'AAAA'))],
  ['another scope', () => bearer(newKey({ scopes: ['spend:write', 'analytics:all'] }).key)],
  ['a revoked key', () => bearer(newKey({ revokedAt: '2026-11-20T09:00:00Z' }).key)],
  ['a key that is over', () => bearer(newKey({ expiresAt: '2026-11-20T10:00:00.000Z' }).key)],
  ['a key of a stopped client', () => bearer(newKey({ isClientActive: false }).key)],
  ['Basic', () => ({ authorization: `Basic ${Buffer.from(newKey().key).toString('base64')}` })],
  ['a cookie somebody made up', () => ({ cookie: '__Host-payloads=x' })],
];

describe.each(['/decode', '/encode'])('%s answers 401', (path) => {
  test.each(refused)('to %s, and reads nothing of the body', async (_who, headers) => {
    const answer = await ask({ path, headers: headers(), body: '{not json' });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
  });
});

test('whoever guesses too often is told to wait', async () => {
  isPoor = true;
  const answer = await ask({ headers: bearer('nonsense') });
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '7']);
  const read = await ask({ headers: bearer(newKey().key) });
  expect(read.status).toBe(200);
});

describe('a session', () => {
  test('begins with a key typed once, and its cookie is secure, for this host, for twelve hours', async () => {
    const { key } = newKey();
    const response = await login(key);
    const cookie = response.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(
      /^__Host-payloads=\S+; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict; Secure$/,
    );
    expect(cookie).not.toContain(key.slice(9));
    const read = await ask({ headers: { cookie: cookie.split(';')[0] ?? '', origin: UI } });
    expect(JSON.parse(read.text)).toEqual({ payloads: [asJson(secret)] });
  });

  test.each([
    ['after twelve hours', async () => void (nowMs += 12 * HOUR)],
    ['when its key is revoked', async (prefix: string) => revoke(prefix)],
  ])('ends %s', async (_when, happens) => {
    const { key, prefix } = newKey();
    const cookie = await cookieOf(key);
    expect((await ask({ headers: { cookie } })).status).toBe(200);
    await happens(prefix);
    nowMs += 1_000;
    expect((await ask({ headers: { cookie } })).status).toBe(401);
  });

  async function revoke(prefix: string): Promise<void> {
    const row = rows.get(prefix);
    if (row) rows.set(prefix, { ...row, revokedAt: new Date(nowMs).toISOString() });
  }

  test('cannot be prolonged, lent to another key or altered', async () => {
    const cookie = await cookieOf(newKey().key);
    const [name, value = ''] = cookie.split('=');
    const [prefix, until, seal = ''] = value.split('.');
    const other = newKey().prefix;
    const forged = [
      `${prefix}.${Number(until) + HOUR}.${seal}`,
      `${other}.${until}.${seal}`,
      `${prefix}.${until}.${seal.startsWith('A') ? 'B' : 'A'}${seal.slice(1)}`,
    ];
    for (const one of forged) {
      expect((await ask({ headers: { cookie: `${name}=${one}` } })).status).toBe(401);
    }
  });

  test('does not begin with a key that opens nothing, nor from a page of another site', async () => {
    const wrong = await login(newKey({ scopes: ['spend:write'] }).key);
    expect([wrong.status, wrong.headers.get('set-cookie')]).toEqual([401, null]);
    expect(await wrong.text()).toContain('This key opens nothing');
    const { key } = newKey();
    expect((await login(key, { origin: 'https://evil.example' })).status).toBe(403);
    expect((await login(key, { origin: 'null' })).status).toBe(403);
    expect((await login(key, { origin: 'https://codec.example' })).status).toBe(303);
  });

  test('is shown on the page and closed there', async () => {
    const { key, prefix } = newKey();
    const page = async (cookie: string) =>
      (await fetch(`${server.url}/login?lang=ru`, { headers: { cookie } })).text();
    expect(await page('')).toContain('payloads:read');
    expect(await page(await cookieOf(key))).toContain(`по ключу ${prefix}…`);
    const ended = await fetch(`${server.url}/logout`, { method: 'POST', redirect: 'manual' });
    expect(ended.headers.get('set-cookie')).toMatch(/^__Host-payloads=; Max-Age=0/);
  });
});

describe('pages', () => {
  const preflight = (origin: string) =>
    fetch(`${server.url}/decode`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });

  test('of the Web UI may ask with credentials', async () => {
    const answer = await preflight(UI);
    expect(answer.status).toBe(204);
    const told = ['origin', 'credentials', 'methods', 'headers'].map((name) =>
      answer.headers.get(`access-control-allow-${name}`),
    );
    expect(told).toEqual([UI, 'true', 'POST', 'authorization, content-type, x-namespace']);
    const read = await ask({ headers: { ...bearer(newKey().key), origin: UI } });
    expect(read.headers.get('access-control-allow-origin')).toBe(UI);
  });

  test.each([
    'https://evil.example',
    'http://temporal.example',
    'https://temporal.example.evil',
    'null',
  ])('of %s may not, even with a key', async (origin) => {
    for (const answer of [
      await preflight(origin),
      await ask({ headers: { ...bearer(newKey().key), origin } }),
    ]) {
      expect(answer.status).toBe(403);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    }
  });
});

test.each([
  ['no JSON', '{', 400],
  ['no payloads', '{}', 400],
  ['no base64', '{"payloads":[{"data":"<>"}]}', 400],
  ['a body beyond twelve megabytes', `{"payloads":"${'x'.repeat(12 * 1024 * 1024)}"}`, 413],
])('%s is refused', async (_what, body, status) => {
  expect((await ask({ headers: bearer(newKey().key), body })).status).toBe(status);
});

test('a payload of an unknown key, or an altered one, is told by the name of the key alone', async () => {
  const [foreign] = await createPayloadCodec([payloadKey('k9', 9)]).encode([secret]);
  const [own] = await codec.encode([secret]);
  const altered = { ...own, data: Buffer.from(own?.data ?? []).fill(0, 30, 31) };
  const headers = bearer(newKey().key);
  const answers = [
    await ask({ headers, payloads: [asJson(foreign ?? {})] }),
    await ask({ headers, payloads: [asJson(altered)] }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([400, 400]);
  expect(answers.map(({ text }) => /k[19]/.exec(text)?.[0])).toEqual(['k9', 'k1']);
});

test('the log says who read how many payloads of which namespace, and neither key nor content', async () => {
  const { key, prefix } = newKey();
  await ask({ headers: bearer(key) });
  await ask({ headers: { cookie: await cookieOf(key) } });
  const read = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(read.filter(({ msg }) => msg === 'payloads decoded')).toMatchObject(
    ['key', 'session'].map((by) => ({
      ...{ keyId: `id-${prefix}`, client: 'desk', by, namespace: 'default', payloads: 1 },
    })),
  );
  expect(lines.join('')).not.toMatch(new RegExp(`Zinaida|73731|${key.slice(9)}`));
});

test('it answers its health check, hides what it runs on, and lets nobody frame its page', async () => {
  expect((await fetch(`${server.url}/health`)).status).toBe(200);
  const page = await fetch(`${server.url}/login`);
  expect(page.headers.get('x-powered-by')).toBeNull();
  expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
});
