import { lookUp, namedIn, PROVING_PAGES, unprovedIn } from './support/house/documents';
import { readSource, trackedPaths } from './support/house/tree';

// A claim of a document is worth what proves it: whatever a page tells its reader to run or to open is there.

const pages = trackedPaths()
  .filter((path) => /^(?:docs\/.*|[A-Z]+)\.md$/.test(path))
  .map(readSource);
const isThere = lookUp();

test.each(pages.map(({ path, text }) => [path, text] as const))(
  '%s names only commands, tests and files that are there',
  (_path, text) => {
    const missing = namedIn(text).filter((named) => !isThere(named));
    expect(missing.map(({ words }) => words)).toEqual([]);
  },
);

test.each(PROVING_PAGES)(
  'each chapter of %s names what proves it, or says that nothing does',
  (path) => {
    expect(unprovedIn(readSource(path))).toEqual([]);
  },
);

test('a name that leads nowhere is found, whatever it is', () => {
  const text = [
    '`npm run nowhere` and `npm run chaos`',
    '`npx jest test/replay test/nowhere`',
    '```sh\nnpm test -- test/deploy/nowhere\nnode dist/src/main/nowhere.js\n```',
    '`src/nowhere.ts`, `src/main/worker.ts`, `test/{replay,nowhere}/replay.test.ts`, `test/chaos/*.test.ts`',
  ].join('\n');
  const missing = namedIn(text).filter((named) => !isThere(named));
  expect(missing.map(({ words }) => words)).toEqual([
    'npm run nowhere',
    'test/nowhere',
    'test/deploy/nowhere',
    'node dist/src/main/nowhere.js',
    'src/nowhere.ts',
  ]);
});

test('a chapter without proof is found, and one that says so is not', () => {
  const text =
    '# A page\n\n## Said\n\nIt never fails.\n\n## Proved\n\n`npm run chaos`\n\n## Open\n\nNo test proves\nthis.\n';
  expect(unprovedIn({ path: 'docs/page.md', text })).toEqual(['Said']);
  const proofs = '## What proves it\n\n`npx jest test/replay`\n';
  expect(unprovedIn({ path: 'docs/page.md', text: text + proofs })).toEqual([]);
});

test('servers and workers run without source maps, as the page on performance says', () => {
  const places = trackedPaths().filter(
    (path) => path === 'docker-compose.yml' || path.startsWith('deploy/kubernetes/base/'),
  );
  const commands = places.flatMap((path) =>
    readSource(path)
      .text.split('\n')
      .filter((line) => /main\/(?:server|worker)\.js/.test(line)),
  );
  expect(commands).toHaveLength(4);
  expect(commands.filter((line) => line.includes('source-maps'))).toEqual([]);
});
