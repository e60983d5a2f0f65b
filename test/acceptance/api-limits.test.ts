import { resolve } from 'node:path';
import { connect, connectReadOnly } from '../../drizzle/client';
import { createHttpApp } from '../../src/http/app';
import { listen, type Listening } from '../../src/http/listen';
import { createLog } from '../../src/log';
import { createReads } from '../../src/reads/reads';
import { createRecords } from '../../src/records/records';
import { apiClient, spender } from '../support/api';
import { TEST_SECRETS } from '../support/secrets';
import { balance } from '../support/shop';
import { checkBooks, startStack, type Stack } from '../support/stack';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ settings: { rateLimitCalls: 100 } });
});
beforeEach(() => stack.sql`delete from rate_counters`);
afterEach(() => checkBooks(stack));
afterAll(() => stack?.stop());

const NOBODYS = '/payments/0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b/refunds';
const DEFAULT = { rateLimit: null };

/** Another server process: pools, counters and memory of its own over the same database. */
async function anotherServer(trustedProxyHops = 0): Promise<Listening> {
  const [writes, readOnly] = [connect(stack.databaseUrl), connectReadOnly(stack.databaseUrl)];
  const { settings } = stack;
  const app = createHttpApp({
    commands: stack.commands,
    records: createRecords(writes.db, { settings, secrets: TEST_SECRETS }),
    reads: createReads(readOnly.db, TEST_SECRETS),
    providers: stack.providers,
    spending: stack.spending,
    probes: {
      database: () => Promise.resolve(),
      temporal: () => Promise.resolve(),
      migrations: () => Promise.resolve(),
    },
    log: createLog({ level: 'silent', name: 'test' }),
    clock: { nowMs: () => Date.now() },
    settings: {
      trustedProxyHops,
      billing: settings,
      apiKeyPepper: TEST_SECRETS.apiKeyPepper,
      legalDir: resolve(__dirname, '../../legal'),
    },
  });
  const listening = await listen(app, { port: 0, host: '127.0.0.1' });
  const stop = async () => {
    await listening.stop();
    await Promise.all([writes.close(), readOnly.close()]);
  };
  return { ...listening, stop };
}

