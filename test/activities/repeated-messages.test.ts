import { randomUUID } from 'node:crypto';
import type { ActionName, ActionParams, Role } from '../../src/domain/billing/operations';
import { asWorkflow, atOnce, count, NOON, openBooks, type Books } from './support/books';
import { sell } from './support/refunds';

let books: Books;

beforeAll(async () => {
  books = await openBooks();
});
afterAll(() => books.close());

async function operatorWith(role: Role): Promise<number> {
  const userId = await books.newUser();
  await books.sql`insert into roles (user_id, role, granted_by) values (${userId}, ${role}, 'test')`;
  return userId;
}

async function run<A extends ActionName>(
  action: A,
  params: ActionParams[A],
  { by, operationId = randomUUID() }: { by: number; operationId?: string },
) {
  const order = {
    ...{ operationId, action, params, operator: { userId: by } },
    ...{ reason: 'the customer called us', asOf: NOON },
  };
  const answer = await asWorkflow(`op:${operationId}`, () => books.act.runOperation(order));
  return answer.outcome;
}

/** The receipt of a sale, as the outbox holds it. */
async function receipt(state = 'sent') {
  const { userId } = await sell(books);
  const [row] = await books.sql`
    update outbox_messages set state = ${state} where user_id = ${userId} returning *`;
  return { userId, messageId: String(row?.['id']), key: String(row?.['key']), row };
}

const toldTo = (userId: number) => books.sql`
  select key, template, params, state, category from outbox_messages
  where user_id = ${userId} order by recorded_at, id`;

describe('OPS-3 sending a message again', () => {
  it('is a message of its own, once for each operation, with its reason in the audit', async () => {
    const support = await operatorWith('support');
    const { userId, messageId, key, row } = await receipt();
    const operationId = randomUUID();
    const again = `${key}:again:${operationId}`;
    const answers = await atOnce(3, () =>
      run('resend_message', { messageId }, { by: support, operationId }),
    );
    for (const answer of answers) expect(answer).toEqual({ kind: 'done', result: { key: again } });
    const [, copy, ...rest] = await toldTo(userId);
    expect(rest).toEqual([]);
    const { template, params, category } = row ?? {};
    expect(copy).toEqual({ key: again, template, params, category, state: 'queued' });
    const audit = await books.sql`
      select actor_id, reason, after from audit_log where action = 'message.resent'`;
    expect(audit).toMatchObject([
      { actor_id: String(support), reason: 'the customer called us', after: { key: again } },
    ]);
  });

  it('is refused for what is on its way, emptied, forgotten or nobody’s', async () => {
    const by = await operatorWith('support');
    const queued = await receipt('queued');
    expect(await run('resend_message', queued, { by })).toMatchObject({ reason: 'bad_params' });
    const wish = (messageId: string) => run('resend_message', { messageId }, { by });
    expect(await wish(queued.messageId)).toMatchObject({ reason: 'message_queued' });
    const emptied = await receipt();
    await books.sql`update outbox_messages set params = '{}' where id = ${emptied.messageId}`;
    expect(await wish(emptied.messageId)).toMatchObject({ reason: 'message_emptied' });
    const forgotten = await receipt();
    await books.sql`update users set pseudonymised_at = now() where id = ${forgotten.userId}`;
    expect(await wish(forgotten.messageId)).toMatchObject({ reason: 'message_emptied' });
    expect(await wish(randomUUID())).toMatchObject({ reason: 'unknown_message' });
    const stranger = await books.newUser();
    expect(
      await run('resend_message', { messageId: emptied.messageId }, { by: stranger }),
    ).toMatchObject({ reason: 'no_role' });
    const copies = await books.sql`select 1 from outbox_messages where key like '%:again:%'`;
    expect(copies).toHaveLength(1);
  });
});

describe('AU-1 a table of people', () => {
  it('leaves one audit row with who took it and how many rows', async () => {
    const by = await operatorWith('finance');
    const operationId = randomUUID();
    const before = await count(books.sql, 'audit_log');
    await atOnce(2, () => run('export_people', { rows: 12 }, { by, operationId }));
    expect(await count(books.sql, 'audit_log')).toBe(before + 1);
    const [row] = await books.sql`
      select actor_id, entity_id, reason, after from audit_log where action = 'people.exported'`;
    expect(row).toMatchObject({
      ...{ actor_id: String(by), entity_id: `op:${operationId}` },
      ...{ reason: 'the customer called us', after: { rows: 12 } },
    });
    const support = await operatorWith('support');
    expect(await run('export_people', { rows: 1 }, { by: support })).toMatchObject({
      reason: 'no_role',
    });
  });
});
