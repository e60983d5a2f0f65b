// `npm run upgrade:rehearse -- <git ref>`: checks an earlier release out, builds it, and lives through the upgrade from it.
//
//   --write   puts the steps and what came of them into docs/operations.md
//
// The earlier release uses the packages that are installed here, where they are those of its own lock file; else it gets
// its own. Everything else is in folders that are gone at the end.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { requireTypeScript } from './load-typescript.mjs';
import { build, fail, installPackages, requireNode, ROOT, runVisibly } from './prepare.mjs';

requireNode();
const [ref, ...options] = process.argv.slice(2).filter((word) => word !== '--write');
if (ref === undefined || options.length > 0)
  fail('Name the earlier release: npm run upgrade:rehearse -- <git ref> [--write]');
const earlier = commitOf(ref);
await installPackages();
await build();
mkdirSync(join(ROOT, '.data', 'test'), { recursive: true });
const folder = mkdtempSync(join(ROOT, '.data', 'rehearsal-'));
// Whoever loses patience leaves nothing behind, either.
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
checkOut();
await givePackages();
await buildEarlier();
process.env.TEST_PATIENCE_MS ??= '120000';
const { main } = requireTypeScript()('../test/upgrades/rehearsal/main.ts');
const isWritten = process.argv.includes('--write') ? ['--write'] : [];
const names = [
  '--folder',
  folder,
  '--name',
  earlier.slice(0, 7),
  '--into',
  commitOf('HEAD').slice(0, 7),
];
process.exit(await main([...names, ...isWritten]));

function git(...args) {
  return execFileSync('git', args, {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

/** The full name of a commit that this clone has. */
function commitOf(name) {
  try {
    return git('rev-parse', '--verify', `${name}^{commit}`).trim();
  } catch {
    const isShallow = git('rev-parse', '--is-shallow-repository').trim() === 'true';
    const remedy = isShallow
      ? 'this clone is shallow: git fetch --unshallow, or git fetch --depth 1 origin <tag>'
      : 'git log names those that are here';
    return fail(`There is no commit ${name}; ${remedy}`);
  }
}

function checkOut() {
  const archive = join(folder, 'earlier.tar');
  git('archive', '--format=tar', `--output=${archive}`, earlier);
  execFileSync('tar', ['-xf', archive, '-C', folder]);
  rmSync(archive);
}

async function givePackages() {
  if (isInstalledHere())
    return symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
  const npm = process.env.npm_execpath;
  if (npm === undefined) fail('It needs packages of its own: run it with npm');
  const wish = [
    'ci',
    '--prefix',
    folder,
    '--include=dev',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  if ((await runVisibly('Installing its packages', process.execPath, [npm, ...wish])) !== 0)
    fail('The packages of the earlier release could not be installed; the reason stands above.');
}

/** Whether each package of its lock file is here in that very version. */
function isInstalledHere() {
  const packagesOf = (path) => JSON.parse(readFileSync(path, 'utf8')).packages;
  const installed = join(ROOT, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return false;
  const present = packagesOf(installed);
  return Object.entries(packagesOf(join(folder, 'package-lock.json'))).every(
    ([path, { version, optional }]) =>
      path === '' || optional === true || present[path]?.version === version,
  );
}

/** By its own scripts, as its image was built. */
async function buildEarlier() {
  const script = join(folder, 'scripts', 'build.mjs');
  if ((await runVisibly('Building the earlier release', process.execPath, [script])) !== 0)
    fail(`${ref} does not build; its errors stand above.`);
}
