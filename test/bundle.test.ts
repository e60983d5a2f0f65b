import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WORKFLOW_INTERCEPTORS } from '../src/main/workflow-code';
import { FAILURES_PATH } from '../src/payloads/converter';
import { bundleContent, intruders } from './support/house/bundle';
import { readSource, ROOT, trackedPaths } from './support/house/tree';

// TypeScript and Temporal's bundler let nearly everything into a workflow without a word, so what is really inside counts.

let folder: string;

beforeAll(() => {
  const place = join(ROOT, '.data', 'planted');
  mkdirSync(place, { recursive: true });
  folder = mkdtempSync(join(place, 'planted-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the workflow bundle holds workflows, contracts, pure rules and the SDK, and nothing else', async () => {
  const content = await bundleContent(join(ROOT, 'workflows', 'index.ts'));
  expect(intruders(content)).toEqual([]);
  expect(content.files).toEqual(expect.arrayContaining(['src/domain/assert.ts']));
  expect(content.packages).toEqual(
    expect.arrayContaining(['@temporalio/common', '@temporalio/workflow']),
  );
});

test('the bundle of encrypted payloads holds how failures are converted besides, and no key', async () => {
  const entry = join(ROOT, 'workflows', 'index.ts');
  const content = await bundleContent(entry, { failureConverterPath: FAILURES_PATH });
  const plain = await bundleContent(entry);
  expect(content.files.filter((file) => !plain.files.includes(file))).toEqual([
    'src/payloads/failures.ts',
  ]);
  expect(content.packages).toEqual(plain.packages);
});

test('what carries traces puts nothing of OpenTelemetry into the bundle', async () => {
  const entry = join(ROOT, 'workflows', 'index.ts');
  const content = await bundleContent(entry, { workflowInterceptorModules: WORKFLOW_INTERCEPTORS });
  const plain = await bundleContent(entry);
  expect(content.files.filter((file) => !plain.files.includes(file))).toEqual([
    'src/tracing/header.ts',
    'src/tracing/ids.ts',
    'src/tracing/trace-parent.ts',
    'src/tracing/workflow.ts',
    'workflows/queried-ahead.ts',
  ]);
  expect(content.packages).toEqual(plain.packages);
});

test('every workflow file is really in the bundle', async () => {
  const { files } = await bundleContent(join(ROOT, 'workflows', 'index.ts'), {
    workflowInterceptorModules: WORKFLOW_INTERCEPTORS,
  });
  const bundled = files.filter((path) => path.startsWith('workflows/'));
  const written = trackedPaths().filter((path) => path.startsWith('workflows/'));
  expect(written).toEqual(expect.arrayContaining(bundled));
  // A contract may hold nothing but words for whoever starts the workflow; types leave no trace in the bundle.
  expect(written.filter((path) => !bundled.includes(path) && !isContract(path))).toEqual([]);
});

const isContract = (path: string): boolean => path.endsWith('/contract.ts');

test('a contract is in the bundle where its workflow is asked by it', async () => {
  const { files } = await bundleContent(join(ROOT, 'workflows', 'index.ts'));
  expect(files).toContain('workflows/billing/contract.ts');
});

/** State of a module, which all workflows of a worker would share; what is read only may stand there. */
const STATE =
  /^(?:export )?(?:let|var) .*$|^(?:export )?const \w+(?:: (?!Readonly)[^=]+)? = new (?:Weak)?(?:Map|Set)\b.*$/gm;
/** Made from nothing but its key, so whoever asks first makes no difference. */
const CACHES = ['src/domain/calendar.ts: const formats = new Map<string, Intl.DateTimeFormat>();'];

function statesOf(path: string, text: string): string[] {
  return (text.match(STATE) ?? []).map((line) => `${path}: ${line}`);
}

test('no module of the bundle keeps state, because all workflows of a worker share it', async () => {
  const { files } = await bundleContent(join(ROOT, 'workflows', 'index.ts'));
  const states = files.flatMap((path) => statesOf(path, readSource(path).text));
  expect(states.filter((line) => !CACHES.includes(line))).toEqual([]);
});

test.each([
  'let last = 0;',
  'export const seen = new Set<string>();',
  'const byId: Map<string, number> = new Map();',
])('%s counts as state', (line) => {
  expect(statesOf('planted.ts', `import { x } from './x';\n${line}\n`)).toHaveLength(1);
});

const PLANTED: readonly [name: string, source: string, intruder: string][] = [
  [
    'a database package',
    `import { sql } from 'drizzle-orm';\nexport async function planted() { return sql\`1\`; }`,
    'package drizzle-orm is in the workflow bundle',
  ],
  [
    'the configuration',
    `import { readConfig } from '${join(ROOT, 'src/config')}';\nexport async function planted() { return readConfig({}); }`,
    'src/config.ts is in the workflow bundle',
  ],
  [
    'a sentence for people',
    `import * as texts from '${join(ROOT, 'src/texts')}';\nexport async function planted() { return texts; }`,
    'src/texts/index.ts is in the workflow bundle',
  ],
];

test.each(PLANTED)('a workflow that reaches %s is caught', async (name, source, intruder) => {
  expect(intruders(await bundleContent(plant(name, source))).join('\n')).toContain(intruder);
});

test('a workflow that reaches an activity instead of its type is refused by the bundler', async () => {
  const source = `import { unite } from '${join(ROOT, 'activities')}';\nexport async function planted() { return unite([]); }`;
  await expect(bundleContent(plant('an activity', source))).rejects.toThrow(/Webpack/);
});

function plant(name: string, source: string): string {
  const entry = join(folder, `${name.replace(/\W/g, '-')}.ts`);
  writeFileSync(entry, source);
  return entry;
}
