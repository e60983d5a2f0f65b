import { newOperator } from '../support/roles';
import { startStage, type Stage } from '../support/stage';

describe('TC-1 multipliers of costs', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage();
  });
  afterAll(() => stage.stop());

  const asked = () => stage.commands.asked.filter(({ name }) => name === 'operate').at(-1)?.with;

  it('are shown, and set with a reason', async () => {
    const admin = await newOperator(stage, ['admin']);
    expect((await admin.write('/multipliers')).message.text).toContain('No rows');
    const line = 'track=cats value=3.5 from=2026-04-01';
    expect((await admin.write(`/multipliers ${line}`)).message.text).toContain(line);
    await admin.write('our costs have risen');
    await admin.press('Do it');
    const multiplier = { track: 'cats', multiplier: '3.5', from: '2026-04-01T00:00:00.000Z' };
    expect(asked()).toMatchObject({ action: 'set_multiplier', params: multiplier });
    await admin.write('/multipliers rate=USD value=91.5');
    await admin.write('the rate of the day');
    await admin.press('Do it');
    const rate = { currency: 'USD', rubPerUnit: '91.5' };
    expect(asked()).toMatchObject({ action: 'set_cost_rate', params: rate });
  });

  it('are listed with their terms, and what is not understood is named', async () => {
    const admin = await newOperator(stage, ['admin']);
    await stage.sql`
      insert into cost_multipliers (id, track, multiplier, valid_from)
      values (gen_random_uuid(), 'a<b', 3.5, '2026-04-01')`;
    expect((await admin.write('/multipliers')).message.text).toContain(
      'track=a<b: × 3.5, 2026-04-01',
    );
    expect((await admin.write('/multipliers cats=3')).message.text).toContain('cats=3');
    const finance = await newOperator(stage, ['finance']);
    expect((await finance.write('/multipliers')).message.text).toContain('did not understand');
  });
});
