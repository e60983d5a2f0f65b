import { randomUUID } from 'node:crypto';
import type { ActionName, ActionParams, Role } from '../../src/domain/billing/operations';
import { tokens } from '../../src/domain/tokens';
import type { OperationOrder } from '../../activities/billing/operations/running';
import { asWorkflow, atOnce, balance, checkBooks, count, NOON, openBooks } from './support/books';
import type { Books } from './support/books';
import { spend, transfer } from './support/transfers';

let books: Books;

beforeAll(async () => {
  books = await openBooks();
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

const TOKEN = 1_000_000;

async function operatorWith(...roles: Role[]): Promise<number> {
  const userId = await books.newUser();
  for (const role of roles) {
    await books.sql`insert into roles (user_id, role, granted_by) values (${userId}, ${role}, 'test')`;
  }
  return userId;
}

function orderOf<A extends ActionName>(
  action: A,
  params: ActionParams[A],
  change: Partial<OperationOrder> & { by: number },
): OperationOrder {
  const { by, ...rest } = change;
  return {
    operationId: randomUUID(),
    action,
    params,
    operator: { userId: by },
    reason: 'the customer called us',
    asOf: NOON,
    ...rest,
  };
}

const run = (order: OperationOrder) =>
  asWorkflow(`op:${order.operationId}`, () => books.act.runOperation(order));

/** Proposes and lets others allow it, as the proposal's workflow would. */
async function allowed(order: OperationOrder, voters: readonly number[]): Promise<OperationOrder> {
  const { outcome } = await run(order);
  expect(outcome.kind).toBe('proposed');
  for (const voter of voters) {
    await books.sql`insert into votes (proposal_id, voter, is_approval) values (${order.operationId}, ${voter}, true)`;
  }
  await books.sql`update proposals set state = 'approved' where id = ${order.operationId}`;
  return { ...order, operationId: `${order.operationId}:approved`, proposalId: order.operationId };
}

describe('a grant of tokens', () => {
  test('is proposed, whoever asks for it, and moves nothing', async () => {
    const [by, userId] = [await operatorWith('admin'), await books.newUser()];
    const params = { userId, amountUtok: 5 * TOKEN, origin: 'grant' } as const;
    const order = orderOf('grant_tokens', params, { by });
    const answers = await atOnce(4, () => run(order));
    for (const { outcome, effects } of answers) {
      expect(outcome).toEqual({ kind: 'proposed', proposalId: order.operationId, quorum: 1 });
      expect(effects).toMatchObject([{ kind: 'start', workflow: 'proposal' }]);
    }
    expect(await balance(books.sql, userId)).toBe(0);
    const [row] = await books.sql`
      select amount::int, state, proposed_by::int as by, expires_at from proposals where id = ${order.operationId}`;
    expect(row).toEqual({
      amount: 500,
      state: 'open',
      by,
      expires_at: new Date('2026-03-11T12:00:00.000Z'),
    });
  });

  test('above the large limit needs two others', async () => {
    const [by, userId] = [await operatorWith('support'), await books.newUser()];
    const params = { userId, amountUtok: 10_000 * TOKEN + 1, origin: 'grant' } as const;
    const { outcome } = await run(orderOf('grant_tokens', params, { by }));
    expect(outcome).toMatchObject({ kind: 'proposed', quorum: 2 });
  });

  test('that others allowed is done once, with both names in the audit', async () => {
    const [by, voter] = [await operatorWith('support'), await operatorWith('finance')];
    const userId = await books.newUser();
    const expiresAt = '2026-05-01T00:00:00.000Z';
    const params = { userId, amountUtok: 5 * TOKEN, origin: 'grant', expiresAt } as const;
    const order = await allowed(orderOf('grant_tokens', params, { by }), [voter]);
    const answers = await atOnce(4, () => run(order));
    for (const { outcome } of answers) expect(outcome).toEqual(answers[0]?.outcome);
    expect(answers[0]?.outcome).toMatchObject({ kind: 'done' });
    expect(answers[0]?.effects).toEqual([{ kind: 'watchLots', userId, clockOffsetMs: 0 }]);
    expect(await balance(books.sql, userId)).toBe(5);
    const [lot] = await books.sql`
      select l.origin, l.expires_at, t.kind from lots l join transfers t on t.id = l.transfer_id
      where t.user_id = ${userId}`;
    expect(lot).toEqual({ origin: 'grant', expires_at: new Date(expiresAt), kind: 'adjustment' });
    const audit = await books.sql`
      select actor_id, after->'approvedBy' as others, reason from audit_log
      where action = 'tokens.granted' and workflow_id = ${`op:${order.operationId}`}`;
    expect(audit).toEqual([
      { actor_id: String(by), others: [voter], reason: 'the customer called us' },
    ]);
    const told = await books.sql`select template from outbox_messages where user_id = ${userId}`;
    expect(told).toEqual([{ template: 'tokens.granted' }]);
  });

  test('that claims a proposal nobody allowed, or of something else, is refused', async () => {
    const [by, userId] = [await operatorWith('support'), await books.newUser()];
    const params = { userId, amountUtok: TOKEN, origin: 'grant' } as const;
    const order = orderOf('grant_tokens', params, { by });
    await run(order);
    const claimed = { ...order, operationId: randomUUID(), proposalId: order.operationId };
    expect((await run(claimed)).outcome).toEqual({ kind: 'refused', reason: 'proposal_mismatch' });
    await books.sql`update proposals set state = 'approved' where id = ${order.operationId}`;
    const other = { ...claimed, params: { ...params, amountUtok: 2 * TOKEN } };
    expect((await run(other)).outcome).toMatchObject({ reason: 'proposal_mismatch' });
    expect((await run(claimed)).outcome).toMatchObject({ kind: 'done' });
    const again = { ...claimed, operationId: randomUUID() };
    expect((await run(again)).outcome).toMatchObject({ reason: 'proposal_mismatch' });
    expect(await balance(books.sql, userId)).toBe(1);
  });

  test('allowed to somebody who has lost the role since is refused', async () => {
    const [by, voter] = [await operatorWith('support'), await operatorWith('finance')];
    const userId = await books.newUser();
    const params = { userId, amountUtok: TOKEN, origin: 'adjustment' } as const;
    const order = await allowed(orderOf('grant_tokens', params, { by }), [voter]);
    await books.sql`delete from roles where user_id = ${by}`;
    expect((await run(order)).outcome).toEqual({ kind: 'refused', reason: 'no_role' });
    expect(await balance(books.sql, userId)).toBe(0);
  });
});

describe('taking tokens', () => {
  test('takes what is there and never more', async () => {
    const [by, voter] = [await operatorWith('support'), await operatorWith('finance')];
    const userId = await books.newUser();
    const grant = { userId, amountUtok: 5 * TOKEN, origin: 'adjustment' } as const;
    await run(await allowed(orderOf('grant_tokens', grant, { by }), [voter]));
    const much = orderOf('take_tokens', { userId, amountUtok: 6 * TOKEN }, { by });
    expect((await run(await allowed(much, [voter]))).outcome).toMatchObject({
      kind: 'refused',
      reason: 'insufficient',
    });
    expect(await balance(books.sql, userId)).toBe(5);
    const some = orderOf('take_tokens', { userId, amountUtok: 2 * TOKEN }, { by });
    const order = await allowed(some, [voter]);
    await atOnce(3, () => run(order));
    expect(await balance(books.sql, userId)).toBe(3);
  });
});

describe('writing off a debt', () => {
  test('repays it at our cost, once, and no more than it is', async () => {
    const [by, voter] = [await operatorWith('finance'), await operatorWith('admin')];
    const userId = await books.newUser();
    await transfer(books, spend(userId, 3, { lowestUtok: tokens(-3) }));
    const much = orderOf('write_off_debt', { userId, amountUtok: 4 * TOKEN }, { by });
    expect((await run(await allowed(much, [voter]))).outcome).toMatchObject({
      reason: 'no_such_debt',
    });
    const whole = orderOf('write_off_debt', { userId, amountUtok: 3 * TOKEN }, { by });
    const order = await allowed(whole, [voter]);
    await atOnce(3, () => run(order));
    expect(await balance(books.sql, userId)).toBe(0);
    const [cost] = await books.sql`
      select sum(e.amount)::int as utok from entries e join accounts a on a.id = e.account_id
      join transfers t on t.id = e.transfer_id
      where a.code = 'sys:writeoff:TOK' and t.user_id = ${userId}`;
    expect(cost).toEqual({ utok: -3 * TOKEN });
  });
});

describe('roles', () => {
  test('are granted and revoked by admins with another admin', async () => {
    const [by, voter] = [await operatorWith('admin'), await operatorWith('admin')];
    const userId = await books.newUser();
    const grant = orderOf('grant_role', { userId, role: 'support' }, { by });
    expect((await run(await allowed(grant, [voter]))).outcome).toEqual({
      kind: 'done',
      result: { roles: ['support'] },
    });
    const twice = orderOf('grant_role', { userId, role: 'support' }, { by });
    expect((await run(await allowed(twice, [voter]))).outcome).toMatchObject({
      reason: 'has_role_already',
    });
    const revoke = orderOf('revoke_role', { userId, role: 'support' }, { by });
    expect((await run(await allowed(revoke, [voter]))).outcome).toMatchObject({ kind: 'done' });
    const [row] = await books.sql`select count(*)::int as n from roles where user_id = ${userId}`;
    expect(row).toEqual({ n: 0 });
  });

  test('keep one admin whatever two of them do at once', async () => {
    await books.sql`delete from roles`;
    const [a, b] = [await operatorWith('admin'), await operatorWith('admin')];
    const off = async (by: number, userId: number, voter: number) =>
      allowed(orderOf('revoke_role', { userId, role: 'admin' }, { by }), [voter]);
    const [first, second] = [await off(a, b, b), await off(b, a, a)];
    await Promise.all([run(first), run(second)]);
    const [row] = await books.sql`select count(*)::int as n from roles where role = 'admin'`;
    expect(row).toEqual({ n: 1 });
  });
});

describe('any action', () => {
  test('without the role is refused, and the try is audited', async () => {
    const [by, userId] = [await operatorWith(), await books.newUser()];
    const params = { userId, amountUtok: TOKEN, origin: 'grant' } as const;
    const { outcome } = await run(orderOf('grant_tokens', params, { by }));
    expect(outcome).toEqual({ kind: 'refused', reason: 'no_role' });
    const denied = await books.sql`
      select after from audit_log where action = 'access.denied' and actor_id = ${String(by)}`;
    expect(denied).toEqual([{ after: { action: 'grant_tokens' } }]);
  });

  test('of a blocked operator is refused', async () => {
    const by = await operatorWith('admin');
    await books.sql`update users set is_blocked = true where id = ${by}`;
    const params = { userId: by, amountUtok: TOKEN, origin: 'grant' } as const;
    const { outcome } = await run(orderOf('grant_tokens', params, { by }));
    expect(outcome).toEqual({ kind: 'refused', reason: 'no_role' });
  });

  test.each([
    ['a name nobody knows', { action: 'burn_books' }, 'unknown_action'],
    ['a reason too short', { reason: 'because' }, 'short_reason'],
    ['params that do not fit', { params: { userId: 'me' } }, 'bad_params'],
    ['an id that is none', { operationId: 'again' }, 'bad_params'],
  ])('with %s is refused and leaves nothing', async (_what, change, reason) => {
    const by = await operatorWith('admin');
    const before = await count(books.sql, 'operations');
    const params = { userId: by, amountUtok: TOKEN, origin: 'grant' } as const;
    const order = { ...orderOf('grant_tokens', params, { by }), ...change };
    expect((await run(order)).outcome).toMatchObject({ kind: 'refused', reason });
    expect(await count(books.sql, 'operations')).toBe(before);
  });
});

test('recordRepair writes who repaired what once for each step', async () => {
  const repair = {
    step: 'repair:1',
    action: 'notifier.paused',
    entity: 'notifier',
    entityId: 'notifier:0',
    operatorId: 'anna',
    reason: 'Telegram asked us to wait',
    before: { isPaused: false },
    after: { isPaused: true },
    asOf: NOON,
  } as const;
  const record = (step: string) =>
    asWorkflow('notifier:0', () => books.act.recordRepair({ ...repair, step }));
  await atOnce(3, () => record('repair:1'));
  await record('repair:2');
  const rows = await books.sql`
    select actor_id, reason, before, after from audit_log
    where action = 'notifier.paused' order by id`;
  const { reason, before, after: changed } = repair;
  const row = { actor_id: 'anna', reason, before, after: changed };
  expect(rows).toEqual([row, row]);
});
