import { randomUUID } from 'node:crypto';
import {
  after,
  asWorkflow,
  atOnce,
  checkBooks,
  NOON,
  openBooks,
  type Books,
} from './support/books';
import { openItemsOf, paidFact, post, rub, suspense } from './support/payments';
import { pending } from './support/orders';

const REASON = 'nobody claims this money';

let books: Books;
let proposer: number;
let approver: number;

beforeAll(async () => {
  books = await openBooks();
  [proposer, approver] = [await books.newUser(), await books.newUser()];
  for (const userId of [proposer, approver])
    await books.sql`
      insert into roles (user_id, role, granted_by) values (${userId}, 'finance', 'test')`;
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

/** Money in suspense with the item that shows it. */
async function underpaid() {
  const fact = paidFact(await pending(books, {}), { amount: rub(15_000) });
  await post(books, fact);
  const [item] = await books.sql`
    select i.id, i.key from open_items i join payments p on p.id = i.payment_id
    where p.provider_payment_id = ${fact.providerPaymentId}`;
  return { fact, openItemId: String(item?.['id']), key: String(item?.['key']) };
}

const run = (openItemId: string, change: { id?: string; proposalId?: string; minor?: number }) => {
  const { id = randomUUID(), proposalId, minor: amountMinor = 15_000 } = change;
  const order = {
    ...{ operationId: id, action: 'write_off_item', params: { openItemId, amountMinor } },
    ...{ operator: { userId: proposer }, reason: REASON, asOf: NOON },
    ...(proposalId === undefined ? {} : { proposalId }),
  };
  const workflow = proposalId === undefined ? `op:${id}` : `op:${proposalId}-allowed`;
  return asWorkflow(workflow, () => books.act.runOperation(order));
};

/** Proposes it and has somebody else allow it. */
async function allowed(openItemId: string, minor = 15_000): Promise<string> {
  const proposalId = randomUUID();
  expect((await run(openItemId, { id: proposalId, minor })).outcome).toEqual({
    ...{ kind: 'proposed', proposalId, quorum: 1 },
  });
  await asWorkflow(`proposal:${proposalId}`, () =>
    books.act.castVote({ proposalId, voter: approver, isApproval: true, asOf: after(1) }),
  );
  return proposalId;
}

const stateOf = async (openItemId: string) =>
  (await books.sql`select state from open_items where id = ${openItemId}`)[0]?.['state'] as string;

describe('OPS-12 writing an open item off', () => {
  it('changes nothing until others allow it', async () => {
    const { openItemId } = await underpaid();
    expect((await run(openItemId, {})).outcome).toMatchObject({ kind: 'proposed' });
    expect(await stateOf(openItemId)).toBe('open');
  });

  it('closes it once, leaves the money in suspense and tells the payment’s workflow', async () => {
    const { openItemId, key, fact } = await underpaid();
    const before = await suspense(books);
    const proposalId = await allowed(openItemId);
    const answers = await atOnce(3, () => run(openItemId, { id: proposalId, proposalId }));
    for (const answer of answers) {
      expect(answer.outcome).toEqual({ kind: 'done', result: { key } });
      expect(answer.effects).toEqual([
        {
          ...{ kind: 'signal', workflowId: `pay:mock:${fact.providerPaymentId}` },
          ...{ signal: 'outcomeChanged', args: [] },
        },
      ]);
    }
    expect(await stateOf(openItemId)).toBe('written_off');
    expect(await openItemsOf(books, fact)).toEqual([]);
    expect(await suspense(books)).toBe(before);
    expect(await post(books, fact)).toMatchObject({ kind: 'resolved', how: 'write_off' });
    const audit = await books.sql`
      select reason, after from audit_log
      where action = 'item.written_off' and entity_id = ${openItemId}`;
    expect(audit).toMatchObject([
      { reason: REASON, after: { state: 'written_off', approvedBy: [approver] } },
    ]);
  });

  it('of two proposals is done by one', async () => {
    const { openItemId } = await underpaid();
    const [first, second] = [await allowed(openItemId), await allowed(openItemId)];
    const answers = await Promise.all(
      [first, second].map((proposalId) => run(openItemId, { id: proposalId, proposalId })),
    );
    expect(answers.map(({ outcome }) => outcome.kind).sort()).toEqual(['done', 'refused']);
  });

  it('is refused for another amount, while money goes back, and for what does not exist', async () => {
    const { openItemId, fact } = await underpaid();
    const other = await allowed(openItemId, 1);
    expect((await run(openItemId, { id: other, proposalId: other, minor: 1 })).outcome).toEqual({
      ...{ kind: 'refused', reason: 'item_changed' },
    });
    await books.sql`
      insert into refunds (id, key, payment_id, amount_minor, state, policy, reason)
      select gen_random_uuid(), 'r', id, 15000, 'sent', 'unspent_only', 'x' from payments
      where provider_payment_id = ${fact.providerPaymentId}`;
    const running = await allowed(openItemId);
    expect((await run(openItemId, { id: running, proposalId: running })).outcome).toEqual({
      ...{ kind: 'refused', reason: 'refund_running' },
    });
    await books.sql`delete from refunds`;
    const nobody = randomUUID();
    const unknown = await allowed(nobody);
    expect((await run(nobody, { id: unknown, proposalId: unknown })).outcome).toMatchObject({
      reason: 'unknown_item',
    });
    expect(await stateOf(openItemId)).toBe('open');
  });

  it('closes an item that has no payment', async () => {
    const openItemId = randomUUID();
    await books.sql`
      insert into open_items (id, key, kind, reason, due_at)
      values (${openItemId}, 'break:1', 'break', 'x', now())`;
    const proposalId = await allowed(openItemId, 0);
    const answer = await run(openItemId, { id: proposalId, proposalId, minor: 0 });
    expect(answer).toMatchObject({ outcome: { kind: 'done' }, effects: [] });
    expect(await stateOf(openItemId)).toBe('written_off');
  });
});
