import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkerOptions } from '@temporalio/worker';

/** The bundle that a build leaves beside the compiled code, when there is one. */
export function builtBundle(): string | undefined {
  const path = join(__dirname, '..', '..', 'workflow-bundle.js');
  return existsSync(path) ? path : undefined;
}

/** Where a worker has its workflows from: a bundle built ahead, or the sources, which are bundled now. */
export function workflowCode(bundlePath: string | undefined): Partial<WorkerOptions> {
  return bundlePath === undefined
    ? { workflowsPath: require.resolve('../../workflows') }
    : { workflowBundle: { codePath: bundlePath } };
}
