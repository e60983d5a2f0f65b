import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkerOptions } from '@temporalio/worker';

/** Bundles that a build leaves beside the compiled code: failures are converted inside them, to plain text or not. */
export const BUNDLES = {
  plain: join(__dirname, '..', '..', 'workflow-bundle.js'),
  encrypted: join(__dirname, '..', '..', 'workflow-bundle-encrypted.js'),
} as const;

/** The bundle that goes with the keys of payloads, when there is one. */
export function builtBundle(keys: readonly unknown[]): string | undefined {
  const path = keys.length === 0 ? BUNDLES.plain : BUNDLES.encrypted;
  return existsSync(path) ? path : undefined;
}

/** Where a worker has its workflows from: a bundle built ahead, or the sources, which are bundled now. */
export function workflowCode(bundlePath: string | undefined): Partial<WorkerOptions> {
  return bundlePath === undefined
    ? { workflowsPath: require.resolve('../../workflows') }
    : { workflowBundle: { codePath: bundlePath } };
}
