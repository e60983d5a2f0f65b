import pino from 'pino';
import { startTelegramSandbox, type TelegramSandbox } from '../../sandbox/telegram/server';
import type { MockProvider } from '../../sandbox/mock-provider/server';
import { createCodecApp } from '../../src/http/codec/app';
import { listen, type Listening } from '../../src/http/listen';
import { startTestServer, type TestServer } from '../http/harness';
import {
  openOrder,
  startBank,
  startFakeShop,
  type FakeShop,
} from '../sandbox/mock-provider-harness';

// Every page that this project serves, whoever sees it: what it may load, run, send and be framed by.

let server: TestServer;
let codec: Listening;
let shop: FakeShop;
let bank: MockProvider;
let telegram: TelegramSandbox;
let payPage: string;

beforeAll(async () => {
  server = await startTestServer();
  codec = await listen(codecApp(), { port: 0, host: '127.0.0.1' });
  shop = await startFakeShop();
  bank = await startBank(shop);
  telegram = await startTelegramSandbox({ port: 0 });
  payPage = await openOrder(bank, { description: '<script>alert(1)</script>' });
});
afterAll(async () => {
  await Promise.all([server.stop(), codec.stop(), telegram.close()]);
  await bank.stop();
  await shop.stop();
});

function codecApp() {
  return createCodecApp({
    codec: { encode: async (many) => many, decode: async (many) => many },
    reads: { apiKeys: async () => [] },
    records: { takeCall: async () => [], noteKeyUse: async () => undefined },
    probe: async () => undefined,
    log: pino({ level: 'silent' }),
    clock: { nowMs: () => 0 },
    settings: {
      ...{ apiKeyPepper: 'p', trustedProxyHops: 0 },
      ...{ publicUrl: 'https://codec.example', uiUrl: 'https://temporal.example' },
    },
  });
}

const PAGES: readonly [name: string, address: () => string][] = [
  ['the landing page', () => `${server.url}/pay/success`],
  ['the landing page of a failure', () => `${server.url}/pay/fail`],
  ['the terms', () => `${server.url}/legal/terms`],
  ['the privacy document', () => `${server.url}/legal/privacy?lang=ru`],
  ['the page of the API', () => `${server.url}/api/docs`],
  ['the login of the codec server', () => `${codec.url}/login`],
  ['the pay page of the mock bank', () => payPage],
  ['the panel of the mock bank', () => `${bank.url}/panel`],
  ['the chat page of the sandbox', () => `${telegram.url}/`],
];

function directivesOf(policy: string): ReadonlyMap<string, readonly string[]> {
  const parts = policy.split(';').map((part) => part.trim().split(/\s+/));
  return new Map(parts.map(([name = '', ...sources]) => [name, sources]));
}

describe.each(PAGES)('%s', (_name, address) => {
  let response: Response;
  let text: string;
  beforeAll(async () => {
    response = await fetch(address());
    text = await response.text();
  });

  test('is a page, and says neither what serves it nor in which version', () => {
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/html/);
    expect(response.headers.get('x-powered-by')).toBeNull();
    expect(response.headers.get('server')).toBeNull();
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('referrer-policy')).toMatch(/^(?:no-referrer|same-origin)$/);
  });

  test('runs only scripts of its own, sends forms only home and is framed by nobody', () => {
    const policy = directivesOf(response.headers.get('content-security-policy') ?? '');
    const [fallback] = policy.get('default-src') ?? [];
    expect(["'none'", "'self'"]).toContain(fallback);
    const scripts = policy.get('script-src') ?? policy.get('default-src') ?? [];
    expect(scripts).toHaveLength(1);
    expect(scripts[0]).toMatch(/^'(?:none|self|nonce-[\w+/=-]{16,})'$/);
    expect(policy.get('frame-ancestors')).toEqual(["'none'"]);
    expect(policy.get('base-uri')).toEqual(["'none'"]);
    expect(["'none'", "'self'"]).toContain((policy.get('form-action') ?? [])[0]);
    expect(policy.get('object-src') ?? policy.get('default-src')).toEqual(["'none'"]);
  });

  test('holds no script inside, no handler and nothing from elsewhere', () => {
    const scripts = [...text.matchAll(/<script(?![^>]*\b(?:src|nonce)=)[^>]*>/gi)];
    expect(scripts).toEqual([]);
    expect(text).not.toMatch(/<[^>]+\son[a-z]+\s*=/i);
    const loaded = [
      ...text.matchAll(/<(?:script|link|img|iframe)\b[^>]*?(?:src|href)="([^"]*)"/gi),
    ];
    const foreign = loaded.filter(([, link = '']) => /^(?:https?:)?\/\//i.test(link));
    expect(foreign).toEqual([]);
  });
});

test('a nonce of a page is never used twice', async () => {
  const nonces = await Promise.all(
    [1, 2].map(async () => {
      const { headers } = await fetch(`${bank.url}/panel`);
      return /'nonce-([^']+)'/.exec(headers.get('content-security-policy') ?? '')?.[1];
    }),
  );
  expect(nonces[0]).toBeDefined();
  expect(nonces[0]).not.toBe(nonces[1]);
});

test('the page of the API has what it needs of its package, and nothing else of it', async () => {
  const status = async (file: string) => (await fetch(`${server.url}/api/docs/${file}`)).status;
  expect(await status('swagger-ui.css')).toBe(200);
  expect(await status('swagger-ui-bundle.js')).toBe(200);
  for (const file of ['index.html', 'oauth2-redirect.html', 'package.json', 'swagger-ui.js.map']) {
    expect(await status(file)).toBe(404);
  }
});

const ANSWERS: readonly [what: string, path: string, init: RequestInit][] = [
  ['an unknown address', '/nowhere', {}],
  ['an unknown method', '/health', { method: 'DELETE' }],
  ['a call without a key', '/api/v1/users/1/balance', {}],
  ['a webhook that is no notification', '/webhook/mock', { method: 'POST', body: 'x' }],
  ['an address that cannot be decoded', '/api/v1/users/%E0%A4%A/balance', {}],
  ['a form that is too large', '/pay/success', form('x'.repeat(20_000))],
];

function form(body: string): RequestInit {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body,
  };
}

test.each(ANSWERS)(
  'the refusal of %s is a problem without a word about the inside',
  async (_what, path, init) => {
    const response = await fetch(`${server.url}${path}`, init);
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(response.headers.get('x-powered-by')).toBeNull();
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await response.text()).not.toMatch(/node_modules|\.ts\b|\bat [A-Za-z.]+ \(|express/);
  },
);
