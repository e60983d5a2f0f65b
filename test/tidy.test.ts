import { ACCEPTANCE_NUMBERS, ANSWERED, numbersIn } from './support/house/acceptance';
import { configuredVariables, exampleVariables } from './support/house/environment';
import { functionsOf, median } from './support/house/functions';
import { testNamesOf } from './support/house/test-names';
import { readSource, trackedPaths, zonedSources } from './support/house/tree';

// Style that is kept by tests: each finding names the place and what to do instead.

const paths = trackedPaths();
const sources = zonedSources();
const product = sources.filter(({ path }) => !path.startsWith('test/'));
/** Where the variables that were parsed become values. */
const CONFIGURATION = [
  'src/config.ts',
  'src/config/billing-settings.ts',
  'src/config/temporal-settings.ts',
  'src/config/tracing-settings.ts',
];
const tests = sources.filter(({ path }) => path.endsWith('.test.ts'));

/** One sentence for each line of the files that matches. */
function findings(pattern: RegExp, instead: string, files = sources): string[] {
  return files.flatMap(({ path, text }) =>
    text
      .split('\n')
      .flatMap((line, index) =>
        pattern.test(line) ? [`${path}:${index + 1} ${line.trim().slice(0, 60)}: ${instead}`] : [],
      ),
  );
}

describe('files', () => {
  test('stop at 300 lines', () => {
    const long = sources
      .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
      .filter(({ lines }) => lines > 300)
      .map(({ path, lines }) => `${path} has ${lines} lines: make a folder of it`);
    expect(long).toEqual([]);
  });

  test('are named by what they hold', () => {
    const vague = paths.filter((path) =>
      /(?:^|[/-])(?:utils?|helpers?|common|misc|managers?|services?)(?:\.|\/|$)/i.test(path),
    );
    expect(vague.map((path) => `${path}: name it by the noun of the trade`)).toEqual([]);
  });

  test('export by name', () => {
    const pattern = /^export default\b/;
    const typescript = sources.filter(({ path }) => path.endsWith('.ts'));
    expect(findings(pattern, 'export it by its name', typescript)).toEqual([]);
  });
});

describe('code', () => {
  test('has no `any` and silences no checker without its reason on the line above', () => {
    const silenced = sources.flatMap(({ path, text }) =>
      text.split('\n').flatMap((line, index, lines) => {
        if (!/(?:\/\/|\/\*)\s*(?:@ts-|eslint-disable)/.test(line)) return [];
        const hasReason = /^\s*\/\/ [A-Z].{15,}/.test(lines[index - 1] ?? '');
        return hasReason ? [] : [`${path}:${index + 1} ${line.trim()}: say why on the line above`];
      }),
    );
    expect(silenced).toEqual([]);
    const pattern = /(?::|\bas|<)\s*any\b(?!\w)(?=[\s,;)>[\]=|&]|$)/;
    const code = sources.map(({ path, text }) => ({ path, text: withoutWords(text) }));
    expect(findings(pattern, 'use unknown and narrow it', code)).toEqual([]);
  });

  test('postpones nothing in comments', () => {
    const pattern = /\b(?:TO[D]O|FIX[M]E|X[X]X:|HA[C]K)\b/;
    expect(findings(pattern, 'do it, or open an issue')).toEqual([]);
  });

  test('reads the environment only where processes start', () => {
    const readers = product.filter(
      ({ path }) => !/^(?:src\/main|src\/embedded|sandbox|scripts)\//.test(path),
    );
    expect(
      findings(/\bprocess\.env\b/, 'take it from the Config of src/config.ts', readers),
    ).toEqual([]);
  });

  const sizes = product.flatMap(functionsOf);
  const typical = median(sizes.map(({ ownLines }) => ownLines));

  test(`of functions the median has ${typical} lines`, () => {
    expect(typical).toBeLessThanOrEqual(10);
  });

  test('has no function of more than 60 lines of its own', () => {
    const long = sizes
      .filter(({ ownLines }) => ownLines > 60)
      .map(({ path, line, ownLines }) => `${path}:${line} has ${ownLines} lines: split it`);
    expect(long).toEqual([]);
  });
});

