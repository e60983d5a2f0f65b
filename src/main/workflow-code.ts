import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BundleOptions, WorkerOptions } from '@temporalio/worker';
import { ConfigError, type Config } from '../config';
import type { Tracing } from './tracing';
import { VERSIONED_WORKER } from '../../workflows/versions';

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

/**
 * How workflows are bundled: their modules are evaluated once in a worker and shared by all instances, which makes each
 * of these six times cheaper to wake and to hold. Modules therefore keep no state (`test/bundle.test.ts`).
 */
export function bundling(workflowsPath: string): BundleOptions {
  return {
    workflowsPath,
    workflowInterceptorModules: WORKFLOW_INTERCEPTORS,
    preloadModules: [workflowsPath, ...WORKFLOW_INTERCEPTORS],
  };
}

/** The version of the workers' deployment to which a worker belongs. */
export interface WorkerVersion {
  readonly deploymentName: string;
  readonly buildId: string;
}

/** The version that the environment gives this process, if any. */
export function versionOf({ temporal }: Config): WorkerVersion | undefined {
  const { name: deploymentName, buildId } = temporal.deployment;
  return buildId === undefined ? undefined : { deploymentName, buildId };
}

export interface WorkflowSource {
  /** A bundle built ahead; without it the workflows are bundled from the sources, which takes some seconds. */
  readonly workflowBundlePath?: string | undefined;
  /** Absent: the worker belongs to no version and takes what no version is current for. */
  readonly version?: WorkerVersion | undefined;
  /** What has the work of the worker traced; nothing when absent. */
  readonly tracing?: Tracing['worker'] | undefined;
}

/** What every bundle holds besides workflows: how they carry the trace of whoever started them, and what a query must not do. */
export const WORKFLOW_INTERCEPTORS = [
  require.resolve('../tracing/workflow'),
  require.resolve('../../workflows/queried-ahead'),
];

/**
 * Where a worker has its workflows from, and to which version it belongs. To be given after the worker's other
 * interceptors, which it keeps.
 * Throws {@link ConfigError} for a version without a build: what is bundled at start is no build to come back to.
 */
export function workflowCode(source: WorkflowSource): Partial<WorkerOptions> {
  const { workflowBundlePath: codePath, version } = source;
  if (version === undefined) {
    return codePath === undefined ? fromSources(source) : { workflowBundle: { codePath } };
  }
  if (codePath === undefined) throw new ConfigError('WORKER_BUILD_ID needs npm run build first');
  // On the first line, so that every other one keeps its place in the source map.
  const code = `globalThis.${VERSIONED_WORKER} = true; ${readFileSync(codePath, 'utf8')}`;
  return { workflowBundle: { code }, ...versionOptions(version) };
}

function fromSources({ tracing }: WorkflowSource): Partial<WorkerOptions> {
  return {
    workflowsPath: require.resolve('../../workflows'),
    interceptors: { ...tracing?.interceptors, workflowModules: WORKFLOW_INTERCEPTORS },
  };
}

/** What makes a worker, also one of activities alone, belong to a version; nothing without one. */
export function versionOptions(version: WorkerVersion | undefined): Partial<WorkerOptions> {
  if (version === undefined) return {};
  return {
    workerDeploymentOptions: {
      version,
      useWorkerVersioning: true,
      // Every workflow chooses for itself; this is only asked of one that the table does not know.
      defaultVersioningBehavior: 'AUTO_UPGRADE',
    },
  };
}
