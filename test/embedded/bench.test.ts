import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { PROJECT_ROOT } from '../support/servers/places';

test('the benchmark starts, asks this system and its parts, and judges what it saw', async () => {
  const command = ['scripts/bench.mjs', 'spend', '--smoke'];
  const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: PROJECT_ROOT });
  for (const system of ['this system', 'empty workflow, eager start', 'SQL transaction']) {
    expect(stdout).toMatch(new RegExp(`\\| ${system}[^|]* \\| 1 \\| `));
  }
  expect(stdout).toMatch(/one spend alone .* \| \d+\.\d\d × \|/);
  expect(stdout).not.toContain('failed');
}, 300_000);
