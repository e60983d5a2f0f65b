import { startStage, type Stage } from './support/stage';
import { newVisitor } from './support/visitor';

describe('my data', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage();
  });
  afterAll(() => stage.stop());

  const asked = (name: string) => stage.commands.asked.filter((one) => one.name === name);

  it('is copied by a button that makes one copy, however often it is pressed', async () => {
    const visitor = newVisitor(stage);
    const { message } = await visitor.write('/export');
    expect(message.text).toContain('My data');
    const button = message.reply_markup?.inline_keyboard[0]?.[0];
    const data = button && 'callback_data' in button ? button.callback_data : '';
    expect((await visitor.press('Get a copy')).message.message.text).toContain('preparing');
    await visitor.forge(data);
    const wishes = asked('requestExport').map((one) => one.with) as { exportId: string }[];
    expect(wishes).toHaveLength(2);
    expect(new Set(wishes.map(({ exportId }) => exportId)).size).toBe(1);
  });

  it('is copied once a day', async () => {
    const visitor = newVisitor(stage);
    await visitor.write('/export');
    const againAt = '2030-01-15T12:00:00.000Z';
    stage.commands.next('requestExport', async () => ({ kind: 'too_soon', againAt }));
    expect((await visitor.press('Get a copy')).message.message.text).toContain('2030-01-15');
  });

  it('is open to a blocked person, and nothing else of it is', async () => {
    const visitor = newVisitor(stage);
    await visitor.write('/start');
    await stage.sql`update users set is_blocked = true where id = ${visitor.id}`;
    expect((await visitor.write('/export')).message.text).toContain('My data');
    expect((await visitor.press('Get a copy')).message.message.text).toContain('preparing');
    expect((await visitor.write('/topup')).message.text).toContain('Access is limited');
  });

  it('is erased after a confirmation, and kept after a change of mind', async () => {
    const visitor = newVisitor(stage);
    expect((await visitor.write('/erase')).message.text).toContain('nothing more is charged');
    expect(asked('requestErasure')).toEqual([]);
    expect((await visitor.press('Yes, erase')).message.message.text).toContain('2030-01-15');
    expect(asked('requestErasure').at(-1)?.with).toMatchObject({ userId: visitor.id, n: 1 });
    expect((await visitor.write('/erase')).message.text).toContain('2030-01-15');
    expect((await visitor.press('Keep my data')).toast).toContain('your data stay');
    expect(asked('withdrawErasure').at(-1)?.with).toEqual({ userId: visitor.id, n: 1 });
    await visitor.forge('v1:data:keep');
    expect(asked('withdrawErasure')).toHaveLength(1);
    await visitor.write('/erase');
    await visitor.press('Yes, erase');
    expect(asked('requestErasure').at(-1)?.with).toMatchObject({ n: 2 });
  });
});
