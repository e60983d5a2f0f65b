import type { ClockMove } from '../../../src/bot/parts';
import { isSandbox } from '../../../src/main/test-clock';
import { newOperator } from '../support/roles';
import { startStage, type Stage } from '../support/stage';
import { newVisitor, until } from '../support/visitor';

const FROM = Date.parse('2030-01-31T10:00:00Z');

describe('OPS-20 /clock in the sandbox', () => {
  let stage: Stage;
  let answer: ClockMove | Error;
  const asked: { userId: number; untilMs: number }[] = [];
  beforeAll(async () => {
    stage = await startStage({
      change: () => ({
        testClock: {
          move: ({ userId, endMs }) => {
            asked.push({ userId, untilMs: endMs(FROM) });
            return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
          },
        },
      }),
    });
  });
  afterAll(() => stage.stop());

  const answerTo = async (line: string) => {
    const admin = await newOperator(stage, ['admin']);
    await admin.write(line);
    const shown = () => admin.shown().message.text ?? '';
    await until('the jump to be told of', () => !shown().includes('Moving'));
    return { id: admin.id, text: shown() };
  };

  it('moves one’s own clock and tells what fell due', async () => {
    const untilMs = FROM + 31 * 86_400_000;
    const fired = [{ workflowId: 'sub:1', atMs: FROM + 1_000, summary: 'Until <it>' }];
    answer = { kind: 'moved', fromMs: FROM, untilMs, fired };
    const { id, text } = await answerTo('/clock +31d');
    expect(asked.at(-1)).toEqual({ userId: id, untilMs });
    expect(text).toContain('Before: 2030-01-31');
    expect(text).toContain('After: 2030-03-03');
    expect(text).toContain('1 event fell due');
    expect(text).toContain('Until <it> (sub:1)');
  });

  it('moves somebody’s clock, and names twenty events of many', async () => {
    const fired = Array.from({ length: 48 }, (_, n) => ({
      ...{ workflowId: `sub:${n}`, atMs: FROM + n, summary: 'a reminder' },
    }));
    answer = { kind: 'moved', fromMs: FROM, untilMs: FROM, fired };
    const { text } = await answerTo('/clock 4242 +1y');
    expect(asked.at(-1)).toEqual({ userId: 4242, untilMs: Date.parse('2031-01-31T10:00:00Z') });
    expect(text.match(/a reminder/g)).toHaveLength(20);
    expect(text).toContain('and 28 more');
  });

  it.each([
    [{ kind: 'busy' }, 'is being moved already'],
    [{ kind: 'unknown_person' }, 'has not met 4242'],
    [{ kind: 'fixed', problem: 'no field' }, '1.32.0 or later'],
    [new Error('are workers running?'), 'are workers running?'],
  ] as [ClockMove | Error, string][])('says why it did not: %o', async (given, words) => {
    answer = given;
    expect((await answerTo('/clock 4242 +6h')).text).toContain(words);
  });

  it.each(['/clock', '/clock 31d', '/clock +0d', '/clock -1d', '/clock 1 2 +1d', '/clock @x +1d'])(
    '%s explains how it is done and moves nothing',
    async (line) => {
      const before = asked.length;
      const admin = await newOperator(stage, ['admin']);
      expect((await admin.write(line)).message.text).toContain('/clock +31d');
      expect(asked).toHaveLength(before);
    },
  );

  it('is in the menu of admins, and unknown to everybody else', async () => {
    const admin = await newOperator(stage, ['admin']);
    expect((await admin.write('/admin')).message.text).toContain('/clock');
    for (const other of [await newOperator(stage, ['finance']), newVisitor(stage)]) {
      expect((await other.write('/clock +1d')).message.text).not.toContain('Moving');
    }
  });
});

describe('OPS-20 /clock outside the sandbox', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage();
  });
  afterAll(() => stage.stop());

  it('says so, and stands in no menu', async () => {
    const admin = await newOperator(stage, ['admin']);
    expect((await admin.write('/clock +31d')).message.text).toContain('in the sandbox only');
    expect((await admin.write('/admin')).message.text).not.toContain('/clock');
  });
});

describe('what counts as the sandbox', () => {
  const config = (enabled: readonly string[], isProduction = false) => ({
    isProduction,
    providers: { enabled, settings: {}, unconfigured: [], mock: {} as never },
  });

  test.each([
    [['mock'], false, true],
    [['mock', 'stars'], false, true],
    [['mock', 'robokassa'], false, false],
    [['stars'], false, false],
    [['mock', 'stars'], true, false],
  ])('%j, production: %s → %s', (enabled, isProduction, expected) => {
    expect(isSandbox(config(enabled, isProduction))).toBe(expected);
  });
});
