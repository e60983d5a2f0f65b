import { randomUUID } from 'node:crypto';
import type { Role } from '../../src/domain/billing/operations';
import { after, asWorkflow, atOnce, checkBooks, NOON, openBooks } from './support/books';
import type { Books } from './support/books';

let books: Books;

beforeAll(async () => {
  books = await openBooks({ adminChatId: -100_500 });
});
beforeEach(() => books.sql`delete from roles`);
afterEach(() => checkBooks(books));
afterAll(() => books.close());

async function operatorWith(role: Role): Promise<number> {
  const userId = await books.newUser();
  await books.sql`insert into roles (user_id, role, granted_by) values (${userId}, ${role}, 'test')`;
  return userId;
}

/** Somebody of the support proposes a grant of so many tokens. */
async function proposed(tokenCount = 5) {
  const by = await operatorWith('support');
  const userId = await books.newUser();
  const proposalId = randomUUID();
  await asWorkflow(`op:${proposalId}`, () =>
    books.act.runOperation({
      operationId: proposalId,
      action: 'grant_tokens',
      params: { userId, amountUtok: tokenCount * 1_000_000, origin: 'grant' },
      operator: { userId: by },
      reason: 'the customer called us',
      asOf: NOON,
    }),
  );
  return { proposalId, by, userId };
}

const vote = (
  proposalId: string,
  voter: number,
  change: { isApproval?: boolean; at?: number } = {},
) =>
  asWorkflow(`proposal:${proposalId}`, () =>
    books.act.castVote({
      proposalId,
      voter,
      isApproval: change.isApproval ?? true,
      asOf: after(change.at ?? 1),
    }),
  );

const stateOf = async (proposalId: string) =>
  (await books.sql`select state from proposals where id = ${proposalId}`)[0]?.['state'] as string;

const templates = async (userId: number) =>
  (await books.sql`select template from outbox_messages where user_id = ${userId} order by id`).map(
    (row) => String(row['template']),
  );

test('a proposal asks everybody who may allow it, and the operators’ chat, once', async () => {
  const [finance, admin] = [await operatorWith('finance'), await operatorWith('admin')];
  const { proposalId, by } = await proposed();
  const asked = await books.sql`
    select chat_id::text as chat, category from outbox_messages
    where params->>'proposalId' = ${proposalId} order by chat_id`;
  expect(asked).toEqual([
    { chat: '-100500', category: 'ops' },
    { chat: String(finance), category: 'ops' },
    { chat: String(admin), category: 'ops' },
  ]);
  expect(await templates(by)).toEqual([]);
});

test('castVote approves once the quorum is there, and says so again when it is repeated', async () => {
  const finance = await operatorWith('finance');
  const { proposalId } = await proposed();
  const verdicts = await atOnce(4, () => vote(proposalId, finance));
  for (const verdict of verdicts) expect(verdict).toEqual({ kind: 'approved' });
  expect(await stateOf(proposalId)).toBe('approved');
  const audit = await books.sql`
    select action, actor_id from audit_log where entity_id = ${proposalId} order by id`;
  expect(audit.map((row) => row['action'])).toEqual(['proposal.opened', 'proposal.approved']);
});

test('of two approvers at once one approves and the other finds it over', async () => {
  const [a, b] = [await operatorWith('finance'), await operatorWith('admin')];
  const { proposalId } = await proposed();
  const verdicts = await Promise.all([vote(proposalId, a), vote(proposalId, b)]);
  expect(verdicts.map(({ kind }) => kind).sort()).toEqual(['approved', 'over']);
});

test('nobody approves their own, also not with every role, but may take it back', async () => {
  const { proposalId, by } = await proposed();
  await books.sql`insert into roles (user_id, role, granted_by) values (${by}, 'admin', 'test')`;
  expect(await vote(proposalId, by)).toEqual({ kind: 'refused', reason: 'own' });
  expect(await vote(proposalId, by, { isApproval: false })).toEqual({ kind: 'rejected' });
  expect(await stateOf(proposalId)).toBe('rejected');
});

test('nobody votes without a role that may allow it', async () => {
  const { proposalId } = await proposed();
  expect(await vote(proposalId, await operatorWith('support'))).toEqual({
    kind: 'refused',
    reason: 'no_role',
  });
});

test('a large one needs two, and a voter who lost the role meanwhile does not count', async () => {
  const [a, b, c] = [
    await operatorWith('finance'),
    await operatorWith('finance'),
    await operatorWith('admin'),
  ];
  const { proposalId } = await proposed(20_000);
  expect(await vote(proposalId, a)).toEqual({ kind: 'counted', missing: 1 });
  expect(await vote(proposalId, a)).toEqual({ kind: 'counted', missing: 1 });
  expect(await vote(proposalId, a, { isApproval: false })).toEqual({
    kind: 'refused',
    reason: 'voted',
  });
  await books.sql`delete from roles where user_id = ${a}`;
  expect(await vote(proposalId, b)).toEqual({ kind: 'counted', missing: 1 });
  expect(await vote(proposalId, c)).toEqual({ kind: 'approved' });
});

test('a rejection ends it and tells who proposed it once', async () => {
  const finance = await operatorWith('finance');
  const { proposalId, by } = await proposed();
  const no = () => vote(proposalId, finance, { isApproval: false });
  expect(await atOnce(3, no)).toEqual(Array(3).fill({ kind: 'rejected' }));
  expect(await templates(by)).toEqual(['proposal.rejected']);
  expect(await vote(proposalId, await operatorWith('admin'))).toEqual({
    kind: 'over',
    state: 'rejected',
  });
});

test('a vote after the day is over finds it expired', async () => {
  const finance = await operatorWith('finance');
  const { proposalId, by } = await proposed();
  expect(await vote(proposalId, finance, { at: 24 })).toEqual({ kind: 'over', state: 'expired' });
  expect(await templates(by)).toEqual(['proposal.expired']);
});

test('expireProposal ends an open one once and leaves others alone', async () => {
  const finance = await operatorWith('finance');
  const first = await proposed();
  const expire = (proposalId: string) =>
    asWorkflow(`proposal:${proposalId}`, () =>
      books.act.expireProposal({ proposalId, asOf: after(24) }),
    );
  expect(await atOnce(3, () => expire(first.proposalId))).toEqual(Array(3).fill('expired'));
  expect(await templates(first.by)).toEqual(['proposal.expired']);
  const second = await proposed();
  await vote(second.proposalId, finance);
  expect(await expire(second.proposalId)).toBe('approved');
});

test('settleProposal keeps why it could not be done and tells once', async () => {
  const finance = await operatorWith('finance');
  const { proposalId, by } = await proposed();
  await vote(proposalId, finance);
  const outcome = { kind: 'refused', reason: 'insufficient' } as const;
  await atOnce(3, () =>
    asWorkflow(`proposal:${proposalId}`, () =>
      books.act.settleProposal({ proposalId, outcome, asOf: after(2) }),
    ),
  );
  expect(await templates(by)).toEqual(['proposal.failed']);
  const snapshot = await books.act.loadProposal({ proposalId });
  expect(snapshot).toMatchObject({ state: 'approved', isSettled: true, approvedBy: [finance] });
  expect(await books.act.loadProposal({ proposalId: randomUUID() })).toBeNull();
});
