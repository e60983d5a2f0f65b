import { randomUUID } from 'node:crypto';
import { v7 } from 'uuid';
import { apiClients } from '../../drizzle/schema';
import type { ActionName, ActionParams, Role } from '../../src/domain/billing/operations';
import { after, asWorkflow, NOON, openBooks, type Books } from './support/books';

let books: Books;
let admin: number;

beforeAll(async () => {
  books = await openBooks();
  admin = await operator('admin');
  await books.db.insert(apiClients).values({ id: v7(), name: 'runner' });
});
afterAll(() => books.close());

async function operator(role: Role): Promise<number> {
  const userId = await books.newUser();
  await books.sql`insert into roles (user_id, role, granted_by) values (${userId}, ${role}, 'test')`;
  return userId;
}

interface Asking {
  readonly by?: number;
  readonly operationId?: string;
}

async function run<A extends ActionName>(
  action: A,
  params: ActionParams[A],
  { by = admin, operationId = randomUUID() }: Asking = {},
) {
  const order = { operationId, action, params, operator: { userId: by } };
  const why = { reason: 'our costs have risen', asOf: NOON };
  return asWorkflow(`op:${operationId}`, () => books.act.runOperation({ ...order, ...why }));
}

const rows = async (track: string) =>
  (
    await books.sql`
      select multiplier::float8 as multiplier, valid_until is not null as closed
      from cost_multipliers where track = ${track} order by valid_from`
  ).map((row) => ({ ...row }));

test('a new multiplier closes the one before it, is audited, and is set once', async () => {
  await run('set_multiplier', { track: 'cats', multiplier: '3.5' });
  const next = { track: 'cats', multiplier: '4', from: after(48) };
  const operationId = randomUUID();
  await run('set_multiplier', next, { operationId });
  await run('set_multiplier', next, { operationId });
  expect(await rows('cats')).toEqual([
    { multiplier: 3.5, closed: true },
    { multiplier: 4, closed: false },
  ]);
  const audit = await books.sql`
    select before, after, reason from audit_log where action = 'multiplier.set' order by id`;
  expect(audit.at(-1)).toMatchObject({
    before: { multiplier: '3.5000' },
    after: { track: 'cats', multiplier: '4' },
    reason: 'our costs have risen',
  });
});

test('what cannot hold is refused: a term in the past, one before another, an unknown name', async () => {
  const refusal = async (params: ActionParams['set_multiplier']) =>
    (await run('set_multiplier', params)).outcome;
  await run('set_multiplier', { track: 'dogs', multiplier: '2', from: after(48) });
  const dogs = { track: 'dogs', multiplier: '3' };
  expect(await refusal(dogs)).toMatchObject({ reason: 'bad_term' });
  expect(await refusal({ ...dogs, from: after(-1) })).toMatchObject({ reason: 'bad_term' });
  expect(await refusal({ ...dogs, client: 'nobody' })).toMatchObject({ reason: 'unknown_client' });
  expect(await refusal({ ...dogs, tariff: 'none' })).toMatchObject({ reason: 'unknown_tariff' });
  expect(await refusal({ ...dogs, multiplier: '-1' })).toMatchObject({ reason: 'bad_params' });
  const finance = await operator('finance');
  expect((await run('set_multiplier', dogs, { by: finance })).outcome).toMatchObject({
    reason: 'no_role',
  });
  expect((await run('set_multiplier', { ...dogs, client: 'runner' })).outcome.kind).toBe('done');
});

test('the first rate of a currency holds for all before it, and one instant has one rate', async () => {
  const rate = { currency: 'EUR', rubPerUnit: '101.25' };
  expect((await run('set_cost_rate', rate)).outcome).toMatchObject({
    kind: 'done',
    result: { from: '1970-01-01T00:00:00.000Z' },
  });
  expect((await run('set_cost_rate', rate)).outcome).toMatchObject({ result: { from: NOON } });
  expect((await run('set_cost_rate', rate)).outcome).toMatchObject({ reason: 'bad_term' });
  const rubles = { currency: 'RUB', rubPerUnit: '2' };
  expect((await run('set_cost_rate', rubles)).outcome).toMatchObject({ reason: 'bad_params' });
});

test('jobs that wait for a rate are told of it', async () => {
  const userId = await books.newUser();
  const clientId = v7();
  await books.db.insert(apiClients).values({ id: clientId, name: 'waiting' });
  await books.sql`
    insert into track_jobs (id, key, client_id, user_id, source, track, task_ref, state, currency, last_seen_at)
    values (${v7()}, 'waiting:1', ${clientId}, ${userId}, 'runner', 'cats', '1', 'open', 'GBP', ${NOON})`;
  const { effects } = await run('set_cost_rate', { currency: 'GBP', rubPerUnit: '120' });
  expect(effects).toEqual([
    { kind: 'signal', workflowId: 'track:waiting:1', signal: 'costTermsChanged', args: [] },
  ]);
});
