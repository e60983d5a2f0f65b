import { randomUUID } from 'node:crypto';
import { approveUpdate, proposalWorkflowId } from '../../workflows/billing/proposal/contract';
import type { Role } from '../../src/domain/billing/operations';
import { balance, chatTexts, newUser } from '../support/shop';
import { checkBooks, startStack, until, type Stack } from '../support/stack';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ hasBot: true });
});
afterEach(() => checkBooks(stack));
afterAll(() => stack.stop());

async function operatorWith(role: Role): Promise<number> {
  const userId = await newUser(stack);
  await stack.sql`insert into roles (user_id, role, granted_by) values (${userId}, ${role}, 'test')`;
  return userId;
}

/** Somebody of the support proposes a grant of so many tokens to somebody. */
async function proposed(tokenCount: number) {
  const [by, userId] = [await operatorWith('support'), await newUser(stack)];
  const operationId = randomUUID();
  const request = {
    operationId,
    action: 'grant_tokens',
    params: { userId, amountUtok: tokenCount * 1_000_000, origin: 'adjustment' },
    operator: { userId: by },
    reason: 'the customer called us',
  } as const;
  const answers = await Promise.all([1, 2, 3].map(() => stack.commands.operate(request)));
  for (const answer of answers) expect(answer).toMatchObject({ kind: 'proposed' });
  return { proposalId: operationId, by, userId };
}

const vote = (proposalId: string, operatorId: number) =>
  stack.commands.vote({ proposalId, operatorId, isApproval: true });

it('a credit by hand waits for somebody else, whose button does it once (OPS-12, LG-12)', async () => {
  const finance = await operatorWith('finance');
  const { proposalId, by, userId } = await proposed(5);
  expect(await balance(stack, userId)).toBe(0);
  await until('the approver is asked', async () =>
    chatTexts(stack, finance).some((text) => text.includes('Grant tokens')),
  );
  const asked = stack.telegram.messages(finance).at(-1);
  const data = `v1:prop:ok:`;
  const button = (asked?.message.reply_markup?.inline_keyboard ?? [])
    .flat()
    .flatMap((one) => ('callback_data' in one ? [one.callback_data] : []))
    .find((one) => one.startsWith(data));
  const pressed = stack.telegram.press(finance, asked?.message.message_id ?? 0, {
    data: button ?? '',
  });
  expect(await stack.telegram.waitForAnswer(pressed.id, 15_000)).toMatchObject({
    text: 'Approved and done.',
  });
  expect(await balance(stack, userId)).toBe(5);
  await until('who proposed it hears', async () =>
    chatTexts(stack, by).some((text) => text.includes('Approved and done')),
  );
  await until('the owner hears', async () =>
    chatTexts(stack, userId).some((text) => text.includes('Support added 5 tokens')),
  );
  expect(await vote(proposalId, finance)).toEqual({ kind: 'over', state: 'executed' });
});

it('two approvers racing credit it once, and nobody approves their own', async () => {
  const [a, b] = [await operatorWith('finance'), await operatorWith('admin')];
  const { proposalId, by, userId } = await proposed(7);
  expect(await vote(proposalId, by)).toEqual({ kind: 'refused', reason: 'own' });
  const answers = await Promise.all([vote(proposalId, a), vote(proposalId, b)]);
  expect(answers.map(({ kind }) => kind).sort()).toEqual(['executed', 'over']);
  expect(await balance(stack, userId)).toBe(7);
  const [row] = await stack.sql`
    select count(*)::int as n from transfers where user_id = ${userId} and kind = 'adjustment'`;
  expect(row).toEqual({ n: 1 });
});

it('a large one takes two others, also from the Web UI, and a lost role stops it', async () => {
  const [a, b] = [await operatorWith('finance'), await operatorWith('finance')];
  const { proposalId, by, userId } = await proposed(10_001);
  expect(await vote(proposalId, a)).toEqual({ kind: 'counted', missing: 1 });
  await stack.sql`delete from roles where user_id = ${by}`;
  const handle = stack.client.workflow.getHandle(proposalWorkflowId(proposalId));
  expect(await handle.executeUpdate(approveUpdate, { args: [{ operatorId: String(b) }] })).toEqual({
    kind: 'executed',
    isDone: false,
    reason: 'no_role',
  });
  expect(await balance(stack, userId)).toBe(0);
});
