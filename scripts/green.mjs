// Which commits have passed the whole test suite on this machine; deploy/release.sh releases no other.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './prepare.mjs';

const FOLDER = join(ROOT, '.data', 'green');

/** The commit that lies here unchanged; undefined with changes, or outside of git. */
export function cleanCommit() {
  const changes = git('status', '--porcelain');
  return changes === '' ? git('rev-parse', 'HEAD') : undefined;
}

/** Remembers how a whole run of the tests of a commit ended. */
export function recordOutcome(commit, isGreen) {
  if (commit === undefined) return;
  const mark = join(FOLDER, commit);
  rmSync(mark, { force: true });
  // Whoever changed something meanwhile has not tested what lies here now.
  if (!isGreen || cleanCommit() !== commit) return;
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(mark, '');
}

function git(...args) {
  const { status, stdout } = spawnSync('git', args, { cwd: ROOT, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}
