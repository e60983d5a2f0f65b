import { writeFileSync } from 'node:fs';
import { bundleWorkflowCode } from '@temporalio/worker';
import { FAILURES_PATH } from '../payloads/converter';
import { bundling, BUNDLES } from './workflow-code';

/**
 * Bundles the compiled workflows, so that a worker starts at once and never builds in production: one file for plain
 * payloads, one for encrypted ones.
 */
async function bundle(): Promise<void> {
  const workflows = bundling(require.resolve('../../workflows'));
  const plain = await bundleWorkflowCode(workflows);
  writeFileSync(BUNDLES.plain, plain.code);
  const encrypted = await bundleWorkflowCode({
    ...workflows,
    failureConverterPath: FAILURES_PATH,
  });
  writeFileSync(BUNDLES.encrypted, encrypted.code);
}

bundle().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