/** Comments and strings blanked out, lines kept: "any" is a word in them. */
function withoutWords(text: string): string {
  const words =
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g;
  return text.replace(words, (word) => word.replace(/[^\n]/g, ' '));
}

describe('tests', () => {
  const names = tests.flatMap(testNamesOf);

  test('are found by the reader of names', () => {
    expect(names.length).toBeGreaterThan(400);
  });

  test('are named by sentences in the present tense', () => {
    const wishes = names
      .filter(({ name }) => /\bshould\b/i.test(name))
      .map(({ path, line, name }) => `${path}:${line} ${name}: say what is, not what should be`);
    expect(wishes).toEqual([]);
  });

  test('of one file never share a name, so that a failure says where it is', () => {
    const seen = new Set<string>();
    const doubled = names.filter(({ path, name }) => {
      const key = `${path} ${name}`;
      // The name of a table row is filled in from the row.
      if (name.includes('%') || name.includes('$')) return false;
      return seen.has(key) || !seen.add(key);
    });
    const inSameBlock = doubled.filter(({ name }) => numbersIn(name).length > 0);
    expect(inSameBlock).toEqual([]);
  });

  test('claim only acceptance numbers that the specification has', () => {
    const unknown = names.flatMap(({ path, line, name }) =>
      numbersIn(name)
        .filter((number) => !ACCEPTANCE_NUMBERS.has(number))
        .map((number) => `${path}:${line} claims ${number}, which the specification does not have`),
    );
    expect(unknown).toEqual([]);
  });

  test('answer for every acceptance number of this release', () => {
    const claimed = new Set(names.flatMap(({ name }) => numbersIn(name)));
    expect(ANSWERED.filter((number) => !claimed.has(number))).toEqual([]);
  });
});

describe('settings', () => {
  const configured = configuredVariables();
  const examples = exampleVariables();

  test('are all shown in .env.example', () => {
    expect(configured.length).toBeGreaterThan(30);
    expect(configured.filter((name) => !examples.has(name))).toEqual([]);
  });

  test('of .env.example are all read by something', () => {
    const readers = sources.filter(({ path }) => /^(?:src|sandbox|scripts|test)\//.test(path));
    const text = [...readers, readSource('docker-compose.yml')].map((file) => file.text).join('\n');
    const dead = [...examples.keys()].filter((name) => !new RegExp(`\\b${name}\\b`).test(text));
    expect(dead.map((name) => `${name} is read by nobody; remove it`)).toEqual([]);
  });

  test('are each read by exactly one place (T-G1)', () => {
    const text = CONFIGURATION.map((path) => readSource(path).text).join('\n');
    const counts = configured.map((name) => ({
      name,
      reads: [...text.matchAll(new RegExp(`\\bvalues\\.${name}\\b`, 'g'))].length,
    }));
    // Both of these are read by the guard of production, too.
    const isGuard = ({ name }: { name: string }) => name === 'PAYMENT_PROVIDERS';
    expect(counts.filter((one) => one.reads !== 1 && !isGuard(one))).toEqual([]);
  });

  test('of example files hold no secret', () => {
    const secrets = [...examples].filter(
      ([name, value]) =>
        /(?:TOKEN|SECRET|PASSWORD|KEY|PEPPER)/.test(name) && !/^$|^mock-|^\d+$/.test(value),
    );
    expect(secrets).toEqual([]);
  });
});

describe('the readers behind these tests notice', () => {
  test('how long functions are without those inside them', () => {
    const text = 'function a() {\n  const b = () => {\n    return 1;\n  };\n  return b;\n}';
    const sizes = functionsOf({ path: 'a.ts', text }).map(({ ownLines }) => ownLines);
    expect(sizes).toEqual([3, 3]);
  });

  test('names of tests and of tables', () => {
    const text = "test('a', f);\nit.each([1])('b %s', f);\ndescribe('c', f);";
    expect(testNamesOf({ path: 'a.test.ts', text }).map(({ name }) => name)).toEqual(['a', 'b %s']);
  });

  test('forbidden lines', () => {
    const file = { path: 'a.ts', text: `let a: ${'any'};` };
    expect(findings(new RegExp(': any;'), 'narrow it', [file])).toEqual([
      'a.ts:1 let a: any;: narrow it',
    ]);
  });
});
