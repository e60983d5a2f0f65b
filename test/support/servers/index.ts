import type { Bundle } from './bundle';
import { BUNDLE_VARIABLE } from './places';
import { takeNamespace } from './pool';
import { readServers } from './state';

export type { Template, TestDatabase } from './databases';
export { createDatabase } from './databases';

export interface Servers {
  /** A superuser's address; tests make databases of their own with `createDatabase`. */
  readonly postgresAdminUrl: string;
  readonly temporalAddress: string;
  readonly webUiUrl: string;
  /** Nobody else's, with the product's search attributes registered. */
  readonly namespace: string;
  /** The product's workflows; reading it throws when they could not be bundled. */
  readonly workflowBundlePath: string;
}

/** The servers of this run with a namespace of one's own. Call it once per test file. */
export async function takeServers(): Promise<Servers> {
  const state = readServers();
  if (state === undefined)
    throw new Error('No test servers run; put the test into the jest project "real"');
  const { postgresAdminUrl, temporalAddress, webUiUrl } = state;
  const namespace = await takeNamespace(temporalAddress);
  return {
    ...{ postgresAdminUrl, temporalAddress, webUiUrl, namespace },
    get workflowBundlePath() {
      return bundlePath();
    },
  };
}

function bundlePath(): string {
  const bundle = JSON.parse(process.env[BUNDLE_VARIABLE] ?? 'null') as Bundle | null;
  if (bundle?.kind === 'ready') return bundle.path;
  throw new Error(
    `The workflow bundle could not be built: ${bundle?.reason ?? 'no global set-up ran'}`,
  );
}
