import { v7 } from 'uuid';
import {
  after,
  asWorkflow,
  atOnce,
  checkBooks,
  NOON,
  openBooks,
  type Books,
} from './support/books';
import { pending } from './support/orders';

let books: Books;
let proposer: number;

beforeAll(async () => {
  books = await openBooks();
  proposer = await books.newUser();
  await books.sql`insert into roles (user_id, role, granted_by) values (${proposer}, 'finance', 'test')`;
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

/** An automatic top-up of which nobody knows what became, and the item that shows it. */
async function silentCharge() {
  const { invoiceId, userId } = await pending(books, {});
  const [attemptId, openItemId] = [v7(), v7()];
  await books.sql`
    insert into attempts (id, key, user_id, purpose, driver, state, invoice_id, provider, amount_minor, currency, as_of)
    values (${attemptId}, ${`autoTopup:${userId}:a1`}, ${userId}, 'auto_topup', 'saved_method', 'unknown',
      ${invoiceId}, 'mock', 20000, 'RUB', ${NOON})`;
  const key = `autoTopup:${userId}:unknown_outcome:${attemptId}`;
  await books.sql`
    insert into open_items (id, key, kind, user_id, invoice_id, amount_minor, currency, reason, due_at)
    values (${openItemId}, ${key}, 'unknown_outcome', ${userId}, ${invoiceId}, 20000, 'RUB', 'silence', ${NOON})`;
  const dismiss = () =>
    asWorkflow(`autoTopup:${userId}`, () =>
      books.act.dismissTopupCharge({
        ...{ attemptId, operatorId: 'anna', reason: 'asked the bank', evidence: 'line 17' },
        asOf: after(80),
      }),
    );
  return { attemptId, openItemId, key, invoiceId, userId, dismiss };
}

async function standing({
  attemptId,
  openItemId,
  invoiceId,
}: Awaited<ReturnType<typeof silentCharge>>) {
  const [row] = await books.sql`
    select a.state as attempt, a.decline_code as code, i.state as item, v.state as invoice
    from attempts a, open_items i, invoices v
    where a.id = ${attemptId} and i.id = ${openItemId} and v.id = ${invoiceId}`;
  return row;
}

const auditOf = async (entityId: string) =>
  books.sql`select action, actor_id, reason from audit_log where entity_id = ${entityId}`;

test('dismissTopupCharge closes charge, order and item, and says who on which evidence, once', async () => {
  const silent = await silentCharge();
  const answers = await atOnce(3, silent.dismiss);
  expect(answers).toEqual([{ isDismissed: true }, { isDismissed: true }, { isDismissed: true }]);
  expect(await standing(silent)).toEqual({
    ...{ attempt: 'failed_soft', code: 'not_made', item: 'resolved', invoice: 'cancelled' },
  });
  expect(await auditOf(silent.attemptId)).toEqual([
    {
      ...{ action: 'auto_topup.charge_dismissed', actor_id: 'anna' },
      reason: 'asked the bank; evidence: line 17',
    },
  ]);
});

test('dismissTopupCharge leaves alone what has an outcome', async () => {
  const known = await silentCharge();
  await books.sql`update attempts set state = 'succeeded' where id = ${known.attemptId}`;
  expect(await known.dismiss()).toEqual({ isDismissed: false });
  expect(await standing(known)).toMatchObject({ attempt: 'succeeded', item: 'open' });
});

test('writing the item off ends the charge too, so that the next one is possible, and tells its workflow', async () => {
  const silent = await silentCharge();
  const approver = await books.newUser();
  await books.sql`insert into roles (user_id, role, granted_by) values (${approver}, 'finance', 'test')`;
  const proposalId = v7();
  const order = {
    ...{ operationId: proposalId, action: 'write_off_item', operator: { userId: proposer } },
    params: { openItemId: silent.openItemId, amountMinor: 20_000 },
    ...{ reason: 'the bank will never say', asOf: NOON },
  };
  const proposed = await asWorkflow(`op:${proposalId}`, () => books.act.runOperation(order));
  expect(proposed.outcome).toMatchObject({ kind: 'proposed' });
  await asWorkflow(`proposal:${proposalId}`, () =>
    books.act.castVote({ proposalId, voter: approver, isApproval: true, asOf: after(1) }),
  );
  const done = await asWorkflow(`op:${proposalId}-allowed`, () =>
    books.act.runOperation({ ...order, proposalId }),
  );
  expect(done).toMatchObject({
    outcome: { kind: 'done' },
    effects: [{ workflowId: `autoTopup:${silent.userId}`, signal: 'chargeDecided' }],
  });
  expect(await standing(silent)).toMatchObject({ attempt: 'failed_soft', item: 'written_off' });
});

test('findOpenItem knows an item by its id and by its key, and no other', async () => {
  const { openItemId, key } = await silentCharge();
  const found = { openItemId, amountMinor: 20_000 };
  expect(await books.act.findOpenItem({ item: openItemId })).toEqual(found);
  expect(await books.act.findOpenItem({ item: key })).toEqual(found);
  expect(await books.act.findOpenItem({ item: v7() })).toBeNull();
});
