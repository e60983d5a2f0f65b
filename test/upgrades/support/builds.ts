import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { bundling } from '../../../src/main/workflow-code';
import { ROOT } from '../../support/house/tree';

const TODAY = `'${join(ROOT, 'workflows')}'`;
const VERSIONS = `'${join(ROOT, 'workflows', 'versions')}'`;

/** The build that is replaced: its subscription is of the first shape and knows of no patch that led away from it. */
const EARLIER = `
  import * as today from ${TODAY};
  import { chooseVersioning } from ${VERSIONS};
  export * from ${TODAY};
  export async function subscription(input: never): Promise<unknown> {
    const activator = (globalThis as any).__TEMPORAL_ACTIVATOR__;
    const known = activator.patchInternal.bind(activator);
    activator.patchInternal = (id: string, isOver: boolean) =>
      ['step-in-one-task', 'subscription-course'].includes(id) ? false : known(id, isOver);
    return today.subscription(input);
  }
  chooseVersioning({ ...today, subscription });`;

/** The build that replaces it: its checkout naps beside its work, which no history of the earlier one can replay. */
const LATER = `
  import { sleep } from '@temporalio/workflow';
  import * as today from ${TODAY};
  import { chooseVersioning } from ${VERSIONS};
  export * from ${TODAY};
  export async function checkout(input: never): Promise<unknown> {
    const nap = sleep(1);
    const result = await today.checkout(input);
    await nap;
    return result;
  }
  chooseVersioning({ ...today, checkout });`;

export interface Builds {
  /** Paths of workflow bundles. */
  readonly earlier: string;
  readonly later: string;
  forget(): void;
}

/** Two builds of the product's workflows that differ as two releases do. */
export async function buildTwo(): Promise<Builds> {
  const place = join(ROOT, '.data', 'planted');
  mkdirSync(place, { recursive: true });
  const folder = mkdtempSync(join(place, 'builds-'));
  return {
    earlier: await bundled(folder, 'earlier', EARLIER),
    later: await bundled(folder, 'later', LATER),
    forget: () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function bundled(folder: string, name: string, source: string): Promise<string> {
  const entry = join(folder, `${name}.ts`);
  writeFileSync(entry, source);
  const logger = new DefaultLogger('ERROR');
  const { code } = await bundleWorkflowCode({ ...bundling(entry), logger });
  const path = join(folder, `${name}.js`);
  writeFileSync(path, code);
  return path;
}
