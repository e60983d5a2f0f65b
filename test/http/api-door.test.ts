import { issueKey } from '../../src/http/api/keys';
import type { PaymentRefunds } from '../../src/reads/api';
import { startTestServer, type TestServer } from './harness';

const PAYMENT: PaymentRefunds = {
  ...{ paymentId: '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b', provider: 'mock', state: 'paid' },
  ...{ userId: 77, invoiceNo: 12, amount: { minor: 1, currency: 'RUB', exponent: 2 }, refunds: [] },
};
const PATH = `/payments/${PAYMENT.paymentId}/refunds`;
const WISH = { reason: 'the customer asked for it' };
const issued = issueKey('p');

let server: TestServer;
let asked: number;

beforeEach(async () => {
  asked = 0;
  server = await startTestServer((usual) => ({
    settings: { ...usual.settings, apiPatienceMs: 50 },
    commands: {
      ...usual.commands,
      openRefund: () => {
        asked += 1;
        return new Promise(() => undefined);
      },
    },
    spending: {
      ...usual.spending,
      spendAll: (spends) =>
        spends.map(({ key }, index) =>
          index === 0
            ? new Promise<never>(() => undefined)
            : Promise.resolve({ kind: 'refused' as const, key, code: 'user_not_found' as const }),
        ),
    },
    reads: {
      ...usual.reads,
      paymentRefunds: async () => PAYMENT,
      apiKeys: async () => [
        {
          ...{ prefix: issued.prefix, hash: issued.hash, keyId: 'key-1', clientId: 'c' },
          ...{ clientName: 'shop', isClientActive: true, scopes: ['refund:write', 'spend:write'] },
          ...{ rateLimit: undefined, expiresAt: undefined, revokedAt: undefined },
        },
      ],
    },
  }));
});
afterEach(() => server?.stop());

interface Call {
  readonly path?: string;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

async function post({ path = PATH, body = JSON.stringify(WISH), headers = {} }: Call = {}) {
  const response = await fetch(`${server.url}/api/v1${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${issued.key}`,
      ...{ 'content-type': 'application/json', 'idempotency-key': 'a-1' },
      ...headers,
    },
    body,
  });
  const json = (await response.json()) as Record<string, unknown>;
  return { status: response.status, code: json['code'], headers: response.headers, json };
}

test('a named request that takes too long is said to run, and goes on', async () => {
  const answer = await post();
  expect(answer).toMatchObject({ status: 409, code: 'request_in_progress' });
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  expect(asked).toBe(1);
});

test('an item of a batch that takes as long is said to run, and the others are answered', async () => {
  const item = { user_id: 77, amount: 1, description: 'a job' };
  const items = ['a', 'b'].map((key) => ({ ...item, idempotency_key: key }));
  const { status, json } = await post({ path: '/spends/batch', body: JSON.stringify({ items }) });
  expect(status).toBe(200);
  expect(json['results']).toMatchObject([
    { status: 409, problem: { code: 'request_in_progress' } },
    { status: 404, problem: { code: 'user_not_found' } },
  ]);
});

test('the name of a request is 1 to 255 visible characters, in the header, the body or both alike', async () => {
  const named = (value: string, alias?: unknown) =>
    post({
      headers: { 'idempotency-key': value },
      body: JSON.stringify({ ...WISH, ...(alias === undefined ? {} : { idempotency_key: alias }) }),
    });
  const good = [await named('x'), await named('~'.repeat(255)), await named('one', 'one')];
  expect(good.map(({ code }) => code)).toEqual(good.map(() => 'request_in_progress'));
  const bad = [
    ...[await named('y'.repeat(256)), await named('two words'), await named('né')],
    ...[await named('one', 'other'), await named('one', 1), await named('one', null)],
  ];
  expect(bad.map(({ status, code }) => [status, code])).toEqual(
    bad.map(() => [400, 'validation_error']),
  );
});

test('a request without a name is refused before it is read further', async () => {
  const response = await fetch(`${server.url}/api/v1${PATH}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${issued.key}`, 'content-type': 'application/json' },
    body: '{}',
  });
  expect(await response.json()).toMatchObject({ code: 'idempotency_key_required', status: 400 });
});

test.each([
  ['text of another kind', { headers: { 'content-type': 'text/plain' } }],
  ['a form', { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'a=1' }],
  ['half of an object', { body: '{"reason":' }],
  ['a text', { body: '"reason"' }],
  ['a list', { body: '[]' }],
  ['an unknown charset', { headers: { 'content-type': 'application/json; charset=klingon' } }],
  ['a zero byte', { body: JSON.stringify({ reason: `${WISH.reason}\u0000` }) }],
  ['half a character', { body: '{"reason":"the customer asked \\ud800 for it"}' }],
  ['a name of a member that is no text', { body: '{"reason":"the customer asked","\\u0000":1}' }],
  ['thirty thousand brackets', { body: '['.repeat(30_000) + ']'.repeat(30_000) }],
  ['a body of a megabyte', { body: JSON.stringify({ reason: 'x'.repeat(1_000_000) }) }],
  ['an address that is no text', { path: '/payments/%ff%fe/refunds' }],
  ['an address with a zero byte', { path: '/payments/%00/refunds' }],
])('%s is the mistake of the caller, and nothing is asked for', async (_what, call: Call) => {
  const answer = await post(call);
  expect(answer).toMatchObject({ status: 400, code: 'validation_error' });
  expect(asked).toBe(0);
});
