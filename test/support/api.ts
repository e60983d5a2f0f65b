import { v7 } from 'uuid';
import { apiClients, apiKeys } from '../../drizzle/schema';
import type { Scope } from '../../src/http/api/access';
import { issueKey } from '../../src/http/api/keys';
import { payAndSettle } from './payments';
import { TEST_SECRETS } from './secrets';
import { newUser, orderTopup, untilPaid } from './shop';
import type { Stack } from './stack';

/** Another service with a key of its own. */
export interface ApiClient {
  readonly clientId: string;
  readonly keyId: string;
  readonly key: string;
  readonly call: (
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    call?: ApiCall,
  ) => Promise<ApiAnswer>;
}

export interface ApiCall {
  /** Text is sent as it is. */
  readonly body?: unknown;
  /** Idempotency-Key; a fresh one for every POST when absent, none when null. */
  readonly name?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly isReplay: boolean;
  readonly json: Readonly<Record<string, unknown>>;
}

/** Every scope of the API for spending. */
export const SPENDING_SCOPES: readonly Scope[] = [
  'balance:read',
  'spend:write',
  'hold:write',
  'track:write',
  'history:read',
  'analytics:read',
  'limits:write',
  'checkout:write',
];

/** A new client with a key; limits of calls stay out of the way unless the change says otherwise. */
export async function apiClient(
  stack: Stack,
  scopes: readonly Scope[] = SPENDING_SCOPES,
  change: Partial<typeof apiKeys.$inferInsert> = {},
): Promise<ApiClient> {
  const { db } = stack.database;
  const { key, prefix, hash } = issueKey(TEST_SECRETS.apiKeyPepper);
  const [clientId, keyId] = [change.clientId ?? v7(), v7()];
  await db
    .insert(apiClients)
    .values({ id: clientId, name: `client ${clientId}` })
    .onConflictDoNothing();
  const row = { id: keyId, clientId, prefix, hash, scopes: [...scopes], rateLimit: 100_000 };
  await db.insert(apiKeys).values({ ...row, ...change });
  return {
    clientId,
    keyId,
    key,
    call: (method, path, call = {}) => send(stack, { method, path, key, ...call }),
  };
}

async function send(
  stack: Stack,
  request: ApiCall & { method: string; path: string; key: string },
): Promise<ApiAnswer> {
  const { method, path, key, body, name, headers } = request;
  const named = name === null || method !== 'POST' ? {} : { 'idempotency-key': name ?? v7() };
  const response = await fetch(`${stack.http.url}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...named,
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    isReplay: response.headers.get('idempotent-replayed') === 'true',
    json: JSON.parse(text) as ApiAnswer['json'],
  };
}

/** Somebody with a subscription in force and so many whole tokens, paid for like anybody else's. */
export async function spender(stack: Stack, tokens: number): Promise<number> {
  const userId = await newUser(stack);
  const order = await orderTopup(stack, userId, (tokens + 100) * 100);
  await payAndSettle(stack, order);
  await untilPaid(stack, order);
  return userId;
}
