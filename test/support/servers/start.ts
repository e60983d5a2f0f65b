import { rmSync } from 'node:fs';
import { Supervisor } from '../../../src/embedded/processes';
import { ownIdentity } from '../../../src/embedded/processes/identity';
import { writeAtomically } from '../../../src/embedded/processes/files';
import { startPostgres } from '../../../src/embedded/postgres';
import type { Report } from '../../../src/embedded/progress';
import { elapsed } from '../../../src/embedded/progress';
import { SEARCH_ATTRIBUTES } from '../../../workflows/contract';
import { startTemporal } from '../../../src/embedded/temporal';
import { join } from 'node:path';
import { STATE_FILE, TEST_DATA } from './places';
import { fillPool, keepPoolFilled } from './pool';
import type { ServersState } from './state';

export interface TestServers {
  readonly state: ServersState;
  stop(): Promise<void>;
  kill(): void;
}

/** Jest keeps the process between set-up and tear-down, so what was started is remembered on `globalThis`. */
export interface WithServers {
  telegramBillingServers?: TestServers;
}

/** Starts one fresh PostgreSQL and one fresh Temporal for the tests, and fills the pool of namespaces. */
export async function startTestServers(isShared: boolean, report: Report): Promise<TestServers> {
  const startedAt = Date.now();
  const supervisor = new Supervisor({ dataFolder: TEST_DATA, report });
  try {
    const state = await bringUp(supervisor, isShared, report);
    const stopFilling = keepPoolFilled(state.temporalAddress);
    report(`Test servers are ready after ${elapsed(startedAt)}: Temporal Web UI ${state.webUiUrl}`);
    return {
      state,
      stop: async () => {
        rmSync(STATE_FILE, { force: true });
        await stopFilling();
        await supervisor.stopAll();
      },
      kill: () => supervisor.killAll(),
    };
  } catch (error) {
    await supervisor.stopAll();
    throw error;
  }
}

async function bringUp(
  supervisor: Supervisor,
  isShared: boolean,
  report: Report,
): Promise<ServersState> {
  for (const name of ['temporal-ui', 'temporal-server', 'postgres'])
    await supervisor.endOrphan(name);
  for (const name of ['servers.json', 'postgres', 'temporal', 'namespaces', 'scratch']) {
    rmSync(join(TEST_DATA, name), { recursive: true, force: true });
  }
  const postgres = await startPostgres({
    supervisor,
    report,
    preferredPort: 15_433,
    durability: 'fast',
  });
  const temporal = await startTemporal({
    supervisor,
    report,
    postgresAdminUrl: postgres.adminUrl,
    searchAttributes: SEARCH_ATTRIBUTES,
    ports: 'free',
    // Tests fill namespaces by the dozen: never on a server that somebody uses for something else.
    env: { ...process.env, TEMPORAL_ADDRESS: '' },
  });
  await fillPool(temporal.address);
  const state: ServersState = {
    owner: ownIdentity(),
    isShared,
    postgresAdminUrl: postgres.adminUrl,
    temporalAddress: temporal.address,
    webUiUrl: temporal.webUiUrl ?? `http://${temporal.address} (its Web UI is unknown)`,
  };
  writeAtomically(STATE_FILE, JSON.stringify(state, null, 2));
  return state;
}
