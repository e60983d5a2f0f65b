// `npm run bench:spend`, `bench:scale`, `bench:subscriptions`, `bench:chat` and `bench:codec`: builds, installs what is
// measured beside, and measures.
//
//   --short   one repetition of everything, within three minutes
//   --write   puts the table into docs/performance.md
//   --only product,sql   --levels 20,100   for a closer look
import { createRequire } from 'node:module';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build, fail, installPackages, requireNode, ROOT, runVisibly } from './prepare.mjs';

requireNode();
await installPackages();
await build();
compileBench();
const wanted = process.argv.slice(2);
if (wanted[0] === 'spend' && !wanted.includes('--smoke')) await installPeers();
const code = await runVisibly('Measuring', process.execPath, [
  join(ROOT, 'dist', 'bench', 'main.js'),
  ...wanted,
]);
process.exitCode = code;

/** Beside the compiled product, which is what it measures. Types were checked with everything else. */
function compileBench() {
  const { transformFileSync } = createRequire(import.meta.url)('@swc/core');
  const folder = join(ROOT, 'bench');
  const sources = readdirSync(folder, { recursive: true }).filter(
    (name) => name.endsWith('.ts') && !name.startsWith('peers'),
  );
  for (const name of sources) {
    const { code } = transformFileSync(join(folder, name), {
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      module: { type: 'commonjs', importInterop: 'node' },
    });
    const target = join(ROOT, 'dist', 'bench', name.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, code);
  }
}

/** Packages of their own, which nobody needs who does not measure. Without them their rows say that they failed. */
async function installPeers() {
  const folder = join(ROOT, 'bench', 'peers');
  const lock = readFileSync(join(folder, 'package-lock.json'), 'utf8');
  const mark = join(folder, 'node_modules', '.installed-lock');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === lock) return;
  const npm = process.env.npm_execpath;
  if (npm === undefined) fail('Run it with npm: npm run bench:spend');
  const code = await runVisibly('Installing what is measured beside', process.execPath, [
    ...[npm, 'ci', '--prefix', folder, '--ignore-scripts'],
    ...['--no-audit', '--no-fund', '--loglevel=error'],
  ]);
  if (code === 0) writeFileSync(mark, lock);
}
