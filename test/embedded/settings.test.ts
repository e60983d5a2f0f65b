import { readFileSync } from 'node:fs';
import { DYNAMIC_SETTINGS } from '../../src/embedded/temporal/settings';

/** Name and value of every setting; the file is nothing but `name:` and `  - value: x` beneath it. */
function settingsOf(file: string): Record<string, unknown> {
  const found = file.matchAll(/^([\w.]+):\n {2}- value: (\S+)$/gm);
  return Object.fromEntries([...found].map(([, name, value]) => [name, scalar(value ?? '')]));
}

function scalar(text: string): unknown {
  return /^(\d+|true|false)$/.test(text) ? JSON.parse(text) : text;
}

/** What only tests and the sandbox need: a moving clock, and lists that are read right after they were written. */
const OWN = /TimeSkipping|WorkflowPause|timerProcessor|ReuseMinimal|RPS|rps|forceSearchAttributes/;

test('the production server has the settings of the embedded one, but for those of tests', () => {
  const shared = Object.entries(DYNAMIC_SETTINGS).filter(([name]) => !OWN.test(name));
  const file = readFileSync('deploy/temporal/dynamic.yaml', 'utf8');
  expect(settingsOf(file)).toEqual(Object.fromEntries(shared));
});

test('every setting of the production server says why it is made', () => {
  const lines = readFileSync('deploy/temporal/dynamic.yaml', 'utf8').split('\n');
  const unexplained = lines.filter((line, n) => {
    const before = lines[n - 1] ?? '';
    const isPair = /^matching\.numTaskqueueWrite|^history\.(maxTotal|hostLevelCache)/.test(line);
    return /^[\w.]+:$/.test(line) && !before.startsWith('#') && !isPair;
  });
  expect(unexplained).toEqual([]);
});
