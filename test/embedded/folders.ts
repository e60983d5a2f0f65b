import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { TEST_DATA } from '../support/servers/places';

/** A data folder of its own for one test. */
export function freshFolder(name: string): string {
  const parent = join(TEST_DATA, 'scratch');
  mkdirSync(parent, { recursive: true });
  return mkdtempSync(join(parent, `${name}-`));
}
