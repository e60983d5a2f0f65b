import { v7 } from 'uuid';
import type { SpendAnswer, SpendRequest } from '../../workflows/billing/token-spend/contract';
import {
  asWorkflow,
  atOnce,
  checkBooks,
  NOON,
  openBooks,
  SETTINGS,
  type Books,
} from './support/books';
import { failingAt } from './support/failing-database';
import { pending } from './support/orders';
import { paidFact, post, rub } from './support/payments';

let books: Books;
let clientId: string;

beforeAll(async () => {
  books = await openBooks();
  clientId = v7();
  await books.sql`insert into api_clients (id, name) values (${clientId}, 'test')`;
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

/** Somebody with thirty days of access and so many tokens, in steps of a rouble. */
async function spender(tokens: number): Promise<number> {
  const order = await pending(books, { amountMinor: (tokens + 100) * 100 });
  await post(books, paidFact(order, { amount: rub((tokens + 100) * 100) }));
  return order.userId;
}

const request = (userId: number, change: Partial<SpendRequest> = {}): SpendRequest => ({
  key: v7(),
  clientId,
  userId,
  amountUtok: 50_000_000,
  kind: 'spend',
  description: 'a job',
  asOf: NOON,
  ...change,
});

const apply = (spends: readonly SpendRequest[]): Promise<SpendAnswer[]> =>
  asWorkflow(`spends:test:${spends[0]?.key}`, () => books.act.applySpends({ spends }));

const codes = (answers: readonly SpendAnswer[]) =>
  answers.map((one) => {
    if (one.kind === 'charged') return one.chargedUtok / 1_000_000;
    return one.kind === 'refused' ? one.code : one.kind;
  });

test('applySpends charges what fits and tells the rest what is missing', async () => {
  const userId = await spender(100);
  const answers = await apply([
    request(userId),
    request(userId),
    request(userId),
    request(999_999),
  ]);
  expect(codes(answers)).toEqual([50, 50, 'insufficient_balance', 'user_not_found']);
  expect(answers[1]).toMatchObject({
    isReplay: false,
    balanceBeforeUtok: 50_000_000,
    balanceAfterUtok: 0,
  });
});

test('applySpends charges a key once, alone, again and a hundred times at once', async () => {
  const userId = await spender(100);
  const one = request(userId);
  const [first] = await apply([one]);
  const again = await apply([request(userId, { amountUtok: 1 }), one]);
  expect(again[1]).toEqual({ ...first, isReplay: true });
  const many = await atOnce(100, () => apply([one]));
  for (const [answer] of many) expect(answer).toEqual({ ...first, isReplay: true });
});

test('applySpends takes a charge of nothing for what it is', async () => {
  const [answer] = await apply([request(await spender(100), { amountUtok: 0 })]);
  expect(answer).toMatchObject({ kind: 'charged', transferId: null, chargedUtok: 0, lots: [] });
});

test('applySpends asks for a subscription, but charges work that was delivered', async () => {
  const userId = await books.newUser();
  const delivered = request(userId, { kind: 'track', isPostPaid: true, amountUtok: 2_000_000_000 });
  const answers = await apply([request(userId), delivered]);
  expect(codes(answers)).toEqual(['subscription_required', 1_000]);
  expect(answers[1]).toMatchObject({ uncollectedUtok: 1_000_000_000 });
});

test('applySpends keeps limits across batches that run at once', async () => {
  const userId = await spender(1_000);
  await books.sql`
    insert into spend_limits (scope, scope_id, "window", limit_utok) values ('user', ${String(userId)}, 'day', 120000000)`;
  const answers = await atOnce(20, () => apply([request(userId)]));
  const charged = answers.flat().filter(({ kind }) => kind === 'charged');
  expect(charged).toHaveLength(2);
});

/** A request by a name of the client's, as the door makes it. */
function named(
  userId: number,
  change: Partial<SpendRequest> & { body?: string } = {},
): SpendRequest {
  const { body = 'aa', ...rest } = change;
  const made = request(userId, rest);
  const name = { key: v7(), method: 'POST', path: `/spend/${userId}`, bodyHash: body };
  return { ...made, key: `${clientId}:${name.key}`, name, ...rest };
}

const again = (first: SpendRequest, bodyHash: string): SpendRequest => ({
  ...first,
  ...(first.name && { name: { ...first.name, bodyHash } }),
});

test('applySpends stores the answer with the charge and knows the request again', async () => {
  const userId = await spender(100);
  const first = named(userId);
  const [charged] = await apply([first]);
  expect(await apply([first])).toEqual([{ ...charged, isReplay: true }]);
  expect(await apply([again(first, 'bb')])).toEqual([{ kind: 'mismatch', key: first.key }]);
  const [row] = await books.sql`
    select status, resource_id, response->>'balanceAfterUtok' as left, expires_at - ${NOON}::timestamptz = '30 days' as is_kept
    from idempotency_keys where caller = ${clientId} and key = ${first.name?.key ?? ''}`;
  expect(row).toMatchObject({ status: 200, left: '50000000', is_kept: true });
});

test('applySpends answers from the charge when the stored answer is gone', async () => {
  const first = named(await spender(100));
  const [charged] = await apply([first]);
  await books.sql`delete from idempotency_keys where key = ${first.name?.key ?? ''}`;
  expect(await apply([first])).toEqual([{ ...charged, isReplay: true }]);
  expect(await apply([again(first, 'bb')])).toEqual([{ kind: 'mismatch', key: first.key }]);
});

test('applySpends leaves no name behind a refusal: the same key may succeed', async () => {
  const first = named(await spender(100), { amountUtok: 150_000_000 });
  expect(codes(await apply([first]))).toEqual(['insufficient_balance']);
  const [row] = await books.sql`
    select count(*)::int as count from idempotency_keys where key = ${first.name?.key ?? ''}`;
  expect(row).toEqual({ count: 0 });
  expect(codes(await apply([{ ...again(first, 'bb'), amountUtok: 10_000_000 }]))).toEqual([10]);
});

test('applySpends refuses a key that another route has used', async () => {
  const first = named(await spender(100));
  await books.sql`
    insert into idempotency_keys (caller, key, method, path, body_hash, status, response, expires_at)
    values (${clientId}, ${first.name?.key ?? ''}, 'POST', '/refunds', '', 201, '{}', ${NOON})`;
  expect(await apply([first])).toEqual([{ kind: 'mismatch', key: first.key }]);
});

test('applySpends of one key for two people at once charges one of them', async () => {
  const people = await Promise.all([1, 2, 3, 4].map(() => spender(100)));
  const first = named(people[0] ?? 0);
  const answers = await Promise.all(
    people.map((userId, index) => apply([{ ...again(first, `0${index}`), userId }])),
  );
  const kinds = answers.flat().map(({ kind }) => kind);
  expect(kinds.sort()).toEqual(['charged', 'mismatch', 'mismatch', 'mismatch']);
});

test('applySpends refuses more than one spend may take, and less than new work needs', async () => {
  const act = books.activities({
    settings: { ...SETTINGS, spendMaxTokens: 80, trackMinStartTokens: 60 },
  });
  const userId = await spender(100);
  const spends = [81, 50, 5].map((tokens) => request(userId, { amountUtok: tokens * 1_000_000 }));
  const answers = await asWorkflow('spends:test:most', () => act.applySpends({ spends }));
  expect(codes(answers)).toEqual(['invalid_amount', 50, 'insufficient_balance']);
  expect(answers[2]).toMatchObject({ requiredUtok: 60_000_000, availableUtok: 50_000_000 });
});

test('applySpends shows operators once what nobody could collect', async () => {
  const delivered = request(await spender(100), {
    kind: 'track',
    isPostPaid: true,
    amountUtok: 5_000_000_000,
  });
  const [answer] = await apply([delivered]);
  expect(answer).toMatchObject({ chargedUtok: 1_100_000_000, uncollectedUtok: 3_900_000_000 });
  await apply([delivered]);
  const items =
    await books.sql`select reason from open_items where key = ${`${delivered.key}:uncollected`}`;
  expect(items.map((item) => item['reason'])).toEqual([
    '3900 of 5000 tokens could not be collected: a job',
  ]);
});

test('applySpends counts the daily limit that a key has from its issue', async () => {
  const keyId = v7();
  await books.sql`
    insert into api_keys (id, client_id, prefix, hash, scopes, spend_limit_day_utok)
    values (${keyId}, ${clientId}, 'aaaaaaaa', 'x', '{}', 70000000)`;
  const userId = await spender(500);
  const answers = await apply([request(userId, { keyId }), request(userId, { keyId })]);
  expect(codes(answers)).toEqual([50, 'spend_limit_reached']);
  expect(answers[1]).toMatchObject({
    limit: { scope: 'key', window: 'day', limitUtok: 70_000_000, usedUtok: 50_000_000 },
  });
});

test('applySpends lives by the clock of a test customer', async () => {
  const userId = await spender(100);
  await books.sql`update users set clock_offset_ms = 86400000 where id = ${userId}`;
  const one = request(userId);
  await apply([one]);
  const [row] =
    await books.sql`select as_of - ${NOON}::timestamptz = '1 day' as is_shifted from charges where key = ${one.key}`;
  expect(row).toEqual({ is_shifted: true });
});

test('applySpends that fails at any of its statements leaves nothing, and its repeat charges once', async () => {
  const userId = await spender(100);
  const one = named(userId, { amountUtok: 1_000_000 });
  for (let statement = 1; ; statement += 1) {
    const broken = books.activities({ db: failingAt(books.db, statement) });
    const failed = await asWorkflow('spends:test:broken', () =>
      broken.applySpends({ spends: [one] }),
    ).catch(() => undefined);
    const [left] = await books.sql`
      select (select count(*)::int from charges where key = ${one.key}) as charges,
        (select count(*)::int from idempotency_keys where key = ${one.name?.key ?? ''}) as names`;
    expect(left).toEqual(failed ? { charges: 1, names: 1 } : { charges: 0, names: 0 });
    if (failed) break;
  }
  expect(await apply([one])).toMatchObject([{ kind: 'charged', isReplay: true }]);
});

test('applySpends of two hundred people takes one transaction and far less than one each', async () => {
  const people = await Promise.all(Array.from({ length: 20 }, () => spender(1_000)));
  const batch = () =>
    Array.from({ length: 200 }, (_, index) =>
      request(people[index % people.length] ?? 0, { amountUtok: 10_000 }),
    );
  await apply(batch());
  const startedMs = performance.now();
  await apply(batch());
  expect(performance.now() - startedMs).toBeLessThan(2_000);
});
