import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { PROJECT_ROOT } from '../support/servers/places';

test('the benchmark of encryption asks both sides in turn and proves that one is sealed', async () => {
  const command = ['scripts/bench.mjs', 'codec', '--smoke'];
  const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: PROJECT_ROOT });
  for (const spends of ['one by one, 5 a second', '4 concurrent']) {
    for (const payloads of ['plain', 'sealed \\(`PAYLOAD_KEYS`\\)']) {
      expect(stdout).toMatch(new RegExp(`\\| ${spends} \\| ${payloads} \\| \\d+ \\|`));
    }
    expect(stdout).toMatch(new RegExp(`\\| ${spends} \\| sealed to plain \\| \\d+\\.\\d\\d × \\|`));
  }
}, 300_000);
