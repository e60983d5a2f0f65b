import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Launch } from './launch';
import { answersGrpc, answersHttp } from './probes';
import { asCliFlags, DYNAMIC_SETTINGS } from './settings';

/** Starts the CLI's dev server: server and Web UI in one process, its data in one file. */
export async function launchCliServer(launch: Launch, cli: string): Promise<void> {
  const { supervisor, ports } = launch;
  const folder = join(supervisor.dataFolder, 'temporal');
  mkdirSync(folder, { recursive: true });
  await supervisor.start({
    name: 'temporal-server',
    command: cli,
    args: [
      ...['server', 'start-dev', '--ip', '127.0.0.1', '--log-level', 'warn'],
      ...['--port', String(ports.frontend), '--http-port', String(ports.frontendHttp)],
      ...['--ui-port', String(ports.webUi), '--db-filename', join(folder, 'temporal.db')],
      ...['--namespace', launch.namespace],
      ...(launch.codecEndpoint === undefined ? [] : ['--ui-codec-endpoint', launch.codecEndpoint]),
      ...asCliFlags(DYNAMIC_SETTINGS),
    ],
    isReady: async () => (await answersGrpc(ports.frontend)) && (await answersHttp(ports.webUi)),
    stopWithinMs: 20_000,
    restarts: launch.restarts,
  });
}
