// Configuration files are judged by the programs that read them. Where these are missing and may be installed, `npm test`
// installs them.
import { spawnSync } from 'node:child_process';
import { runVisibly } from './prepare.mjs';

/** Programs by the Debian package that has them. */
const PACKAGES = { promtool: 'prometheus' };

export async function installJudges() {
  const missing = Object.keys(PACKAGES).filter((name) => spawnSync(name, ['--version']).error);
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) {
    console.error(`${missing.join(', ')} missing, so a test of configuration files will fail`);
    return;
  }
  const names = missing.map((name) => PACKAGES[name]).join(' ');
  await runVisibly(`Installing ${names} to judge configuration files`, 'sh', [
    '-c',
    'apt-get update -qq >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq ' +
      `--no-install-recommends ${names} >/dev/null`,
  ]);
}
