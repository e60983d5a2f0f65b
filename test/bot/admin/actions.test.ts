import { newOperator } from '../support/roles';
import { startStage, type Stage } from '../support/stage';
import { newVisitor, type Visitor } from '../support/visitor';

const REASON = 'paid with stolen cards';

describe('an action with a reason', () => {
  let stage: Stage;
  let target: Visitor;
  beforeAll(async () => {
    stage = await startStage();
    target = newVisitor(stage, { name: '<b>&"' });
    await target.write('/start');
  });
  afterAll(() => stage.stop());

  const asked = async () => {
    const operator = await newOperator(stage, ['admin']);
    await operator.write(`/block ${target.id}`);
    expect(operator.shown().message.text).toContain(`<b>&" · ${target.id}`);
    return operator;
  };
  const operations = () => stage.commands.asked.filter(({ name }) => name === 'operate');

  it('is done once, by the id of the question, after reason and confirmation', async () => {
    const operator = await asked();
    await operator.write(`  ${REASON}  `);
    expect(operator.shown().message.text).toContain(`Reason: ${REASON}`);
    const before = operations().length;
    const confirmed = operator.shown();
    expect((await operator.press('Do it')).toast).toContain('Done');
    expect(operations()).toHaveLength(before + 1);
    expect(operations().at(-1)?.with).toMatchObject({
      ...{ action: 'block_user', params: { userId: target.id }, reason: REASON },
      operator: { userId: operator.id },
    });
    const button = JSON.stringify(confirmed.message.reply_markup);
    const data = /v1:adm:ok:[0-9A-Za-z]+/.exec(button)?.[0] ?? '';
    const again = await operator.forge(data === '' ? 'v1:adm:ok' : data);
    expect(again.toast).toContain('no longer valid');
    expect(operations()).toHaveLength(before + 1);
  });

  it.each(['short', 'x'.repeat(501)])('asks again for a reason of another length', async (text) => {
    const operator = await asked();
    expect((await operator.write(text)).message.text).toContain('10 to 500 characters');
    expect((await operator.write(REASON)).message.text).toContain('Do it?');
  });

  it('T-E2 outlives a restart of the bot at both questions', async () => {
    const operator = await asked();
    await stage.restart();
    await operator.write(REASON);
    await stage.restart();
    const before = operations().length;
    await operator.press('Do it');
    expect(operations()).toHaveLength(before + 1);
  });

  it('keeps the confirmation after a failure, and repeats the same operation', async () => {
    const operator = await asked();
    await operator.write(REASON);
    const data = operator.shown().message.reply_markup?.inline_keyboard[0]?.[0];
    const press = data && 'callback_data' in data ? data.callback_data : '';
    stage.commands.next('operate', () => Promise.reject(new Error('no answer in time')));
    expect((await operator.forge(press)).toast).toContain('went wrong');
    const failed = operations().at(-1);
    expect((await operator.forge(press)).toast).toContain('Done');
    expect(operations().at(-1)?.with).toEqual(failed?.with);
  });

  it('ends with cancel, with another command, and with the loss of the role', async () => {
    const operator = await asked();
    await operator.write('/balance');
    expect((await operator.write(REASON)).message.text).toContain('did not understand');
    const other = await asked();
    await other.press('Cancel');
    expect((await other.write(REASON)).message.text).toContain('did not understand');
    const third = await asked();
    await stage.sql`delete from roles where user_id = ${third.id}`;
    expect((await third.write(REASON)).message.text).toContain('did not understand');
    const fourth = await asked();
    await fourth.write(REASON);
    await stage.sql`delete from roles where user_id = ${fourth.id}`;
    expect((await fourth.press('Do it')).toast).toContain('no longer works');
  });

  it('is not offered where it makes no sense, and not to support', async () => {
    const operator = await newOperator(stage, ['admin']);
    const unblock = await operator.write(`/unblock ${target.id}`);
    expect(unblock.message.text).toContain('things have changed');
    expect((await operator.write('/block')).message.text).toContain('/block 42');
    expect((await operator.write('/block 123')).message.text).toContain('things have changed');
    const support = await newOperator(stage, ['support']);
    expect((await support.write(`/block ${target.id}`)).message.text).toContain('not understand');
  });

  it('tells in words why it was refused, or that others must agree', async () => {
    const operator = await asked();
    await operator.write(REASON);
    stage.commands.next('operate', () =>
      Promise.resolve({ kind: 'refused', reason: 'has_roles' } as const),
    );
    expect((await operator.press('Do it')).toast).toContain('take them away first');
    const { text, reply_markup: buttons } = operator.shown().message;
    expect(text).toContain(`Reason: ${REASON}`);
    expect(text).not.toContain('Do it?');
    expect(buttons?.inline_keyboard ?? []).toEqual([]);
    const other = await asked();
    await other.write(REASON);
    stage.commands.next('operate', () =>
      Promise.resolve({ kind: 'proposed', proposalId: 'p', quorum: 2 } as const),
    );
    expect((await other.press('Do it')).toast).toContain('2 other administrators');
  });
});

describe('maintenance', () => {
  it('OPS-13 closes the bot to everybody but administrators', async () => {
    const stage = await startStage();
    try {
      const [admin, support] = [
        await newOperator(stage, ['admin']),
        await newOperator(stage, ['support']),
      ];
      const visitor = newVisitor(stage, { language: 'ru' });
      await visitor.write('/start');
      await admin.write('/maintenance on');
      await admin.write('the database moves today');
      await admin.press('Do it');
      expect(stage.commands.asked.at(-1)?.with).toMatchObject({
        ...{ action: 'change_setting', params: { key: 'MAINTENANCE', value: true } },
      });
      await stage.sql`insert into settings (key, value, updated_by) values ('MAINTENANCE', 'true', '1')`;
      expect((await visitor.write('/balance')).message.text).toContain('технические работы');
      expect((await visitor.forge('v1:nav:bal')).toast).toContain('технические работы');
      expect((await support.write('/admin')).message.text).toContain('Maintenance');
      expect((await admin.write('/balance')).message.text).toContain('In your account');
      expect((await admin.write('/maintenance')).message.text).toContain('is closed');
      await stage.sql`update settings set value = 'false' where key = 'MAINTENANCE'`;
      expect((await visitor.write('/balance')).message.text).not.toContain('технические');
    } finally {
      await stage.stop();
    }
  });
});
