// The browser journey needs Chromium. Where it is missing and may be installed, `npm test` installs it.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { runVisibly } from './prepare.mjs';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

// With fonts for emoji, which the chat page is full of.
const INSTALL =
  'apt-get update -qq >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq ' +
  '--no-install-recommends chromium fonts-noto-color-emoji >/dev/null';

/** The browser's path; undefined when it is neither there nor to be had, which the journey then says itself. */
export async function findOrInstallBrowser() {
  const found = findBrowser();
  if (found !== undefined) return found;
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) {
    console.error(
      'Chromium is missing, so the browser journey will fail; run "apt-get install chromium" or set CHROMIUM_PATH',
    );
    return undefined;
  }
  await runVisibly('Installing Chromium for the browser journey', 'sh', ['-c', INSTALL]);
  return findBrowser();
}

function findBrowser() {
  const wished = process.env.CHROMIUM_PATH;
  return [...(wished ? [wished] : []), ...PLACES].find((path) => existsSync(path));
}
