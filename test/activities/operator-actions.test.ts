import { randomUUID } from 'node:crypto';
import type { ActionName, ActionParams, Role } from '../../src/domain/billing/operations';
import { asWorkflow, atOnce, checkBooks, NOON, openBooks, type Books } from './support/books';

let books: Books;
let admin: number;

beforeAll(async () => {
  books = await openBooks();
  admin = await personWith('admin');
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

async function personWith(role?: Role): Promise<number> {
  const userId = await books.newUser();
  if (role) {
    await books.sql`insert into roles (user_id, role, granted_by) values (${userId}, ${role}, 'test')`;
  }
  return userId;
}

async function run<A extends ActionName>(
  action: A,
  params: ActionParams[A],
  by = admin,
  operationId: string = randomUUID(),
) {
  const order = {
    ...{ operationId, action, params, operator: { userId: by } },
    ...{ reason: 'the customer called us', asOf: NOON },
  };
  const answer = await asWorkflow(`op:${operationId}`, () => books.act.runOperation(order));
  return answer.outcome;
}

async function isBlocked(userId: number): Promise<unknown> {
  const [row] = await books.sql`select is_blocked from users where id = ${userId}`;
  return row?.['is_blocked'];
}

const auditOf = (entity: string) => books.sql`
  select action, before, after, reason, actor_id from audit_log
  where entity_id = ${entity} and action like 'user.%blocked' or entity_id = ${entity} and action = 'setting.changed'
  order by id`;

describe('OPS-14 blocking', () => {
  test('is done once with one audit row, and undone by unblocking', async () => {
    const userId = await personWith();
    const id = randomUUID();
    const answers = await atOnce(4, () => run('block_user', { userId }, admin, id));
    for (const outcome of answers) {
      expect(outcome).toEqual({ kind: 'done', result: { isBlocked: true } });
    }
    expect(await isBlocked(userId)).toBe(true);
    expect(await run('block_user', { userId })).toMatchObject({ reason: 'blocked_already' });
    expect(await run('unblock_user', { userId })).toMatchObject({ kind: 'done' });
    expect(await isBlocked(userId)).toBe(false);
    expect(await run('unblock_user', { userId })).toMatchObject({ reason: 'not_blocked' });
    const by = { reason: 'the customer called us', actor_id: String(admin) };
    expect(await auditOf(String(userId))).toMatchObject([
      { action: 'user.blocked', before: { isBlocked: false }, after: { isBlocked: true }, ...by },
      { action: 'user.unblocked', before: { isBlocked: true }, after: { isBlocked: false }, ...by },
    ]);
  });

  test('is no way around the rules of roles, and only for admins', async () => {
    const finance = await personWith('finance');
    expect(await run('block_user', { userId: finance })).toMatchObject({ reason: 'has_roles' });
    expect(await run('block_user', { userId: admin })).toMatchObject({ reason: 'has_roles' });
    const userId = await personWith();
    expect(await run('block_user', { userId }, finance)).toMatchObject({ reason: 'no_role' });
    expect(await run('block_user', { userId: 1 })).toMatchObject({ reason: 'unknown_user' });
    expect(await isBlocked(userId)).toBe(false);
  });
});

describe('a change of a setting', () => {
  test('overrides it once, with what it was in the audit', async () => {
    const key = 'INVOICE_MAX_OPEN';
    expect(await run('change_setting', { key, value: 7 })).toMatchObject({ kind: 'done' });
    expect(await run('change_setting', { key, value: 9 })).toMatchObject({ kind: 'done' });
    const [row] = await books.sql`select value, updated_by from settings where key = ${key}`;
    expect(row).toEqual({ value: 9, updated_by: String(admin) });
    expect(await auditOf(key)).toMatchObject([
      { before: { value: null }, after: { value: 7 } },
      { before: { value: 7 }, after: { value: 9 } },
    ]);
  });

  test.each([
    ['DATABASE_URL', 'x'],
    ['INVOICE_MAX_OPEN', '7'],
    ['INVOICE_TTL_HOURS', 0],
    ['PARTIAL_PAYMENT', 'keep'],
    ['QUIET_HOURS', 'never'],
    ['MAINTENANCE', 'yes'],
  ])('%s to %s is refused, and says what would fit', async (key, value) => {
    const outcome = await run('change_setting', { key, value });
    expect(outcome).toMatchObject({ kind: 'refused', reason: 'bad_setting' });
    expect(outcome).toHaveProperty('detail', expect.stringMatching(/takes|live/));
  });

  test.each([
    ['INVOICE_REMINDER_BEFORE_MIN', 0],
    ['PARTIAL_PAYMENT', 'accumulate'],
    ['QUIET_HOURS', '23:00-08:00'],
    ['MAINTENANCE', true],
    ['MAINTENANCE', false],
  ])('%s to %s is done', async (key, value) => {
    expect(await run('change_setting', { key, value })).toMatchObject({ kind: 'done' });
  });
});
