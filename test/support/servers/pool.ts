import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepareNamespaces } from '../../../src/embedded/temporal';
import { SEARCH_ATTRIBUTES } from '../../../workflows/contract';
import { TEST_DATA } from './places';

const FREE = join(TEST_DATA, 'namespaces', 'free');
const TAKEN = join(TEST_DATA, 'namespaces', 'taken');
export const POOL_SIZE = 8;

let made = 0;

/** Takes a ready namespace nobody else will get; makes one when none is left. */
export async function takeNamespace(temporalAddress: string): Promise<string> {
  const name = freeNamespaces().find(took) ?? uniqueName();
  // For one from the pool this only adds attributes which the contract has gained since the servers were started.
  await prepareNamespaces(temporalAddress, [wishFor(name)]);
  return name;
}

/** Brings the pool back to its size. */
export async function fillPool(temporalAddress: string): Promise<void> {
  const missing = POOL_SIZE - freeNamespaces().length;
  if (missing <= 0) return;
  const names = Array.from({ length: missing }, uniqueName);
  await prepareNamespaces(temporalAddress, names.map(wishFor));
  mkdirSync(TAKEN, { recursive: true });
  for (const name of names) writeFileSync(join(FREE, name), '');
}

/** Keeps filling it until told to stop; stopping waits for what is under way. */
export function keepPoolFilled(temporalAddress: string): () => Promise<void> {
  let filling: Promise<void> | undefined;
  const timer = setInterval(() => {
    filling ??= fillPool(temporalAddress)
      .catch(() => undefined)
      .finally(() => (filling = undefined));
  }, 1_000);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await filling;
  };
}

function freeNamespaces(): string[] {
  mkdirSync(FREE, { recursive: true });
  return readdirSync(FREE);
}

/** Renaming is what makes it ours: of two processes only one succeeds. */
function took(name: string): boolean {
  try {
    renameSync(join(FREE, name), join(TAKEN, name));
    return true;
  } catch {
    return false;
  }
}

function uniqueName(): string {
  made += 1;
  return `test-${Date.now().toString(36)}-${process.pid}-${made}`;
}

function wishFor(name: string) {
  return { name, searchAttributes: SEARCH_ATTRIBUTES };
}
