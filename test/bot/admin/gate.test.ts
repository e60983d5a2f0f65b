import { ROUTES, type Route } from '../../../src/bot/callback-data';
import { newOperator, type Role } from '../support/roles';
import { startStage, type Stage } from '../support/stage';
import { newVisitor } from '../support/visitor';

const ADMIN_ROUTES: readonly Route[] = ROUTES.filter(
  (route) => route.startsWith('adm:') || route === 'nav:adm',
);

const ID22 = '0'.repeat(22);

describe('the gate of the administration', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage({ hasCatalogue: true });
  });
  afterAll(() => stage.stop());

  it('answers a stranger as it answers any unknown command', async () => {
    const visitor = newVisitor(stage);
    const unknown = (await visitor.write('/nonsense')).message;
    const answer = (await visitor.write('/admin')).message;
    expect(answer.text).toBe(unknown.text);
    expect(answer.reply_markup).toEqual(unknown.reply_markup);
  });

  it.each(['support', 'finance', 'admin'] as const)('opens to %s', async (role) => {
    const operator = await newOperator(stage, [role]);
    const { text } = (await operator.write('/admin')).message;
    expect(text).toContain('Administration');
    expect(text).toContain(`Your roles: ${role}`);
  });

  it.each(ADMIN_ROUTES)('refuses a forged %s like a button that does not exist', async (route) => {
    const visitor = newVisitor(stage);
    await visitor.write('/start');
    for (const tail of ['', `:${ID22}`, '::stats', `:${ID22}:1`]) {
      const pressed = await visitor.forge(`v1:${route}${tail}`);
      expect(pressed.toast).toContain('no longer works');
      expect(pressed.isAlert).toBe(true);
    }
    expect(visitor.texts()).toHaveLength(1);
  });

  it('closes to who lost the role, also for buttons that are still on the screen', async () => {
    const operator = await newOperator(stage, ['admin']);
    await operator.write('/admin');
    await stage.sql`delete from roles where user_id = ${operator.id}`;
    expect((await operator.forge('v1:nav:adm')).toast).toContain('no longer works');
    expect((await operator.write('/admin')).message.text).toContain('did not understand');
  });

  it.each<[Role]>([['support'], ['finance']])(
    'runs no command of another role for %s',
    async (role) => {
      const operator = await newOperator(stage, [role]);
      await operator.write('/admin');
      expect((await operator.forge('v1:adm:go::maintenance')).toast).toContain('no longer works');
    },
  );
});
