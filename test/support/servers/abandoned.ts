import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readIdentity } from '../../../src/embedded/processes/child';
import { endProcess, isAlive } from '../../../src/embedded/processes/identity';
import type { Report } from '../../../src/embedded/progress';
import { TEST_DATA } from './places';
import { livingOwner } from './state';

/** Ends test servers whose supervisor is dead; those of a living one, shared or not, are left alone. */
export async function endAbandonedServers(report: Report): Promise<void> {
  const folder = join(TEST_DATA, 'run');
  if (!existsSync(folder) || livingOwner() !== undefined) return;
  for (const file of readdirSync(folder).filter((name) => name !== 'supervisor.json')) {
    const identity = readIdentity(join(folder, file));
    if (identity?.pid === undefined || !isAlive(identity)) continue;
    await endProcess(identity, { signal: 'SIGINT', patienceMs: 15_000 });
    report(`Ended ${file.replace('.json', '')}, which an interrupted run had left behind`);
  }
}
