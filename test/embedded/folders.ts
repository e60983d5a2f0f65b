import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { TEST_DATA } from '../support/servers/places';

let made = 0;

/** A data folder of its own for one test. */
export function freshFolder(name: string): string {
  made += 1;
  const folder = join(TEST_DATA, 'scratch', `${name}-${process.pid}-${Date.now()}-${made}`);
  mkdirSync(folder, { recursive: true });
  return folder;
}
