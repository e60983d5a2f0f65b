import { isAlive } from '../../../src/embedded/processes/identity';
import type { ProcessIdentity } from '../../../src/embedded/processes/identity';
import { readJson } from '../../../src/embedded/processes/files';
import { readIdentity } from '../../../src/embedded/processes/child';
import { join } from 'node:path';
import { STATE_FILE, TEST_DATA } from './places';

/** What the process that started the servers tells everybody else. */
export interface ServersState {
  readonly owner: ProcessIdentity;
  /** True when they were started by `npm run test:servers` and outlive a jest run. */
  readonly isShared: boolean;
  readonly postgresAdminUrl: string;
  readonly temporalAddress: string;
  readonly webUiUrl: string;
}

/** Undefined when nobody alive keeps servers running. */
export function readServers(): ServersState | undefined {
  const state = readJson<ServersState>(STATE_FILE);
  return state !== undefined && isAlive(state.owner) ? state : undefined;
}

/** The process that owns the test data folder, be its servers ready, starting or stopping. */
export function livingOwner(): ProcessIdentity | undefined {
  const owner = readIdentity(join(TEST_DATA, 'run', 'supervisor.json'));
  return owner !== undefined && isAlive(owner) ? owner : undefined;
}
