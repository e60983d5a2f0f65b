import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { ProcessDefinition } from '../../../src/embedded/processes';
import { debianProgram } from '../../payments/support/foreign';
import { ROOT } from '../../support/house/tree';

/** The real one, of Debian; unpacked beside the system. */
export const nginxProgram = debianProgram('nginx', 'usr/sbin/nginx');

const SOURCES = join(ROOT, 'deploy', 'nginx');

/**
 * Lays deploy/nginx out in a folder as its container has it: templates filled in from the environment, and the paths of the
 * container led into the folder.
 */
export function layOut(folder: string, env: Readonly<Record<string, string>>): void {
  for (const name of ['parts', 'conf.d', 'tmp']) mkdirSync(join(folder, name), { recursive: true });
  chmodSync(join(folder, 'tmp'), 0o777);
  const copy = (from: string, to: string, fill = (text: string) => text): void => {
    const text = readFileSync(join(SOURCES, from), 'utf8');
    // Filled in last: what is put in may itself be a path in /tmp.
    writeFileSync(join(folder, to), fill(inside(folder, text)));
  };
  copy('nginx.conf', 'nginx.conf');
  for (const name of readdirSync(join(SOURCES, 'parts'))) copy(`parts/${name}`, `parts/${name}`);
  for (const name of readdirSync(join(SOURCES, 'templates'))) {
    const to = `conf.d/${name.replace(/\.template$/, '')}`;
    copy(`templates/${name}`, to, (text) => filled(text, env));
  }
}

/** As the image does with envsubst: only variables that are set. */
function filled(text: string, env: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{(\w+)\}/g, (whole, name: string) => env[name] ?? whole);
}

function inside(folder: string, text: string): string {
  return (
    text
      // First, for the folder may itself lie in /tmp.
      .replaceAll(' /tmp/', ` ${folder}/tmp/`)
      .replaceAll('/etc/nginx/', `${folder}/`)
      .replaceAll('/dev/stdout', `${folder}/access.log`)
      .replaceAll('/dev/stderr', `${folder}/error.log`)
  );
}

function argumentsIn(folder: string, directives: string): string[] {
  // Its processes would otherwise leave root's rights behind, and with them the folder of the test.
  const user = process.getuid?.() === 0 ? ' user root;' : '';
  return ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')].concat(
    directives === '' && user === '' ? [] : ['-g', `${directives}${user}`],
  );
}

/** What nginx says of a configuration: `nginx -t`. */
export function judge(folder: string): { status: number | null; words: string } {
  const run = spawnSync(nginxProgram ?? '', ['-t', ...argumentsIn(folder, '')], {
    encoding: 'utf8',
  });
  return { status: run.status, words: run.stderr };
}

/** nginx in the foreground, ready when it listens. */
export function nginxProcess(folder: string, port: number): ProcessDefinition {
  return {
    name: 'nginx',
    command: nginxProgram ?? '',
    args: argumentsIn(folder, 'daemon off;'),
    isReady: () => listens(port),
    stopWithinMs: 5_000,
  };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', reject);
  });
}
