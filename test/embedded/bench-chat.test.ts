import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { PROJECT_ROOT } from '../support/servers/places';

test('the benchmark of a crowd lets people buy and spend, and everything adds up in the end', async () => {
  const command = ['scripts/bench.mjs', 'chat', '--smoke'];
  const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: PROJECT_ROOT });
  expect(stdout).toContain('10 of 10 people');
  for (const row of ['paid on the bank’s page', 'API: spend', 'floor: empty workflow']) {
    expect(stdout).toMatch(new RegExp(`\\| ${row}[^|]* \\| [1-9]\\d* \\|`));
  }
  expect(stdout).toMatch(/\| worker \| \d+ \|/);
  expect(stdout).toMatch(/\| the books balance \| \d+ invariants \| yes \|/);
  expect(stdout).not.toContain('**no**');
}, 300_000);
