import { OPS_TOPICS, topicSetting } from '../../../src/domain/billing/ops-topics';
import { newOperator } from '../support/roles';
import { startStage, type Stage } from '../support/stage';
import { buttonsOf } from '../support/visitor';

describe('NT-7 the topics of the team’s chat', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage();
  });
  afterAll(() => stage.stop());

  const asked = () => stage.commands.asked.filter(({ name }) => name === 'operate');

  it('are switched off and on one by one, with a reason', async () => {
    const admin = await newOperator(stage, ['admin']);
    const shown = await admin.write('/topics');
    expect(buttonsOf(shown)).toHaveLength(OPS_TOPICS.length);
    await admin.press('Daily digest');
    await admin.write('we read the chart instead');
    await admin.press('Do it');
    const setting = { key: topicSetting('digest'), value: false };
    expect(asked().at(-1)?.with).toMatchObject({
      ...{ action: 'change_setting', params: setting, reason: 'we read the chart instead' },
      operator: { userId: admin.id },
    });
    await stage.sql`
      insert into settings (key, value, updated_by) values (${setting.key}, 'false', '1')`;
    await admin.write('/topics');
    expect(JSON.stringify(admin.shown().message.reply_markup)).toContain('🔕 Daily digest');
    await admin.press('Daily digest');
    await admin.write('the chart is not enough');
    await admin.press('Do it');
    expect(asked().at(-1)?.with).toMatchObject({ params: { ...setting, value: true } });
  });

  it('make no sense to switch twice, and are nothing for finance', async () => {
    const admin = await newOperator(stage, ['admin']);
    const again = await admin.forge('v1:adm:topic::payment.on');
    expect(again.toast ?? admin.shown().message.text).toContain('things have changed');
    expect((await admin.forge('v1:adm:topic::nothing.on')).toast).toContain('no longer works');
    const finance = await newOperator(stage, ['finance']);
    expect((await finance.write('/topics')).message.text).toContain('did not understand');
    expect((await finance.forge('v1:adm:topic::payment.off')).toast).toContain('no longer works');
  });
});
