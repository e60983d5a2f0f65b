import { newOperator } from '../support/roles';
import { startStage, type Stage } from '../support/stage';
import type { Visitor } from '../support/visitor';

describe('OPS-11 the figures', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage();
  });
  afterAll(() => stage.stop());

  const messagesOf = (visitor: Visitor) =>
    stage.telegram.messages(visitor.id).map(({ message }) => message);

  it.each([
    ['ru', 'Продажи', 'MRR: 0', 'Поступления за 30 дней', '7 дней'],
    ['en', 'Sales', 'MRR: ₽0', 'Received in 30 days', '7 days'],
  ])('come with a chart and their definitions, in %s', async (language, ...words) => {
    const [title, mrr, caption, week] = words;
    const operator = await newOperator(stage, ['finance'], { language });
    await operator.write('/stats');
    const photo = messagesOf(operator).find((message) => 'photo' in message);
    expect(photo?.caption).toBe(caption);
    expect(photo?.photo?.[0]).toMatchObject({ width: 1_200, height: 520 });
    const { text } = operator.shown().message;
    expect(text).toContain(title);
    expect(text).toContain(mrr);
    expect(text).toContain('ARPU:');
    await operator.press(week ?? '');
    expect(operator.shown().message.text).toContain(title);
  });

  it.each(['sales', 'transfers'])('send %s as a table', async (kind) => {
    const operator = await newOperator(stage, ['admin']);
    await operator.write('/stats');
    await operator.press(`v1:adm:csv::${kind}`);
    const document = messagesOf(operator).at(-1)?.document;
    expect(document?.file_name).toMatch(new RegExp(`^${kind}-\\d{4}-\\d{2}-\\d{2}\\.csv$`));
  });

  it('send people as a table with a reason, once the audit knows of it', async () => {
    const operator = await newOperator(stage, ['finance']);
    await operator.write('/stats');
    await operator.press('v1:adm:csv::users');
    expect(messagesOf(operator).at(-1)?.document).toBeUndefined();
    await operator.write('the bookkeeper asked for it');
    stage.commands.next('operate', () =>
      Promise.resolve({ kind: 'refused', reason: 'no_role' } as const),
    );
    await operator.press('Do it');
    expect(messagesOf(operator).some(({ document }) => document)).toBe(false);
    await operator.forge('v1:adm:csv::users');
    await operator.write('the bookkeeper asked for it');
    await operator.press('Do it');
    const [row] = await stage.sql`select count(*)::int as rows from users`;
    expect(stage.commands.asked.at(-1)?.with).toMatchObject({
      ...{ action: 'export_people', params: row, reason: 'the bookkeeper asked for it' },
      operator: { userId: operator.id },
    });
    const files = messagesOf(operator).flatMap(({ document }) => document?.file_name ?? []);
    expect(files).toEqual([expect.stringMatching(/^users-/)]);
  });

  it('are nothing for support, nor by a forged button', async () => {
    const support = await newOperator(stage, ['support']);
    expect((await support.write('/stats')).message.text).toContain('did not understand');
    for (const data of ['v1:adm:csv::users', 'v1:adm:stats::7', 'v1:adm:chart', 'v1:adm:go::stats'])
      expect((await support.forge(data)).toast).toContain('no longer works');
  });
});
