// `npm run audit` asks the registry for known vulnerabilities of what production runs, and looks itself at what the lock
// file promises: every package from the public registry, every one with a hash, no install script that nobody allowed.
//
//   0  nothing is known
//   1  something is known, or the lock file is not as it has to be
//   2  the registry does not answer such questions: nothing is known about vulnerabilities, and that is no pass
//
// With `--lock <file>` it looks at another lock file and asks nobody.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = join(fileURLToPath(import.meta.url), '..', '..');
const PUBLIC_REGISTRY = 'https://registry.npmjs.org/';

/** Sentences about a lock file that would install something other than what was reviewed. */
function lockFlaws(lock, manifest) {
  const allowed = manifest.allowScripts ?? {};
  return Object.entries(lock.packages).flatMap(([folder, one]) => {
    if (folder === '' || one.link) return [];
    const name = folder.replace(/^.*node_modules\//, '');
    const about = `${name}@${one.version}`;
    return [
      ...(isSealed(one) || isElsewhere(one) ? [] : [`${about} has no sha512`]),
      ...(one.resolved === undefined || one.resolved.startsWith(PUBLIC_REGISTRY)
        ? []
        : [`${about} comes from ${one.resolved}`]),
      ...(one.hasInstallScript && !one.optional && !(name in allowed)
        ? [`${about} runs a script when it is installed, and allowScripts does not name it`]
        : []),
    ];
  });
}

/** Its bytes are those that were reviewed; what another package brings inside is sealed with it. */
function isSealed({ inBundle, integrity = '' }) {
  return inBundle === true || /^sha512-/.test(integrity);
}

/** Only another platform than the one where the lock file was written takes it. */
function isElsewhere({ optional, os, cpu }) {
  return optional === true && (os ?? cpu) !== undefined;
}

/** Packages that another platform would take as they come. */
function unsealed(lock) {
  return Object.entries(lock.packages)
    .filter(([folder, one]) => folder !== '' && !one.link && !isSealed(one))
    .map(([folder]) => folder.replace(/^.*node_modules\//, ''));
}

/** What npm's answer means: known vulnerabilities, none, or no answer at all. */
function verdictOf(stdout) {
  let report;
  try {
    report = JSON.parse(stdout);
  } catch {
    return { kind: 'unanswered', reason: 'npm gave no report' };
  }
  const counts = report.metadata?.vulnerabilities;
  if (report.error || counts === undefined) {
    const reason = report.message ?? report.error?.summary ?? 'the registry gave no report';
    return { kind: 'unanswered', reason: String(reason).split('\n')[0] };
  }
  const found = Object.values(report.vulnerabilities ?? {}).map(
    ({ name, severity, range }) => `${name} ${range}: ${severity}`,
  );
  return counts.total === 0 && found.length === 0 ? { kind: 'clean' } : { kind: 'found', found };
}

/** Asks, and says in words what is known. */
function askRegistry() {
  const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: 120_000,
  });
  const verdict = verdictOf(stdout ?? '');
  if (verdict.kind === 'clean') console.log('npm audit: no vulnerability is known');
  if (verdict.kind === 'found') console.error(`npm audit:\n${verdict.found.join('\n')}`);
  if (verdict.kind === 'unanswered') {
    console.error(`npm audit: NOT DONE. The registry does not answer it: ${verdict.reason}`);
    console.error('Nothing is known about vulnerabilities. Run this where the registry answers.');
  }
  return { clean: 0, found: 1, unanswered: 2 }[verdict.kind];
}

const { values } = parseArgs({ options: { lock: { type: 'string' } } });
const read = (path) => JSON.parse(readFileSync(path, 'utf8'));
const lock = read(values.lock ?? join(ROOT, 'package-lock.json'));
const flaws = lockFlaws(lock, read(join(ROOT, 'package.json')));
for (const flaw of flaws) console.error(flaw);
if (flaws.length === 0) {
  console.log(
    'Every package that this platform takes has its hash and comes from the public registry',
  );
  const others = unsealed(lock);
  if (others.length > 0) console.log(`Without a hash, for other platforms: ${others.join(', ')}`);
}
const known = values.lock === undefined ? askRegistry() : 0;
process.exitCode = flaws.length > 0 ? 1 : known;
