// What `npm start` and `npm test` share. Runs before anything is installed, so it uses nothing but Node.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { clearInterval, setInterval } from 'node:timers';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const OLDEST_NODE = 20;
const TICK_MS = 5_000;
const SILENT_MS = 2_000;

export function requireNode() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= OLDEST_NODE) return;
  fail(
    `Node ${OLDEST_NODE} or later is needed, this is ${process.versions.node}; see https://nodejs.org`,
  );
}

/** Installs packages when they are missing, or belong to another package-lock.json or to other patches. */
export async function installPackages() {
  const mark = join(ROOT, 'node_modules', '.telegram-billing-lock');
  const patches = readdirSync(join(ROOT, 'patches')).sort();
  const wanted = hashOf([
    join(ROOT, 'package-lock.json'),
    ...patches.map((name) => join(ROOT, 'patches', name)),
  ]);
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return;
  if (!existsSync(mark) && isInstalledAsLocked()) return writeFileSync(mark, wanted);
  const npm = process.env.npm_execpath ?? '';
  const [command, ...first] = npm.endsWith('npm-cli.js') ? [process.execPath, npm] : [npmName()];
  const code = await runVisibly('Installing packages', command, [
    ...first,
    'ci',
    '--include=dev',
    '--loglevel=warn',
    '--no-audit',
    '--no-fund',
  ]);
  if (code !== 0)
    fail(
      'npm could not install the packages; its reason stands above. A network and npm 9 or later are needed.',
    );
  writeFileSync(mark, wanted);
}

/** Compiles to dist/ when a source is newer than the last complete build, or anything was added or removed. */
export async function build() {
  const mark = join(ROOT, 'dist', '.sources');
  const sources = ['src', 'workflows', 'activities', 'drizzle', 'sandbox'].flatMap((folder) =>
    filesUnder(join(ROOT, folder)),
  );
  const settings = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'].map((name) =>
    join(ROOT, name),
  );
  const wanted = hashOf([...sources, ...settings]);
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return;
  // What an earlier build left of a source that has moved would still be found, and found first.
  rmSync(join(ROOT, 'dist'), { recursive: true, force: true });
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const code = await runVisibly('Compiling', process.execPath, [
    tsc,
    '-p',
    join(ROOT, 'tsconfig.build.json'),
  ]);
  if (code !== 0) fail('The project does not compile; the errors stand above.');
  const bundler = join(ROOT, 'dist', 'src', 'main', 'bundle.js');
  const bundled = await runVisibly('Bundling workflows', process.execPath, [bundler]);
  if (bundled !== 0) fail('The workflows could not be bundled; the reason stands above.');
  mkdirSync(dirname(mark), { recursive: true });
  writeFileSync(mark, wanted);
}

/**
 * Runs the program in the foreground and ends as it ends. The first Ctrl-C lets it stop cleanly, the second kills it.
 * The program gets a group of its own, because a terminal sends Ctrl-C to the whole group and npm sends it once more.
 */
export async function runToTheEnd(command, args, environment = {}) {
  const child = spawn(command, args, {
    cwd: ROOT,
    stdio: 'inherit',
    detached: true,
    env: { ...process.env, ...environment },
  });
  let firstAsked = 0;
  const pass = (signal) => {
    const now = Date.now();
    if (firstAsked === 0) {
      firstAsked = now;
      child.kill(signal);
    } else if (now - firstAsked > 500) {
      killGroup(child.pid);
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => pass(signal));
  const [code, signal] = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (...outcome) => resolve(outcome));
  });
  return code ?? (signal === 'SIGINT' ? 130 : 1);
}

export function fail(message) {
  console.error(message);
  // Nothing after a failed preparation makes sense, wherever in it this was called.
  process.exit(1);
}

function killGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}

/** Runs a command in sight; what takes longer than two seconds says so, and goes on saying so. */
export async function runVisibly(label, command, args) {
  const startedAt = Date.now();
  const seconds = () => `${Math.round((Date.now() - startedAt) / 1000)} s`;
  const child = spawn(command, args, {
    cwd: ROOT,
    stdio: 'inherit',
    shell: command === npmName() && isWindows(),
  });
  const ticks = setInterval(() => console.log(`${label} … ${seconds()}`), TICK_MS);
  const first = setTimeout(() => console.log(`${label} …`), SILENT_MS);
  const code = await new Promise((resolve) => {
    child.once('error', () => resolve(1));
    child.once('exit', resolve);
  });
  clearInterval(ticks);
  clearInterval(first);
  if (Date.now() - startedAt > SILENT_MS && code === 0)
    console.log(`${label}: done in ${seconds()}`);
  return code;
}

/** Packages installed by hand with `npm ci` or `npm install` need not be installed again. */
function isInstalledAsLocked() {
  const installed = join(ROOT, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return false;
  const locked = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages;
  const present = JSON.parse(readFileSync(installed, 'utf8')).packages;
  return Object.entries(locked).every(
    ([path, { version, optional }]) =>
      path === '' || optional === true || present[path]?.version === version,
  );
}

function hashOf(files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(file.slice(ROOT.length)).update(readFileSync(file));
  return hash.digest('hex');
}

function filesUnder(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .sort();
}

function npmName() {
  return isWindows() ? 'npm.cmd' : 'npm';
}

function isWindows() {
  return process.platform === 'win32';
}
