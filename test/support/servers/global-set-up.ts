import { bundleWorkflows } from './bundle';
import { BUNDLE_VARIABLE } from './places';
import { fillPool } from './pool';
import { startTestServers } from './start';
import type { WithServers } from './start';
import { readServers } from './state';

/** Uses the servers of `npm run test:servers` when they run; otherwise starts its own for this run. */
async function globalSetUp(): Promise<void> {
  const report = (line: string) => process.stderr.write(`${line}\n`);
  const running = readServers();
  if (running === undefined) {
    (globalThis as WithServers).telegramBillingServers = await startTestServers(false, report);
  } else {
    report(
      `Using the test servers of process ${running.owner.pid}: Temporal Web UI ${running.webUiUrl}`,
    );
    await fillPool(running.temporalAddress);
  }
  process.env[BUNDLE_VARIABLE] = JSON.stringify(await bundleWorkflows(report));
}

// Jest asks for a default export; this is one in CommonJS.
export = globalSetUp;
