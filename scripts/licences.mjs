// `npm run licences` writes docs/licences.md: every package that production runs, with its licence. `npm run licences --
// --check` writes nothing and fails where the page is old. Both fail on a licence that nobody has agreed to here. With
// `--lock <file>` it judges another lock file and does nothing else.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = join(fileURLToPath(import.meta.url), '..', '..');
const PAGE = join(ROOT, 'docs', 'licences.md');

/** What may be distributed with the product, and what it asks for. Others are decided by a person and added here. */
const ALLOWED = {
  MIT: 'keep the notice',
  'MIT-0': 'nothing',
  ISC: 'keep the notice',
  '0BSD': 'nothing',
  'BSD-2-Clause': 'keep the notice',
  'BSD-3-Clause': 'keep the notice; no endorsement',
  'Apache-2.0': 'keep the notice and NOTICE files; state changes',
  'BlueOak-1.0.0': 'keep the notice',
  'CC0-1.0': 'nothing',
  Unlicense: 'nothing',
  'Public Domain': 'nothing',
  Zlib: 'keep the notice',
  'CC-BY-4.0': 'name the author',
  'Python-2.0': 'keep the notice',
};

/** Packages whose own manifest says nothing or something else, judged by their licence file. */
const JUDGED = {
  'png-js': { licence: 'MIT', because: 'LICENSE of the package is that of MIT' },
  unionfs: { licence: 'Unlicense', because: 'LICENSE of the package is the Unlicense' },
};

/** Every package of a lock file that production needs, by its folder: name, version and the licence it declares. */
function productionPackages(lock) {
  return Object.entries(lock.packages)
    .filter(([folder, one]) => folder !== '' && !one.dev && !one.link)
    .map(([folder, one]) => ({
      folder,
      name: one.name ?? folder.replace(/^.*node_modules\//, ''),
      version: one.version,
      licence: one.license,
    }));
}

/** Whether an SPDX expression leaves somebody a choice that is allowed: one of `OR`, all of `AND`. */
function isAllowed(expression) {
  const text = expression.replace(/[()]/g, ' ').trim();
  const choices = text.split(/\s+OR\s+/);
  return choices.some((choice) =>
    choice.split(/\s+AND\s+/).every((one) => Object.hasOwn(ALLOWED, one.trim())),
  );
}

/** Sentences about packages that may not be distributed as they are. */
function refusals(packages) {
  return packages.flatMap(({ name, version, licence }) => {
    const known = JUDGED[name]?.licence ?? licence;
    if (known === undefined) return [`${name}@${version} declares no licence`];
    return isAllowed(known) ? [] : [`${name}@${version} is under ${known}`];
  });
}

/** The page for people: licences by the number of their packages, then each package once. */
function pageOf(packages) {
  const lines = new Map(
    packages.map(({ name, version, licence }) => [
      `${name}@${version}`,
      { name, version, licence: JUDGED[name]?.licence ?? licence },
    ]),
  );
  const all = [...lines.values()].sort((a, b) =>
    a.name === b.name ? order(a.version, b.version) : order(a.name, b.name),
  );
  const counts = new Map();
  for (const { licence } of all) counts.set(licence, (counts.get(licence) ?? 0) + 1);
  const kinds = [...counts].sort(([a, m], [b, n]) => n - m || order(a, b));
  return [
    '# Licences of what production runs',
    '',
    `Written by \`npm run licences\` from package-lock.json: ${all.length} packages, those for other platforms among them.`,
    'A licence that is not in the list of `scripts/licences.mjs` fails the command and `test/security/supply-chain.test.ts`.',
    '',
    '| Licence | Packages | Asks for |',
    '| --- | ---: | --- |',
    ...kinds.map(([licence, count]) => `| ${licence} | ${count} | ${dutiesOf(licence)} |`),
    '',
    '| Package | Version | Licence |',
    '| --- | --- | --- |',
    ...all.map(({ name, version, licence }) => `| ${name} | ${version} | ${licence} |`),
    '',
  ].join('\n');
}

const order = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

function dutiesOf(expression) {
  const named = expression.replace(/[()]/g, ' ').split(/\s+(?:AND|OR)\s+/);
  const duties = named.map((one) => ALLOWED[one.trim()]).filter((one) => one !== undefined);
  return [...new Set(duties)].join('; ');
}

/** What the installed packages themselves say, by name and version; it has to agree with the lock file. */
function installedLicences() {
  const checker = createRequire(import.meta.url)('license-checker-rseidelsohn');
  return new Promise((resolve, reject) => {
    checker.init(
      { start: ROOT, production: true, excludePrivatePackages: true },
      (error, found) => {
        if (error) reject(error);
        else resolve(found);
      },
    );
  });
}

/** Packages of which the lock file and the installed manifest tell different licences. */
function disagreements(packages, installed) {
  const told = new Map(
    packages.map(({ name, version, licence }) => [`${name}@${version}`, licence]),
  );
  return Object.entries(installed).flatMap(([id, { licenses }]) => {
    const says = [licenses].flat().map(String).join(' OR ').replace(/\*$/, '');
    const lock = told.get(id);
    if (lock === undefined || sameLicence(says, lock)) return [];
    return [`${id} says ${says}, and the lock file ${lock}`];
  });
}

const sameLicence = (a, b) => a.replace(/[()\s]/g, '') === b.replace(/[()\s]/g, '');

async function wrongWith(packages, isOurs) {
  const strangers = isOurs ? disagreements(packages, await installedLicences()) : [];
  return [...refusals(packages), ...strangers];
}

/** Writes the page, or says that it is old. */
function bring(page, isCheck) {
  if (existsSync(PAGE) && readFileSync(PAGE, 'utf8') === page) return;
  if (!isCheck) return writeFileSync(PAGE, page);
  console.error(`${relative(ROOT, PAGE)} is old; run npm run licences`);
  // A check says no by its exit code, and nothing after it is worth doing.
  process.exit(1);
}

const { values } = parseArgs({
  options: { check: { type: 'boolean', default: false }, lock: { type: 'string' } },
});
const lock = JSON.parse(readFileSync(values.lock ?? join(ROOT, 'package-lock.json'), 'utf8'));
const packages = productionPackages(lock);
const wrong = await wrongWith(packages, values.lock === undefined);
if (wrong.length > 0) {
  console.error(wrong.join('\n'));
  console.error('Agree to each in scripts/licences.mjs, or use another package.');
  process.exit(1);
}
if (values.lock === undefined) bring(pageOf(packages), values.check);
console.log(`${packages.length} packages, all under licences that are agreed to`);
