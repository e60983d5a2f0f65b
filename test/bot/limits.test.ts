import { barText, parseTokens } from '../../src/bot/limits/bar';
import { startStage, type Stage } from './support/stage';
import { newVisitor } from './support/visitor';

test.each([
  [0, 100, '░░░░░░░░░░ 0%'],
  [45, 100, '▓▓▓▓░░░░░░ 45%'],
  [999, 1_000, '▓▓▓▓▓▓▓▓▓░ 99%'],
  [150, 100, '▓▓▓▓▓▓▓▓▓▓ 150%'],
])('%d of %d is drawn as %s', (used, limit, bar) => {
  expect(barText(used, limit)).toBe(bar);
});

test.each([
  ['100', 100_000_000],
  ['99,5', 99_500_000],
  ['1 000', 1_000_000_000],
  ['0', undefined],
  ['-5', undefined],
  ['many', undefined],
])('%s typed as a limit is %p micro-tokens', (typed, utok) => {
  expect(parseTokens(typed)).toBe(utok);
});

describe('/limits', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage();
  });
  afterAll(() => stage.stop());

  it('shows, sets and removes the limits of a person', async () => {
    const visitor = newVisitor(stage);
    await visitor.write('/start');
    const shown = await visitor.write('/limits');
    expect(shown.message.text).toContain('A day: no limit');
    await visitor.press('A day');
    expect((await visitor.write('a lot')).message.text).toContain('above zero');
    const set = await visitor.write('99.5');
    expect(set.message.text).toContain('A day: 0 of 99.50 tokens');
    expect(set.message.text).toContain('░░░░░░░░░░ 0%');
    expect(set.message.text).toContain('A month: no limit');
    const { message } = await visitor.press('Remove the daily one');
    expect(message.message.text).toContain('A day: no limit');
  });
});
