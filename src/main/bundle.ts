import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';

/** Bundles the compiled workflows into one file, so that a worker starts at once and never builds in production. */
async function bundle(): Promise<void> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: require.resolve('../../workflows'),
  });
  writeFileSync(join(__dirname, '..', '..', 'workflow-bundle.js'), code);
}

bundle().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
