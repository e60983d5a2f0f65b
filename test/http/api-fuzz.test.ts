import fc, { type Arbitrary } from 'fast-check';
import { v7 } from 'uuid';
import { SCOPES } from '../../src/domain/billing/api-scopes';
import { apiClient, spender, type ApiClient } from '../support/api';
import { checkBooks, startStack, type Stack } from '../support/stack';
import { JUNK, spoilt, valid, type Schema } from './fuzz/arbitraries';
import { breachOf, OPERATIONS, resolve, type Operation } from './fuzz/document';

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 10);

let stack: Stack;
let client: ApiClient;
let userId: number;

beforeAll(async () => {
  stack = await startStack();
  client = await apiClient(stack, SCOPES);
  userId = await spender(stack, 1_000);
});
afterAll(async () => {
  await checkBooks(stack);
  await stack.stop();
});

interface Request {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

/** Mostly what is meant, so that requests get past the first check. */
function mostly(meant: Arbitrary<unknown>, junk: Arbitrary<unknown> = JUNK): Arbitrary<unknown> {
  return fc.oneof({ arbitrary: meant, weight: 6 }, { arbitrary: junk, weight: 1 });
}

function requestsOf({ path, parameters, body }: Operation): Arbitrary<Request> {
  const chosen = parameters.map((one) => {
    const own = one.name === 'userId' ? fc.constant(String(userId)) : valid(one.schema, resolve);
    const maybe = one.required ? mostly(own) : fc.oneof(fc.constant(undefined), mostly(own));
    return maybe.map((value) => [one, value] as const);
  });
  return fc
    .tuple(fc.tuple(...chosen), body ? bodiesOf(body) : fc.constant(undefined), TYPES)
    .map(([values, sent, type]) => ({
      path: addressOf(path, values),
      headers: {
        ...(sent === undefined ? {} : { 'content-type': type }),
        ...headersOf(values),
      },
      body: sent,
    }));
}

const TYPES = fc.oneof(
  { arbitrary: fc.constant('application/json'), weight: 15 },
  {
    arbitrary: fc.constantFrom('text/plain', 'application/xml', 'application/json; charset=x'),
    weight: 1,
  },
);

function bodiesOf(schema: Schema): Arbitrary<string> {
  const meant = valid(schema, resolve);
  const broken = fc.constantFrom('', '{', '[]', 'null', '"text"', '{"a":1,}', '['.repeat(30_000));
  const junk = fc.oneof(meant.chain(spoilt), JUNK).map((value) => JSON.stringify(value) ?? 'null');
  return fc.oneof(
    { arbitrary: meant.map((value) => JSON.stringify(value)), weight: 6 },
    { arbitrary: junk, weight: 6 },
    { arbitrary: broken, weight: 1 },
    { arbitrary: fc.constant(JSON.stringify({ a: 'x'.repeat(3_000_000) })), weight: 1 },
  );
}

type Values = readonly (readonly [Operation['parameters'][number], unknown])[];

function addressOf(path: string, values: Values): string {
  const query = new URLSearchParams();
  let address = path;
  for (const [{ name: called, in: place }, value] of values) {
    if (place === 'query' && value !== undefined) query.append(called, textOf(value));
    if (place === 'path') address = address.replace(`{${called}}`, stepOf(textOf(value)));
  }
  const asked = query.toString();
  return asked === '' ? address : `${address}?${asked}`;
}

/** Dots alone are taken away by every client, and an empty step is another address. */
function stepOf(text: string): string {
  const step = encodeURIComponent(text.replace(/\p{Surrogate}/gu, '?').slice(0, 300));
  return /^\.*$/.test(step) ? '0' : step;
}

function headersOf(values: Values): Record<string, string> {
  const headers = values.flatMap(([{ name: called, in: place }, value]) =>
    place === 'header' && value !== undefined && /^[\x20-\x7e]*$/.test(textOf(value))
      ? [[called, textOf(value)]]
      : [],
  );
  return Object.fromEntries(headers) as Record<string, string>;
}

async function breachesOf(operation: Operation, request: Request): Promise<string | undefined> {
  const { path, headers, body } = request;
  const response = await fetch(`${stack.http.url}/api/v1${path}`, {
    method: operation.method.toUpperCase(),
    headers: { authorization: `Bearer ${client.key}`, ...nameFor(body), ...headers },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  if (response.status >= 500) return `status ${response.status}: ${text}`;
  // Node itself hangs up on an address of more than sixteen kilobytes, before anything of ours sees it.
  if (response.status === 431) return undefined;
  const type = response.headers.get('content-type') ?? '';
  return breachOf(operation, { status: response.status, type, body: JSON.parse(text) as unknown });
}

/** A name in the body would contradict another in the header. */
function nameFor(body: string | undefined): Record<string, string> {
  return body?.includes('"idempotency_key"') ? {} : { 'idempotency-key': v7() };
}

test.each(OPERATIONS.map((operation) => [operation.operationId, operation] as const))(
  '%s answers whatever is sent as its document promises, and never with a fault of ours',
  async (_operationId, operation) => {
    await fc.assert(
      fc.asyncProperty(requestsOf(operation), async (request) => {
        expect(await breachesOf(operation, request)).toBeUndefined();
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  },
);
