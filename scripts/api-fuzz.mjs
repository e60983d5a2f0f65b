// Asks the API everything that its document allows, and much that it does not, with schemathesis of PyPI:
//
//   npm run api:fuzz                                         starts a server of its own on the servers of the tests
//   npm run api:fuzz -- --url http://127.0.0.1:8000 --key …  asks one that runs; the key needs every scope
//   npm run api:fuzz -- -- --max-examples 500                hands what follows to schemathesis
//
// It fails on any answer of 5xx and on any that is not as the document promises. schemathesis lives in an environment
// of its own under .data; Python 3.10 or later is all that must be there.
import { spawnSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { requireTypeScript } from './load-typescript.mjs';
import { fail, ROOT } from './prepare.mjs';

const VERSION = '4.32.5';
const FOLDER = join(ROOT, '.data', 'schemathesis');
const PROGRAM = join(FOLDER, 'venv', 'bin', 'schemathesis');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { url: { type: 'string' }, key: { type: 'string' } },
});

installSchemathesis();
const server = values.url === undefined ? await startServer() : given();
const status = await ask(server);
await server.stop();
// The fuzzer's own verdict is the verdict of this command.
process.exit(status);

function installSchemathesis() {
  if (existsSync(PROGRAM)) return;
  mkdirSync(FOLDER, { recursive: true });
  run('python3', ['-m', 'venv', join(FOLDER, 'venv')]);
  run(join(FOLDER, 'venv', 'bin', 'pip'), ['install', '--quiet', `schemathesis==${VERSION}`]);
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0)
    fail(`${command} ${args.join(' ')}: ${error?.message ?? `ended with ${status}`}`);
}

function given() {
  if (values.key === undefined) fail('--url needs --key: a key of that server with every scope');
  return { url: values.url, key: values.key, stop: async () => undefined };
}

async function startServer() {
  const require = requireTypeScript();
  await require('../test/support/servers/global-set-up.ts')();
  const { startFuzzServer } = require('../test/support/fuzz-server.ts');
  const running = await startFuzzServer();
  const stop = async () => {
    await running.stop();
    await require('../test/support/servers/global-tear-down.ts')();
  };
  return { ...running, stop };
}

/** Resolves with the program's own exit code; a server in this process goes on answering meanwhile. */
function ask({ url, key, userId }) {
  const settings = join(FOLDER, 'schemathesis.toml');
  writeFileSync(settings, settingsOf(userId));
  const args = [
    ...['--config-file', settings, 'run', `${url}/api/openapi.json`, '--url', `${url}/api/v1`],
    ...['--header', `Authorization: Bearer ${key}`],
    ...['--checks', 'all', '--phases', 'examples,coverage,fuzzing'],
    ...['--max-examples', '50', '--continue-on-failure'],
    ...positionals,
  ];
  const program = spawn(PROGRAM, args, { cwd: FOLDER, stdio: 'inherit' });
  return new Promise((resolve) => program.once('exit', (code) => resolve(code ?? 1)));
}

/** Somebody who has tokens, so that requests get as far as the books; a refusal of what is well-formed may be a 409. */
function settingsOf(userId) {
  const known = userId === undefined ? '' : `[parameters]\n"path.userId" = "${userId}"\n`;
  const fine = ['2xx', '400', '401', '403', '404', '409', '422']
    .map((one) => `"${one}"`)
    .join(', ');
  return `${known}[checks]\npositive_data_acceptance.expected-statuses = [${fine}]\n`;
}
