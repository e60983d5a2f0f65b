// `npm run sbom` writes dist/sbom.cdx.json: the components of production in CycloneDX, from package-lock.json alone, so
// that the same lock file gives the same list on every machine. `npm run sbom -- --output <file>` writes elsewhere.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = join(fileURLToPath(import.meta.url), '..', '..');
const { values } = parseArgs({ options: { output: { type: 'string' } } });
const output = resolve(values.output ?? join(ROOT, 'dist', 'sbom.cdx.json'));

const program = join(
  ROOT,
  'node_modules',
  '@cyclonedx',
  'cyclonedx-npm',
  'bin',
  'cyclonedx-npm-cli.js',
);

mkdirSync(dirname(output), { recursive: true });
const args = [
  ...['--package-lock-only', '--omit', 'dev', '--output-reproducible', '--flatten-components'],
  ...['--spec-version', '1.6', '--output-format', 'JSON', '--output-file', output],
  join(ROOT, 'package.json'),
];
const { status } = spawnSync(process.execPath, [program, ...args], { cwd: ROOT, stdio: 'inherit' });
process.exit(status ?? 1);
