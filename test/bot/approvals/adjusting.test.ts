import { newOperator } from '../support/roles';
import { startStage, type Stage } from '../support/stage';
import { newVisitor, type Visitor } from '../support/visitor';

let stage: Stage;
let anna: Visitor;

beforeAll(async () => {
  stage = await startStage();
  anna = newVisitor(stage, { name: 'Anna' });
  await anna.write('/start');
});
afterAll(() => stage.stop());

const REASON = 'the customer called us';
const operated = () => stage.commands.asked.filter(({ name }) => name === 'operate');

async function asked(operator: Visitor, command: string) {
  const before = operated().length;
  const question = await operator.write(command);
  const confirmation = await operator.write(REASON);
  const { toast } = await operator.press('✅');
  return {
    question,
    confirmation,
    toast,
    requests: operated()
      .slice(before)
      .map((one) => one.with),
  };
}

it('/credit previews, asks why, and asks for a grant under one id', async () => {
  const support = await newOperator(stage, ['support']);
  const { question, confirmation, requests } = await asked(support, `/credit ${anna.id} +10.5`);
  expect(question.message.text).toContain('+10.50 tokens');
  expect(question.message.text).toContain('Anna');
  expect(confirmation.message.text).toContain(REASON);
  expect(requests).toMatchObject([
    {
      action: 'grant_tokens',
      params: { userId: anna.id, amountUtok: 10_500_000, origin: 'adjustment' },
      operator: { userId: support.id },
      reason: REASON,
    },
  ]);
});

it('/credit with days gives tokens that end, and with a minus takes some', async () => {
  const support = await newOperator(stage, ['support']);
  const grant = await asked(support, `/credit ${anna.id} +100 30d`);
  expect(grant.question.message.text).toContain('They end on');
  const params = (grant.requests[0] as { params: { expiresAt: string; origin: string } }).params;
  expect(params.origin).toBe('grant');
  expect(Date.parse(params.expiresAt) - Date.now()).toBeGreaterThan(29 * 24 * 3_600_000);
  const { requests } = await asked(support, `/credit ${anna.id} -3`);
  expect(requests).toMatchObject([
    { action: 'take_tokens', params: { userId: anna.id, amountUtok: 3_000_000 } },
  ]);
});

it.each([
  '/credit',
  '/credit 1',
  '/credit 1 ten',
  '/credit 1 10',
  '/credit 1 -5 3d',
  '/credit 1 +0',
])('%s explains itself', async (command) => {
  const support = await newOperator(stage, ['support']);
  expect((await support.write(command)).message.text).toContain('Like this');
});

it('/credit of nobody known asks for nothing', async () => {
  const support = await newOperator(stage, ['support']);
  expect((await support.write('/credit 77 +5')).message.text).toContain('Nobody found');
});

it('tells that others must agree, and why something was refused', async () => {
  const support = await newOperator(stage, ['support']);
  const proposalId = '0198a000-0000-4000-8000-000000000000';
  stage.commands.next('operate', () =>
    Promise.resolve({ kind: 'proposed', proposalId, quorum: 2 }),
  );
  expect((await asked(support, `/credit ${anna.id} +5`)).toast).toContain('2 other administrators');
  stage.commands.next('operate', () => Promise.resolve({ kind: 'refused', reason: 'no_role' }));
  expect((await asked(support, `/credit ${anna.id} +5`)).toast).toContain('you lack the role');
});

it('/role grants and revokes, for admins only', async () => {
  const admin = await newOperator(stage, ['admin']);
  const on = await asked(admin, `/role ${anna.id} support on`);
  expect(on.requests).toMatchObject([
    { action: 'grant_role', params: { userId: anna.id, role: 'support' } },
  ]);
  const off = await asked(admin, `/role ${anna.id} support off`);
  expect(off.requests).toMatchObject([{ action: 'revoke_role' }]);
  expect((await admin.write('/role 1 king on')).message.text).toContain('support, finance, admin');
  const finance = await newOperator(stage, ['finance']);
  expect((await finance.write(`/role ${anna.id} admin on`)).message.text).toContain(
    'did not understand',
  );
});
