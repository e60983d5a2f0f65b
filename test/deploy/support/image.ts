import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../../support/house/tree';

interface Lock {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean; readonly link?: boolean }>>;
}

export interface Image {
  /** What the Dockerfile sets, NODE_ENV among it. */
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
}

/**
 * Lays a folder out as the last stage of the Dockerfile lays out the image: by its own COPY lines, and of the packages
 * those alone that `npm prune --omit=dev` leaves.
 */
export function layOutImage(folder: string): Image {
  const text = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
  const stage = text.slice(text.lastIndexOf('FROM '));
  const copies = [...stage.matchAll(/^COPY .*--from=build \S* ?\/app\/(\S+) (\S+)$/gm)];
  const lines = stage.match(/^COPY /gm) ?? [];
  if (copies.length !== lines.length) throw new Error('a COPY line of the Dockerfile is not known');
  for (const [, from = '', to = ''] of copies) {
    const target = to.endsWith('/') ? join(folder, to, from) : join(folder, to);
    mkdirSync(dirname(target), { recursive: true });
    if (from === 'node_modules') linkPackages(target);
    else cpSync(join(ROOT, from), target, { recursive: true });
  }
  const [, settings = ''] = /^ENV (.+)$/m.exec(stage) ?? [];
  return { folder, env: Object.fromEntries(settings.split(' ').map((each) => each.split('='))) };
}

/** A package that the lock file calls one of development is not in the image. */
function linkPackages(target: string): void {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as Lock;
  const names = Object.entries(packages)
    .filter(([path, { dev }]) => /^node_modules\/(?:@[^/]+\/)?[^/]+$/.test(path) && !dev)
    .map(([path]) => path.slice('node_modules/'.length));
  for (const name of names) {
    mkdirSync(dirname(join(target, name)), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), join(target, name));
  }
}
