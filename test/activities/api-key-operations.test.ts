import { randomUUID } from 'node:crypto';
import type { ActionName, ActionParams } from '../../src/domain/billing/operations';
import { asWorkflow, atOnce, checkBooks, NOON, openBooks, type Books } from './support/books';

let books: Books;
let admin: number;

beforeAll(async () => {
  books = await openBooks();
  admin = await books.newUser();
  await books.sql`insert into roles (user_id, role, granted_by) values (${admin}, 'admin', 'test')`;
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

async function run<A extends ActionName>(
  action: A,
  params: ActionParams[A],
  operationId: string = randomUUID(),
) {
  const order = {
    ...{ operationId, action, params, operator: { userId: admin } },
    ...{ reason: 'the other service asked', asOf: NOON },
  };
  const answer = await asWorkflow(`op:${operationId}`, () => books.act.runOperation(order));
  return answer.outcome;
}

let made = 0;

function newKey() {
  made += 1;
  const prefix = made.toString(16).padStart(8, '0');
  return { prefix, hash: made.toString(16).padStart(64, 'a') };
}

const rowOf = async (prefix: string) =>
  (await books.sql`select * from api_keys where prefix = ${prefix}`)[0];
const auditOf = (prefix: string) => books.sql`
  select action, after, reason, actor_id from audit_log
  where entity = 'api_key' and entity_id = ${prefix} order by id`;

test('a key is issued once, by its beginning and hash, with one audit row', async () => {
  const key = newKey();
  const params = { client: 'runner', scopes: ['spend:write'] as const, ...key };
  const id = randomUUID();
  const outcomes = await atOnce(3, () => run('issue_api_key', params, id));
  for (const outcome of outcomes) {
    expect(outcome).toEqual({ kind: 'done', result: { prefix: key.prefix } });
  }
  expect(await rowOf(key.prefix)).toMatchObject({
    ...{ scopes: ['spend:write'], hash: Buffer.from(key.hash, 'hex'), expires_at: null },
  });
  expect(await auditOf(key.prefix)).toEqual([
    {
      ...{ action: 'api_key.issued', reason: 'the other service asked', actor_id: String(admin) },
      after: { client: 'runner', scopes: ['spend:write'] },
    },
  ]);
});

test('a key is rotated once: the successor has its scopes, the old one an end', async () => {
  const [old, next] = [newKey(), newKey()];
  await run('issue_api_key', { client: 'shop', scopes: ['balance:read', 'hold:write'], ...old });
  const params = { replaces: old.prefix, overlapHours: 24, ...next };
  const id = randomUUID();
  const outcomes = await atOnce(3, () => run('rotate_api_key', params, id));
  const overlapUntil = new Date(Date.parse(NOON) + 24 * 3_600_000);
  for (const outcome of outcomes) {
    expect(outcome).toMatchObject({ kind: 'done', result: { prefix: next.prefix } });
  }
  expect((await rowOf(old.prefix))?.['expires_at']).toEqual(overlapUntil);
  expect(await rowOf(next.prefix)).toMatchObject({ scopes: ['balance:read', 'hold:write'] });
  expect(await auditOf(next.prefix)).toHaveLength(1);
});

test('a key is revoked once, and what is over is neither revoked nor rotated', async () => {
  const key = newKey();
  await run('issue_api_key', { client: 'gone', scopes: ['refund:read'], ...key });
  const { prefix } = key;
  expect(await run('revoke_api_key', { prefix })).toMatchObject({ kind: 'done' });
  expect((await rowOf(prefix))?.['revoked_at']).toEqual(new Date(NOON));
  expect(await run('revoke_api_key', { prefix })).toMatchObject({ reason: 'unknown_key' });
  const rotation = { replaces: prefix, overlapHours: 1, ...newKey() };
  expect(await run('rotate_api_key', rotation)).toMatchObject({ reason: 'unknown_key' });
});

test('a scope nobody knows and a whole key are refused', async () => {
  const scopes = ['everything'] as unknown as ['spend:write'];
  const wrong = await run('issue_api_key', { client: 'x', scopes, ...newKey() });
  expect(wrong).toMatchObject({ kind: 'refused', reason: 'bad_params' });
  const whole = { ...newKey(), hash: 'the key itself' };
  const leaked = await run('issue_api_key', { client: 'x', scopes: ['spend:write'], ...whole });
  expect(leaked).toMatchObject({ kind: 'refused', reason: 'bad_params' });
});
