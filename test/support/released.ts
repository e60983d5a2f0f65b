import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ROOT } from './house/tree';

/** Fingerprints of what releases have brought among people, by path; `npm run released:keep` adds, nothing removes. */
export function releasedFiles(): Readonly<Record<string, string>> {
  const list = readFileSync(join(ROOT, 'test', 'upgrades', 'released.json'), 'utf8');
  return JSON.parse(list) as Record<string, string>;
}

/** Names of the recorded histories of which somebody may have a run open. */
export function releasedHistories(): string[] {
  return Object.keys(releasedFiles())
    .filter((path) => path.startsWith('test/replay/histories/'))
    .map((path) => basename(path, '.json'));
}
