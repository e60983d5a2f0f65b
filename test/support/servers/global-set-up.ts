import { withProgress } from '../../../src/embedded/progress';
import type { Report } from '../../../src/embedded/progress';
import { bundleWorkflows } from './bundle';
import { BUNDLE_VARIABLE } from './places';
import { fillPool } from './pool';
import { startTestServers } from './start';
import type { WithServers } from './start';
import { livingOwner, readServers } from './state';
import type { ServersState } from './state';

/** Uses the servers of `npm run test:servers` when they run; otherwise starts its own for this run. */
async function globalSetUp(): Promise<void> {
  const report = (line: string) => process.stderr.write(`${line}\n`);
  const shared = await findShared(report);
  if (shared === undefined) {
    (globalThis as WithServers).telegramBillingServers = await startTestServers(false, report);
  } else {
    report(
      `Using the test servers of process ${shared.owner.pid}: Temporal Web UI ${shared.webUiUrl}`,
    );
    await fillPool(shared.temporalAddress);
  }
  process.env[BUNDLE_VARIABLE] = JSON.stringify(await bundleWorkflows(report));
}

/** Another run stops its servers when it ends, so they are waited out; shared ones may still be starting. */
async function findShared(report: Report): Promise<ServersState | undefined> {
  const label = 'Waiting for another test run in this folder to end';
  return withProgress({ label, report }, async () => {
    for (;;) {
      const state = readServers();
      if (state?.isShared === true) return state;
      if (livingOwner() === undefined) return undefined;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  });
}

// Jest asks for a default export; this is one in CommonJS.
export = globalSetUp;
