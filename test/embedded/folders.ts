import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Supervisor } from '../../src/embedded/processes';
import { TEST_DATA } from '../support/servers/places';

let made = 0;

/** A data folder of its own for one test. */
export function freshFolder(name: string): string {
  made += 1;
  const folder = join(TEST_DATA, 'scratch', `${name}-${process.pid}-${Date.now()}-${made}`);
  mkdirSync(folder, { recursive: true });
  return folder;
}

const supervisors: Supervisor[] = [];

/** A supervisor that leaves nothing running behind a failed test, given `afterEach(endSupervisors)`. */
export function supervise(
  dataFolder: string,
  report: (line: string) => void = () => undefined,
): Supervisor {
  const supervisor = new Supervisor({ dataFolder, report });
  supervisors.push(supervisor);
  return supervisor;
}

export function endSupervisors(): void {
  for (const supervisor of supervisors.splice(0)) supervisor.killAll();
}
