import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';
import { writeAtomically } from '../../../src/embedded/processes/files';
import type { Report } from '../../../src/embedded/progress';
import { withProgress } from '../../../src/embedded/progress';
import { bundling } from '../../../src/main/workflow-code';
import { FAILURES_PATH } from '../../../src/payloads/converter';
import { PROJECT_ROOT, TEST_DATA } from './places';

export type Bundle =
  | { readonly kind: 'ready'; readonly path: string }
  | { readonly kind: 'broken'; readonly reason: string };

/** What can reach the bundle: workflow code, the pure rules, what carries traces, how it is bundled, and the packages. */
const SOURCES = [
  ...['workflows', 'src/domain', 'src/tracing'],
  ...['src/main/workflow-code.ts', 'package-lock.json'],
];
/** What the bundle of encrypted payloads holds besides. */
const FAILURES = 'src/payloads/failures.ts';

/** The workflow code as one file, built again only when its sources changed. A broken build breaks only who needs it. */
export async function bundleWorkflows(report: Report): Promise<Bundle> {
  const entry = join(PROJECT_ROOT, 'workflows', 'index.ts');
  if (!existsSync(entry)) return { kind: 'broken', reason: `${entry} does not exist` };
  const path = join(TEST_DATA, `workflow-bundle-${hashOf(SOURCES).slice(0, 16)}.js`);
  if (existsSync(path)) return { kind: 'ready', path };
  try {
    const { code } = await withProgress({ label: 'Bundling workflows', report }, () =>
      bundleWorkflowCode({ ...bundling(entry), logger: silent() }),
    );
    forgetOldBundles();
    writeAtomically(path, code);
    return { kind: 'ready', path };
  } catch (error) {
    report('The workflow bundle could not be built; tests that run workflows will say why');
    return { kind: 'broken', reason: String(error) };
  }
}

/** The same workflows as they run when payloads are encrypted; built when the first test asks for them. */
export async function encryptedBundle(): Promise<string> {
  const path = join(TEST_DATA, `workflow-bundle-${hashOf([...SOURCES, FAILURES]).slice(0, 16)}.js`);
  if (existsSync(path)) return path;
  const { code } = await bundleWorkflowCode({
    ...bundling(join(PROJECT_ROOT, 'workflows', 'index.ts')),
    failureConverterPath: FAILURES_PATH,
    logger: silent(),
  });
  writeAtomically(path, code);
  return path;
}

export function hashOf(paths: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of paths) {
    for (const file of filesUnder(join(PROJECT_ROOT, path)))
      hash.update(file).update(readFileSync(file));
  }
  return hash.digest('hex');
}

function filesUnder(path: string): string[] {
  if (!existsSync(path)) return [];
  try {
    return readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch {
    return [path];
  }
}

/** Old ones stay for a while: a jest run beside this one may still be reading its own. */
function forgetOldBundles(): void {
  const bundles = readdirSync(TEST_DATA).filter((name) => /^workflow-bundle-.*\.js$/.test(name));
  if (bundles.length < 200) return;
  for (const name of bundles) rmSync(join(TEST_DATA, name), { force: true });
}

function silent() {
  const nothing = () => undefined;
  return {
    log: nothing,
    trace: nothing,
    debug: nothing,
    info: nothing,
    warn: nothing,
    error: nothing,
  };
}
