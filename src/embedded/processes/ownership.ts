import { linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { readIdentity } from './child';
import { isAlive, ownIdentity } from './identity';

export type Claim = { readonly kind: 'mine' } | { readonly kind: 'taken'; readonly pid: number };

/**
 * Claims `lockFile` for this process. A claim whose process is dead counts for nothing, so kill -9 leaves no lock
 * behind; linking a finished draft into place makes sure that of two claimants only one wins.
 */
export function claim(lockFile: string): Claim {
  mkdirSync(dirname(lockFile), { recursive: true });
  const draft = `${lockFile}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(ownIdentity()));
  try {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      if (linked(draft, lockFile)) return { kind: 'mine' };
      const holder = readIdentity(lockFile);
      if (holder?.pid === process.pid && isAlive(holder)) return { kind: 'mine' };
      if (holder !== undefined && isAlive(holder)) return { kind: 'taken', pid: holder.pid };
      rmSync(lockFile, { force: true });
    }
  } finally {
    rmSync(draft, { force: true });
  }
  throw new Error(`${lockFile} could not be claimed; remove it and start again`);
}

export function releaseClaim(lockFile: string): void {
  if (readIdentity(lockFile)?.pid === process.pid) rmSync(lockFile, { force: true });
}

function linked(draft: string, lockFile: string): boolean {
  try {
    linkSync(draft, lockFile);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
