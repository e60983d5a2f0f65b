import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

test('the types of the TypeScript client are those of the routes', () => {
  const root = join(__dirname, '..');
  const script = join(root, 'scripts', 'clients.mjs');
  const { status, stderr } = spawnSync(process.execPath, [script, 'check'], { cwd: root });
  expect({ status, stderr: String(stderr) }).toEqual({ status: 0, stderr: '' });
});
