import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SourceFile } from './breaches';

export const ROOT = join(__dirname, '..', '..', '..');

/** Paths of everything in the project that is not ignored: what is committed and what is about to be. */
export function trackedPaths(): string[] {
  const list = ['ls-files', '--cached', '--others', '--exclude-standard', '-z'];
  return execFileSync('git', list, { cwd: ROOT, encoding: 'utf8', maxBuffer: 32 * 1024 * 1024 })
    .split('\0')
    .filter((path) => path !== '' && existsSync(join(ROOT, path)))
    .sort();
}

export function readSource(path: string): SourceFile {
  return { path, text: readFileSync(join(ROOT, path), 'utf8') };
}

const ZONED =
  /^(?:workflows|activities|drizzle|src|sandbox|clients|bench|scripts|test)\/.*\.(?:ts|mjs)$/;
/** Made by a program, which knows no style. */
const GENERATED = /^clients\/typescript\/src\/schema\.ts$/;

/** Every source file that lives in some zone of the house. */
export function zonedSources(): SourceFile[] {
  return trackedPaths()
    .filter((path) => ZONED.test(path) && !GENERATED.test(path))
    .map(readSource);
}
