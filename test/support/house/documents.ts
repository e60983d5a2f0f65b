import { trackedPaths, readSource } from './tree';

/** What a page of docs/ tells its reader to run or to look at. */
export interface Named {
  readonly kind: 'script' | 'tests' | 'program' | 'path';
  /** The words as they stand there, such as `npm run chaos`. */
  readonly words: string;
  /** The name that has to exist. */
  readonly name: string;
}

/** Pages whose every chapter proves what it says. */
export const PROVING_PAGES = [
  'docs/api.md',
  'docs/deploying.md',
  'docs/licences.md',
  'docs/operations.md',
  'docs/performance.md',
  'docs/reliability.md',
  'docs/security.md',
] as const;

/** How a chapter says that nothing proves it: openly, so that nobody takes it for a promise that is kept by a test. */
const UNPROVED = 'No test proves this';

const CODE = /```[a-z]*\n([\s\S]*?)```|`([^`]+)`/g;
const ZONES =
  'activities|bench|clients|deploy|docs|drizzle|legal|sandbox|scripts|src|test|workflows';
/** One run of Jest with the paths it is given. */
const TESTS = /(?:\bnpx jest|\bnpm test --)((?: test[\w./-]*)+)/g;
const PATH = new RegExp(`(?<![\\w./<-])(?:${ZONES})/[\\w./{},*-]*`, 'g');

/** Everything that a text names as code and that can be looked up. */
export function namedIn(text: string): Named[] {
  return [...text.matchAll(CODE)].flatMap(([, block, inline]) => namesOf(block ?? inline ?? ''));
}

function namesOf(code: string): Named[] {
  const found = (kind: Named['kind'], pattern: RegExp, text = code): Named[] =>
    [...text.matchAll(pattern)].map(([words, name = words]) => ({ kind, words, name }));
  const tests = [...code.matchAll(TESTS)].flatMap(([, list = '']) =>
    found('tests', /\S+/g, list.trim()),
  );
  return [
    ...found('script', /\bnpm run ([\w:-]+)/g),
    ...tests,
    ...found('program', /\bnode dist\/(src\/main\/[\w-]+)\.js/g),
    ...found('path', PATH, code.replace(TESTS, '')).filter(({ name }) => !isMade(name)),
  ];
}

/** Written by a build, a test or an operator; nobody commits them. */
function isMade(path: string): boolean {
  return path.startsWith('bench/peers/node_modules') || path.includes('overlays/yours');
}

/** Whether what is named is there. */
export function lookUp(): (named: Named) => boolean {
  const paths = trackedPaths();
  const tests = paths.filter((path) => path.endsWith('.test.ts'));
  const { scripts } = JSON.parse(readSource('package.json').text) as {
    scripts: Readonly<Record<string, string>>;
  };
  return ({ kind, name }) => {
    switch (kind) {
      case 'script':
        return name in scripts;
      case 'tests':
        return tests.some((path) => path.startsWith(name));
      case 'program':
        return paths.includes(`${name}.ts`);
      case 'path': {
        const pattern = patternOf(name);
        return paths.some((path) => pattern.test(path));
      }
    }
  };
}

/** A file, a folder, or several of either by braces and stars. */
function patternOf(name: string): RegExp {
  const bare = name.replace(/[.,]$/, '').replace(/\/$/, '');
  const escaped = bare.replace(/[.+?^$()|[\]\\-]/g, '\\$&');
  const braces = escaped.replace(
    /\{([^}]*)\}/g,
    (_, names: string) => `(?:${names.replaceAll(',', '|')})`,
  );
  return new RegExp(`^${braces.replaceAll('*', '[^/]*')}(?:\\.(?:ts|md))?(?:/|$)`);
}

interface Chapter {
  readonly title: string;
  readonly text: string;
}

/** The chapters of a page; what stands before the first one is a chapter of the page's own name. */
function chaptersOf({ path, text }: { path: string; text: string }): Chapter[] {
  const [opening = '', ...rest] = withoutComments(text).split(/^## /m);
  const chapters = rest.map((chapter) => ({
    title: chapter.slice(0, chapter.indexOf('\n')),
    text: chapter,
  }));
  return isSaying(opening) ? [{ title: path, text: opening }, ...chapters] : chapters;
}

/** Where one page's opening only introduces its chapters, they do the proving. */
function isSaying(opening: string): boolean {
  return /\|/.test(opening);
}

function withoutComments(text: string): string {
  return text.replace(/^<!--.*-->$/gm, '');
}

/** The chapter of a page that proves what its others say. */
const PROOFS = 'What proves it';

/** Titles of the chapters of a page that claim something and leave its proof open. */
export function unprovedIn(page: { readonly path: string; readonly text: string }): string[] {
  const chapters = chaptersOf(page);
  if (chapters.some(({ title, text }) => title === PROOFS && namesProof(text))) return [];
  return chapters.filter((chapter) => !provesItself(chapter)).map(({ title }) => title);
}

/** Whether a chapter names a command or a test, or says that there is none. */
function provesItself({ text }: Chapter): boolean {
  return text.replace(/\s+/g, ' ').includes(UNPROVED) || namesProof(text);
}

function namesProof(text: string): boolean {
  return namedIn(text).some(
    ({ kind, name }) =>
      kind === 'script' || kind === 'tests' || (kind === 'path' && name.startsWith('test/')),
  );
}
