import { ACCEPTANCE_NUMBERS, numbersIn } from './support/house/acceptance';
import { configuredVariables } from './support/house/environment';
import { FEATURES } from './support/house/features';
import { SPECIFIED_SETTINGS } from './support/house/settings';
import { testNamesOf } from './support/house/test-names';
import { readSource, zonedSources } from './support/house/tree';

// The specification against its tests and its settings: what it lists is there, and nothing proves nothing.

const tests = zonedSources().filter(({ path }) => path.endsWith('.test.ts'));
const named = new Map(tests.map((file) => [file.path, testNamesOf(file)]));

test('T-G1 every case of the acceptance matrix is the name of a test', () => {
  const claimed = new Set([...named.values()].flat().flatMap(({ name }) => numbersIn(name)));
  expect([...ACCEPTANCE_NUMBERS].filter((number) => !claimed.has(number))).toEqual([]);
});

test('T-G1 every feature has tests, and every acceptance test proves a feature', () => {
  const proofs = Object.values(FEATURES).flat();
  expect(proofs.filter((path) => (named.get(path) ?? []).length === 0)).toEqual([]);
  const acceptance = [...named.keys()].filter((path) => path.startsWith('test/acceptance/'));
  expect(acceptance.filter((path) => !proofs.includes(path))).toEqual([]);
});

/** Files that turn parsed variables into values. */
const READERS = [
  'src/config.ts',
  'src/config/billing-settings.ts',
  'src/config/provider-settings.ts',
  'src/config/temporal-settings.ts',
  'src/config/tracing-settings.ts',
].map(readSource);

/** Which of them name a variable in their code; what they say about it to people does not count. */
function readersOf(name: string): string[] {
  const reading = new RegExp(`(?:\\bvalues\\.${name}\\b|\\b${name}:|'${name}')`);
  return READERS.filter(({ text }) => reading.test(text)).map(({ path }) => path);
}

test('T-G1 every setting of the specification is read by exactly one file', () => {
  const { text } = readSource('src/config/provider-environment.ts');
  const providers = [...text.matchAll(/^ {2}([A-Z][A-Z0-9_]*):/gm)].map(([, name]) => name ?? '');
  const parsed = [...configuredVariables(), ...providers];
  expect(SPECIFIED_SETTINGS.filter((name) => !parsed.includes(name))).toEqual([]);
  const readers = SPECIFIED_SETTINGS.map((name) => ({ name, files: readersOf(name) }));
  // Who is offered is read by the guard of production, too.
  const isGuarded = ({ name }: { name: string }) => name === 'PAYMENT_PROVIDERS';
  expect(readers.filter((one) => one.files.length !== 1 && !isGuarded(one))).toEqual([]);
});
