import type { Cell } from '../../bench/measure';
import { replacedBetween, reportOf } from '../../bench/report/markdown';
import { verdictsOf } from '../../bench/report/targets';

function cell(system: Cell['system'], concurrency: number, perSecond: number, ms: number): Cell {
  const summary = {
    perSecond,
    lowestPerSecond: perSecond,
    highestPerSecond: perSecond,
    p50Ms: ms,
    p95Ms: ms,
    p99Ms: ms,
    failed: 0,
    repetitions: 1,
  };
  return { system, concurrency, summary, busy: 0.5, load: 1 };
}

const CELLS = [
  cell('product', 100, 1_500, 60),
  cell('dbos', 100, 400, 250),
  cell('restate', 100, 800, 120),
];

const ALONE = [
  { system: 'product', p50Ms: 30, p95Ms: 40, besideEmpty: 1.2 },
  { system: 'empty', p50Ms: 25, p95Ms: 30, besideEmpty: 1 },
] as const;

describe('the targets', () => {
  const verdicts = verdictsOf({ cells: CELLS, alone: ALONE, pacedP95Ms: 90, scale: [] });
  const verdict = (words: string) => verdicts.find(({ target }) => target.includes(words));

  test.each([
    ['one spend alone', '1.20 ×', true],
    ['at 100 concurrent ≥ 3 × DBOS', '3.75 ×', true],
    ['at 100 concurrent ≥ 2 × Restate', '1.88 ×', false],
    ['below DBOS', '0.24 ×', true],
    ['50 requests a second', '90 ms', true],
    ['at 500 concurrent ≥ 3 × DBOS', undefined, undefined],
  ])('%s: %p', (words, measured, isMet) => {
    expect(verdict(words)).toMatchObject({ measured, isMet });
  });

  test('of scale compare the ratios of a series, by the clock and by PostgreSQL itself', () => {
    const cost = (wallRatio: number, ownRatio?: number) => ({
      ...{ wallMs: 1, ownMs: 1, wallRatio, ownRatio },
    });
    const sized = (users: number, entries: number) => ({ users, entries });
    const [one, slow, none] = [cost(1, 1), cost(1.5, 1.1), undefined];
    const scale = [
      { ...sized(1_000, 1_000), single: one, ofOne: one, ofMany: one },
      { ...sized(1_000, 1_000_000), single: cost(1.1, 1.05), ofOne: one, ofMany: slow },
      { ...sized(10, 1_000), single: cost(1.15), ofOne: cost(1.1), ofMany: none },
    ];
    const flat = verdictsOf({ cells: [], alone: [], pacedP95Ms: undefined, scale }).slice(-4);
    expect(flat.map(({ measured, isMet }) => [measured, isMet])).toEqual([
      ['alone 5 %, 100 of one person 0 %, 100 of as many people 10 %', true],
      ['alone 10 %, 100 of one person 0 %, 100 of as many people 50 %', false],
      [undefined, undefined],
      ['alone 15 %, 100 of one person 10 %', true],
    ]);
  });
});

test('the report says which system failed', () => {
  const text = reportOf(
    { cells: CELLS, alone: ALONE, pacedP95Ms: undefined, scale: [] },
    {
      date: '2026-01-01 12:00',
      machine: 'a machine',
      idle: { share: 0.04, load: 0.1 },
      failures: new Map([['restate', 'it never answered']]),
      repetitions: 3,
      seconds: 4,
    },
  );
  expect(text).toContain('**restate failed:** it never answered');
  expect(text).toContain('| this system | 100 | 1,500 | 1,500–1,500 | 60 | 60 | 60 |');
  expect(text).toContain('| this system | 30.0 | 40.0 |');
});

test('a page keeps what stands around its marks', () => {
  const page = 'a\n<!-- x: begin -->\nold\n<!-- x: end -->\nb\n';
  expect(replacedBetween(page, 'x', 'new')).toBe(
    'a\n<!-- x: begin -->\n\nnew\n<!-- x: end -->\nb\n',
  );
  expect(() => replacedBetween('a', 'x', 'new')).toThrow('put its marks in');
});
