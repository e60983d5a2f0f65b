import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../support/house/tree';

// A project as small as can be, with the real scripts around tests that pass or fail as they are told.

const IDENTITY = ['-c', 'user.name=somebody', '-c', 'user.email=somebody@example.com'];

let project: string;

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'release-'));
  mkdirSync(join(project, 'bin'));
  mkdirSync(join(project, 'scripts'));
  for (const path of ['deploy/release.sh', 'scripts/green.mjs', 'scripts/prepare.mjs']) {
    cpSync(join(ROOT, path), join(project, path));
  }
  const docker = join(project, 'bin', 'docker');
  writeFileSync(docker, '#!/bin/sh\necho "docker $*"\n');
  chmodSync(docker, 0o755);
  writeFileSync(join(project, '.gitignore'), '.data\n');
  git('init', '--quiet');
  commit('first');
});
afterEach(() => rmSync(project, { recursive: true, force: true }));

function git(...args: string[]): string {
  return execFileSync('git', [...IDENTITY, ...args], { cwd: project, encoding: 'utf8' }).trim();
}

function commit(message: string): string {
  writeFileSync(join(project, 'content'), message);
  git('add', '--all');
  git('commit', '--quiet', '--message', message);
  return git('rev-parse', 'HEAD');
}

/** A whole run of the tests, as scripts/test.mjs remembers it; `meanwhile` is done by somebody while it runs. */
function runTests(isGreen: boolean, meanwhile = ''): void {
  const script = `
    import { cleanCommit, recordOutcome } from './scripts/green.mjs';
    import { writeFileSync } from 'node:fs';
    const commit = cleanCommit();
    ${meanwhile}
    recordOutcome(commit, ${isGreen});`;
  execFileSync(process.execPath, ['--input-type=module', '--eval', script], { cwd: project });
}

function release() {
  const env = { ...process.env, PATH: `${join(project, 'bin')}:${process.env['PATH'] ?? ''}` };
  const { status, stdout, stderr } = spawnSync('deploy/release.sh', ['shop'], {
    ...{ cwd: project, env, encoding: 'utf8' },
  });
  return { isReleased: status === 0, said: `${stdout}${stderr}` };
}

test('T-F5 a commit that has not passed the tests is not released', () => {
  expect(release()).toEqual({
    isReleased: false,
    said: expect.stringContaining('has not passed .ci/run') as string,
  });
  runTests(false);
  expect(release().isReleased).toBe(false);
});

test('T-F5 a commit that has passed them is, under its own name', () => {
  runTests(true);
  const build = git('rev-parse', '--short=12', 'HEAD');
  expect(release()).toEqual({
    isReleased: true,
    said: expect.stringContaining(`--build-arg BUILD_ID=${build} --tag shop:${build} .`) as string,
  });
});

test('T-F5 neither the next commit nor a change beside it is released by the tests of the last', () => {
  runTests(true);
  writeFileSync(join(project, 'content'), 'changed');
  expect(release().said).toContain('there are changes that no commit has');
  commit('second');
  expect(release().isReleased).toBe(false);
});

test('T-F5 tests that fail later, or ran while something was changed, count as failed', () => {
  runTests(true);
  runTests(false);
  expect(release().isReleased).toBe(false);
  runTests(true, `writeFileSync('content', 'changed');`);
  git('checkout', '--quiet', 'content');
  expect(release().isReleased).toBe(false);
});
