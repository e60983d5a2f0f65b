import { timerText } from '../../../src/bot/admin/timers';
import { zonedSources } from '../../support/house/tree';

/** Where a function puts the deadline into words that a timer is named by. */
const IN_WORDS =
  /\/(?:subscription\/desk|subscription\/first-deadlines|gift\/gift|wallet\/wallet)\.ts$/;

/** Every name that the sources of workflows give to a timer, figures filled in. */
function namesOfTimers(): string[] {
  const sources = zonedSources().filter(({ path }) => path.startsWith('workflows/'));
  return sources.flatMap(({ path, text }) => [
    ...[...text.matchAll(/'(Until [^'\n]+)'/g)].map(([, name = '']) => name),
    ...(IN_WORDS.test(path) ? wordsOf(text) : []).map((words) => `Until ${words}`),
  ]);
}

/** What the functions say that put a deadline into words. */
function wordsOf(text: string): string[] {
  const bodies = text.match(/function (?:inWords|waitInWords)\([\s\S]*?\n}\n/g) ?? [];
  return bodies.flatMap((body) => {
    const templates = [...body.matchAll(/`([^`]+)`/g)].map(([, words = '']) => words);
    const plain = [...body.replace(/`[^`]+`/g, '').matchAll(/'([^'\n]+)'/g)];
    const words = [...templates, ...plain.map(([, one = '']) => one)];
    return words
      .filter((one) => one.includes(' ') && !one.startsWith('nothing'))
      .map((one) => one.replace(/\$\{[^}]+\}/g, '3'));
  });
}

test('every timer has a name in the language of whoever reads it', () => {
  const names = namesOfTimers();
  expect(names.length).toBeGreaterThan(40);
  expect(names.filter((name) => timerText('ru', name) === undefined)).toEqual([]);
  const russian = names.map((name) => timerText('ru', name) ?? '');
  expect(russian.filter((text) => /[A-Za-z]/.test(text.replace('Telegram', '')))).toEqual([]);
});

test.each([
  ['Until reminder 3 of period 2', 'напоминание за 3 дн. до конца периода 2'],
  ['Until the renewal after period 2 (renew:0)', 'продление после периода 2 (renew:0)'],
  ['Until the invoice expires', 'срок счёта истёк'],
])('%s is in Russian: %s', (name, expected) => {
  expect(timerText('ru', name)).toBe(expected);
});

test('a name of another build is nobody’s', () => {
  expect(timerText('ru', 'Until pigs fly')).toBeUndefined();
});
