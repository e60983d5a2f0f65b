import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { v7 } from 'uuid';
import { SCOPES } from '../../src/domain/billing/api-scopes';
import { ROUTES } from '../../src/http/api';
import { apiClient, spender, type ApiClient } from '../support/api';
import { checkBooks, startStack, type Stack } from '../support/stack';
import { valid } from './fuzz/arbitraries';
import { OPERATIONS, resolve, type Operation } from './fuzz/document';

let stack: Stack;
let client: ApiClient;
let userId: number;
let lure: Server;
let lured = 0;

beforeAll(async () => {
  stack = await startStack();
  client = await apiClient(stack, SCOPES);
  userId = await spender(stack, 1_000);
  lure = createServer((_request, response) => {
    lured += 1;
    response.end();
  });
  await new Promise<void>((done) => lure.listen(0, '127.0.0.1', done));
});
afterEach(() => checkBooks(stack));
afterAll(async () => {
  lure?.close();
  await stack?.stop();
});

interface Attempt {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly key?: string | undefined;
}

async function attempt({ method, path, headers = {}, body, key = client.key }: Attempt) {
  const response = await fetch(`${stack.http.url}/api/v1${path}`, {
    method: method.toUpperCase(),
    headers: {
      ...(key === '' ? {} : { authorization: `Bearer ${key}` }),
      'idempotency-key': v7(),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
  });
  return { status: response.status, text: await response.text() };
}

const addressOf = ({ path }: Operation, value: string) =>
  path.replace('{userId}', String(userId)).replace(/\{\w+\}/g, encodeURIComponent(value));

/** As long as a body of one thing is; a batch of hundreds would only take longer. */
const LONGEST_BODY = 1_000;

/** Made once for each operation: fifty lists of a thousand things take seconds. */
const bodies = new Map<string, readonly unknown[]>();

/** A body that gets past the first check. */
function bodiesOf(operation: Operation): readonly unknown[] {
  const known = bodies.get(operation.operationId) ?? sampledBodies(operation);
  bodies.set(operation.operationId, known);
  return known;
}

function sampledBodies({ body }: Operation): readonly unknown[] {
  if (body === undefined) return [undefined];
  const samples = fc.sample(valid(body, resolve), { numRuns: 50, seed: 7 });
  const short = samples.find((one) => JSON.stringify(one).length <= LONGEST_BODY);
  return [short ?? samples[0]];
}

/** Copies of a value with one text in it replaced at a time. */
function withEach(value: unknown, text: string): unknown[] {
  if (typeof value === 'string') return [text];
  if (Array.isArray(value)) {
    return value.flatMap((one, n) =>
      withEach(one, text).map((other) => value.map((old: unknown, at) => (at === n ? other : old))),
    );
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) =>
    withEach(one, text).map((other) => ({ ...value, [name]: other })),
  );
}

/** Without spaces, so that they get as far as names of requests do. */
const SQL = [`';drop/**/table/**/users;--`, `'||(select/**/pg_sleep(20))||'`];

