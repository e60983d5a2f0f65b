import { measureAlone } from '../../bench/alone';
import type { Target } from '../../bench/systems';

const TARGET = { path: '/' } as Target;

/** Systems on a machine that is twice as slow in the second of three rounds. */
async function measured(systems: Readonly<Record<string, number>>) {
  const asked: string[] = [];
  const targets = Object.keys(systems).map((name) => [name, { ...TARGET, url: name }] as const);
  const cells = await measureAlone(new Map(targets) as Parameters<typeof measureAlone>[0], {
    pace: { warmUpMs: 0 },
    alone: { rounds: 3, measureMs: 1 },
    generator: {
      run: ({ url }) => {
        const slowness = Math.floor(asked.length / targets.length) === 1 ? 2 : 1;
        asked.push(url);
        const p50Ms = (systems[url] ?? 0) * slowness;
        const more = { p95Ms: p50Ms * 2, p99Ms: p50Ms * 3 };
        return Promise.resolve({ answered: 1, failed: 0, seconds: 1, p50Ms, ...more });
      },
    },
    say: () => undefined,
    onFailure: (_system, error) => {
      throw error;
    },
  });
  return { asked, cells };
}

test('systems that are asked alone are compared within a round, each of which begins with another', async () => {
  const { asked, cells } = await measured({ product: 24, empty: 20 });
  expect(asked).toEqual(['product', 'empty', 'empty', 'product', 'product', 'empty']);
  expect(cells).toEqual([
    { system: 'product', p50Ms: 24, p95Ms: 48, besideEmpty: 1.2 },
    { system: 'empty', p50Ms: 20, p95Ms: 40, besideEmpty: 1 },
  ]);
});

test('without an empty workflow nothing is said of how a system stands beside it', async () => {
  const { cells } = await measured({ sql: 4 });
  expect(cells).toEqual([{ system: 'sql', p50Ms: 4, p95Ms: 8, besideEmpty: undefined }]);
});
