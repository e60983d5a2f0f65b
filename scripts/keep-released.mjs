// `npm run released:keep`: at a release, adds the fingerprints of what somebody may depend on from now on, recorded
// histories and migrations, to test/upgrades/released.json. What is listed there is never changed; a test sees to it.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail, ROOT } from './prepare.mjs';

const LIST = join(ROOT, 'test', 'upgrades', 'released.json');
const FOLDERS = { 'test/replay/histories': '.json', 'drizzle/migrations': '.sql' };

const listed = existsSync(LIST) ? JSON.parse(readFileSync(LIST, 'utf8')) : {};
const present = Object.fromEntries(
  Object.entries(FOLDERS).flatMap(([folder, ending]) =>
    readdirSync(join(ROOT, folder))
      .filter((name) => name.endsWith(ending))
      .map((name) => [`${folder}/${name}`, fingerprint(join(ROOT, folder, name))]),
  ),
);
const changed = Object.keys(listed).filter((path) => present[path] !== listed[path]);
if (changed.length > 0) fail(`Released files never change: ${changed.join(', ')}`);
const all = Object.entries({ ...present, ...listed }).sort(([a], [b]) => (a < b ? -1 : 1));
writeFileSync(LIST, `${JSON.stringify(Object.fromEntries(all), null, 2)}\n`);
console.log(`${all.length - Object.keys(listed).length} added to ${Object.keys(listed).length}`);

function fingerprint(path) {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