describe.each(OPERATIONS.map((operation) => [operation.operationId, operation] as const))(
  '%s',
  (_operationId, operation) => {
    test('runs no SQL and fetches no address, wherever it stands', async () => {
      const beganAt = performance.now();
      const users = await stack.sql`select count(*)::int as n from users`;
      const { port } = lure.address() as AddressInfo;
      const texts = [...SQL, `http://127.0.0.1:${port}/`];
      const attacks = texts.flatMap((text) => attacksOf(operation, text));
      for (const { status, text } of await Promise.all(attacks.map(attempt))) {
        // 503 is a server that is too busy to say more.
        expect(status === 503 ? 499 : status).toBeLessThan(500);
        expect(text).not.toMatch(/syntax error at|PostgresError|relation "|SQLSTATE/i);
      }
      expect(await stack.sql`select count(*)::int as n from users`).toEqual(users);
      const [slept] = await stack.sql`
        select count(*)::int as n from pg_stat_activity where wait_event = 'PgSleep'`;
      expect([lured, slept?.['n']]).toEqual([0, 0]);
      expect(performance.now() - beganAt).toBeLessThan(60_000);
    });

    test('pollutes no prototype', async () => {
      const [body] = bodiesOf(operation);
      if (body === undefined) return;
      const inside = JSON.stringify(body).replace(/^\{/, '{"__proto__":{"polluted":1},');
      const other = JSON.stringify(body).replace(
        /^\{/,
        '{"constructor":{"prototype":{"polluted":1}},',
      );
      for (const sent of [inside, other]) {
        const path = addressOf(operation, v7());
        const { status } = await attempt({ method: operation.method, path, body: sent });
        expect(status).toBeLessThan(500);
      }
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    });

    test('is nothing without a key, and nothing with a key of every other scope', async () => {
      const { method } = operation;
      const path = addressOf(operation, v7());
      const body = method === 'get' ? undefined : '{}';
      for (const key of [
        '',
        'abc',
        `${client.key}x`,
        client.key.slice(0, -1),
        client.key.toUpperCase(),
      ]) {
        expect((await attempt({ method, path, body, key })).status).toBe(401);
      }
      const needed = ROUTES.find(
        ({ operationId }) => operationId === operation.operationId,
      )?.scopes;
      const poor = await apiClient(
        stack,
        SCOPES.filter((scope) => !needed?.includes(scope)),
      );
      expect((await attempt({ method, path, body, key: poor.key })).status).toBe(403);
    });
  },
);

/** Every field of a body fits; of the headers the last ones may not. */
const MOST_PLACES = 14;

/** The text in every place of a request, one place at a time. */
function attacksOf(operation: Operation, text: string): Attempt[] {
  const { method, parameters } = operation;
  const [body] = bodiesOf(operation);
  const sent = body === undefined ? undefined : JSON.stringify(body);
  const path = addressOf(operation, v7());
  const inQuery = parameters
    .filter((one) => one.in === 'query')
    .map(({ name }) => ({ path: `${path}?${new URLSearchParams({ [name]: text }).toString()}` }));
  const inPath = [
    { path: addressOf(operation, text) },
    { path: operation.path.replace(/\{\w+\}/g, encodeURIComponent(text)) },
  ];
  const inHeaders = ['idempotency-key', 'accept-language', 'x-request-id'].map((name) => ({
    path,
    headers: { [name]: text },
  }));
  const inBody = bodiesOf(operation)
    .flatMap((one) => withEach(one, text))
    .map((one) => ({ path, body: JSON.stringify(one) }));
  return [...inBody, ...inPath, ...inQuery, ...inHeaders].slice(0, MOST_PLACES).map((one) => ({
    ...{ method, body: sent },
    ...one,
  }));
}

describe('a key of another client', () => {
  let owner: ApiClient;
  let stranger: ApiClient;
  let userId: number;
  beforeAll(async () => {
    owner = await apiClient(stack, SCOPES);
    stranger = await apiClient(stack, SCOPES);
    userId = await spender(stack, 1_000);
  });

  test('finds no hold and moves none', async () => {
    const body = { amount: '10', lease_seconds: 600 };
    const placed = await owner.call('POST', `/users/${userId}/holds`, { body });
    expect(placed.status).toBe(201);
    const path = `/holds/${String(placed.json['hold_id'])}`;
    for (const what of ['heartbeat', 'capture', 'release']) {
      const answer = await stranger.call('POST', `${path}/${what}`, { body: {} });
      expect([what, answer.status]).toEqual([what, 404]);
    }
    expect((await stranger.call('GET', path)).status).toBe(404);
    expect((await owner.call('GET', path)).json).toMatchObject({ state: 'active' });
    await owner.call('POST', `${path}/release`, { body: {} });
  });

  test('gives no spend back', async () => {
    const body = { amount: '5', description: 'a job' };
    const spent = await owner.call('POST', `/users/${userId}/spend`, { body });
    const path = `/charges/${String(spent.json['spend_id'])}/refund`;
    const taken = await stranger.call('POST', path, { body: { reason: 'give it to me' } });
    expect(taken.status).toBe(404);
    const [row] = await stack.sql`
      select count(*)::int as n from transfers where kind = 'spend_refund' and user_id = ${userId}`;
    expect(row?.['n']).toBe(0);
  });

  test('is answered for itself under a name that another used', async () => {
    const name = v7();
    const path = `/users/${userId}/spend`;
    const first = await owner.call('POST', path, { name, body: { amount: '3', description: 'a' } });
    const other = await stranger.call('POST', path, {
      name,
      body: { amount: '4', description: 'b' },
    });
    expect([first.status, other.status, other.isReplay]).toEqual([200, 200, false]);
    expect(other.json['spend_id']).not.toBe(first.json['spend_id']);
  });

  test('changes only its own limits', async () => {
    await stranger.call('PUT', '/limits', { body: { client: { day: '1' } } });
    const spent = await owner.call('POST', `/users/${userId}/spend`, {
      body: { amount: '2', description: 'a' },
    });
    expect(spent.status).toBe(200);
  });

  test('sees the costs of others only with the scope for it', async () => {
    const own = await apiClient(stack, ['analytics:read']);
    const path = `/analytics/tracks?client_id=${owner.clientId}`;
    expect((await own.call('GET', path)).status).toBe(403);
  });
});
