import { randomUUID } from 'node:crypto';
import { newOperator } from '../support/roles';
import { startStage, type Stage } from '../support/stage';
import { buttonsOf } from '../support/visitor';

let stage: Stage;

beforeAll(async () => {
  stage = await startStage();
});
beforeEach(() => stage.sql`delete from proposals`);
afterAll(() => stage.stop());

async function proposed(by: number, change: { state?: string } = {}): Promise<string> {
  const id = randomUUID();
  const params = { userId: 42, amountUtok: 5_000_000, origin: 'grant' };
  await stage.sql`
    insert into proposals (id, action, params, amount, reason, proposed_by, quorum, state, expires_at)
    values (${id}, 'grant_tokens', ${stage.sql.json(params)}, 500, 'the <customer> called', ${by}, 1,
      ${change.state ?? 'open'}, now() + interval '1 day')`;
  return id;
}

const labels = (stored: Parameters<typeof buttonsOf>[0]) =>
  buttonsOf(stored).map(({ text }) => text);

it('lists what waits for approval and says everything about it before the buttons', async () => {
  const finance = await newOperator(stage, ['finance']);
  expect((await finance.write('/approve')).message.text).toContain('Nothing waits');
  await proposed(1);
  await finance.write('/approve');
  const { message } = await finance.press('Grant tokens');
  expect(message.message.text).toContain('Tokens: 5');
  expect(message.message.text).toContain('Person: 42');
  expect(message.message.text).toContain('Reason: the <customer> called');
  expect(labels(message)).toEqual(['✅ Approve', '✖️ Reject', '⬅️ Back']);
});

it.each([
  [{ kind: 'executed', isDone: true }, 'Approved and done'],
  [{ kind: 'executed', isDone: false, reason: 'insufficient' }, 'cannot be done: insufficient'],
  [{ kind: 'counted', missing: 1 }, '1 more is needed'],
  [{ kind: 'rejected' }, 'Rejected'],
  [{ kind: 'refused', reason: 'own' }, 'your own proposal'],
  [{ kind: 'refused', reason: 'voted' }, 'voted already'],
  [{ kind: 'refused', reason: 'no_role' }, 'another role'],
  [{ kind: 'over', state: 'expired' }, 'decided already'],
] as const)('answers a vote that led to %j', async (outcome, toast) => {
  const finance = await newOperator(stage, ['finance']);
  const proposalId = await proposed(1);
  await finance.write('/approve');
  await finance.press('Grant tokens');
  stage.commands.next('vote', () => Promise.resolve(outcome));
  const pressed = await finance.press('Approve');
  expect(pressed.toast).toContain(toast);
  const asked = stage.commands.asked.at(-1);
  expect(asked).toEqual({
    name: 'vote',
    with: { proposalId, operatorId: finance.id, isApproval: true },
  });
});

it('offers to take back one’s own, and no more', async () => {
  const support = await newOperator(stage, ['support']);
  await proposed(support.id);
  await support.write('/approve');
  const { message } = await support.press('Grant tokens');
  expect(labels(message)).toEqual(['↩️ Withdraw', '⬅️ Back']);
  await support.press('Withdraw');
  expect(stage.commands.asked.at(-1)).toMatchObject({ with: { isApproval: false } });
});

it('shows one that has ended without buttons to vote', async () => {
  const finance = await newOperator(stage, ['finance']);
  await proposed(1);
  await finance.write('/approve');
  await stage.sql`update proposals set state = 'executed'`;
  const { message } = await finance.press('Grant tokens');
  expect(message.message.text).toContain('Approved and done.');
  expect(labels(message)).toEqual(['⬅️ Back']);
});

it('takes no approval from the support', async () => {
  const support = await newOperator(stage, ['support']);
  await proposed(1);
  await support.write('/approve');
  await support.press('Grant tokens');
  expect((await support.press('Approve')).toast).toContain('no longer works');
});