async function answerOf(url: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${url}/api/v1${NOBODYS}`, { headers });
  await response.text();
  return { status: response.status, headers: response.headers };
}

function statusesOf(answers: readonly { readonly status: number }[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

test('a revoked key opens nothing after a second, and the use of a key is known to the minute', async () => {
  const client = await apiClient(stack, ['refund:write'], DEFAULT);
  const call = async () => (await client.call('GET', NOBODYS)).status;
  expect(await call()).toBe(404);
  const [used] = await stack.sql`select last_used_at from api_keys where id = ${client.keyId}`;
  expect(used?.['last_used_at']).not.toBeNull();
  await stack.sql`update api_keys set revoked_at = now() where id = ${client.keyId}`;
  await new Promise((done) => setTimeout(done, 1_100));
  const refused = await client.call('GET', NOBODYS);
  expect(refused.status).toBe(401);
  expect(refused.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
});

test('T-V18 the 101st call of a key within a minute is refused with a time to wait, and has no effect', async () => {
  const client = await apiClient(stack, ['spend:write', 'refund:write'], DEFAULT);
  const userId = await spender(stack, 200);
  const body = { amount: '1', description: 'a picture' };
  const spend = () => client.call('POST', `/users/${userId}/spend`, { body });
  const hundred = await Promise.all(Array.from({ length: 100 }, spend));
  expect(statusesOf(hundred)).toEqual({ 200: 100 });
  const refused = await spend();
  expect(refused).toMatchObject({ status: 429, json: { code: 'rate_limited', limit: 100 } });
  const waitSeconds = Number(refused.headers.get('retry-after'));
  expect(waitSeconds).toBeGreaterThanOrEqual(1);
  expect(waitSeconds).toBeLessThanOrEqual(60);
  expect(Number.isInteger(waitSeconds)).toBe(true);
  expect(refused.headers.get('ratelimit-policy')).toBe('"key";q=100;w=60');
  expect(refused.headers.get('ratelimit')).toBe(`"key";r=0;t=${waitSeconds}`);
  // One hundred of two hundred are spent, and the one too many moved nothing.
  expect(await balance(stack, userId)).toBe(100);
  const spent = await stack.sql`select count(*)::int as n from charges where user_id = ${userId}`;
  expect(spent).toEqual([{ n: 100 }]);
  // Half a minute later, on another server, the hundred still count.
  await stack.sql`
    update rate_counters set instants = array(
      select at - interval '30 seconds' from unnest(instants) as at order by at)`;
  const other = await anotherServer();
  const again = await answerOf(other.url, { authorization: `Bearer ${client.key}` });
  expect(again.status).toBe(429);
  await other.stop();
});

test('T-F2 two servers share one limit', async () => {
  const client = await apiClient(stack, ['refund:write'], DEFAULT);
  const other = await anotherServer();
  const headers = { authorization: `Bearer ${client.key}` };
  const answers = await Promise.all(
    Array.from({ length: 130 }, (_, at) => answerOf(at % 2 ? stack.http.url : other.url, headers)),
  );
  expect(statusesOf(answers)).toEqual({ 404: 100, 429: 30 });
  await other.stop();
});

test('T-F2 neither guessed keys nor forged addresses bypass the limit of an address', async () => {
  const answers = [];
  for (let guess = 0; guess < 110; guess += 1) {
    const prefix = guess.toString(16).padStart(8, '0');
    answers.push(
      await answerOf(stack.http.url, {
        authorization: `Bearer ${prefix}_${'x'.repeat(43)}`,
        'x-forwarded-for': `10.0.0.${guess}`,
      }),
    );
  }
  expect(statusesOf(answers)).toEqual({ 401: 100, 429: 10 });
  expect(Number(answers.at(-1)?.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  // Whoever has a key is not hindered by a neighbour who guesses.
  const client = await apiClient(stack, ['refund:write'], DEFAULT);
  expect((await client.call('GET', NOBODYS)).status).toBe(404);
});

test('T-F2 behind a proxy the address is the one the proxy saw, whatever a client writes before it', async () => {
  const behindProxy = await anotherServer(1);
  const from = (address: string) =>
    answerOf(behindProxy.url, { 'x-forwarded-for': `6.6.6.${Math.random()}, ${address}` });
  const forged = await Promise.all(Array.from({ length: 110 }, () => from('203.0.113.9')));
  expect(statusesOf(forged)).toEqual({ 401: 100, 429: 10 });
  expect((await from('203.0.113.10')).status).toBe(401);
  await behindProxy.stop();
});

test('a key may have a limit of its own', async () => {
  const wide = await apiClient(stack, ['refund:write'], { rateLimit: 3 });
  const answers = [];
  for (let at = 0; at < 4; at += 1) answers.push(await wide.call('GET', NOBODYS));
  expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 429]);
  expect(answers[0]?.headers.get('ratelimit')).toBe('"key";r=2;t=60');
});

test('a row of the settings changes the limit while the server runs', async () => {
  const client = await apiClient(stack, ['refund:write'], DEFAULT);
  expect((await client.call('GET', NOBODYS)).headers.get('ratelimit')).toMatch(/r=99;/);
  await stack.sql`insert into settings (key, value, updated_by) values ('RATE_LIMIT_CALLS', '2', 'test')`;
  await new Promise((done) => setTimeout(done, 1_100));
  expect((await client.call('GET', NOBODYS)).headers.get('ratelimit')).toMatch(/r=0;/);
  expect((await client.call('GET', NOBODYS)).status).toBe(429);
  await stack.sql`delete from settings where key = 'RATE_LIMIT_CALLS'`;
  await new Promise((done) => setTimeout(done, 1_100));
});
