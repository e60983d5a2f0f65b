import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { PROJECT_ROOT } from '../support/servers/places';

test('the benchmark of sleeping subscriptions lets them sleep, wakes them at once, and takes each fee once', async () => {
  const command = ['scripts/bench.mjs', 'subscriptions', '--smoke'];
  const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: PROJECT_ROOT });
  for (const row of [
    'empty workflows',
    'renewals from the wallet',
    'renewals, the worker killed',
  ]) {
    expect(stdout).toMatch(new RegExp(`\\| 20 ${row}[^|]* \\| \\d+\\.\\d s \\| \\d+ \\|`));
  }
  expect(stdout).toMatch(/\| 60 \| \d+ \|/);
  expect(stdout).toContain('Every fee was taken once');
}, 300_000);
