import { hostname } from 'node:os';
import type { Config } from '../config';
import { hiding } from '../log';
import { isBeating } from './alive';
import { configuration, secretsKnownTo } from './configuration';
import { isPolled } from './pollers';
import { temporalAccess } from './temporal';

// The health check of a container: `node health.js worker|server|bot|codec` ends with 0 when that process really works.

/** A worker asks Temporal for work at least once a minute. */
const POLL_WINDOW_MS = 70_000;

async function check(name: string): Promise<boolean> {
  return isHealthy(name, configuration(process.env));
}

async function isHealthy(name: string, config: Config): Promise<boolean> {
  switch (name) {
    case 'server':
      return answersWell(config.http.port, '/ready');
    case 'worker':
      return isBeating('worker') && isWorking(config);
    case 'bot':
      return isBeating('bot');
    case 'codec':
      return answersWell(config.payloads.codec.port, '/health');
    default:
      throw new Error(`health knows worker, server, bot and codec, not ${name}`);
  }
}

async function answersWell(port: number, path: string): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    signal: AbortSignal.timeout(4_000),
  });
  return response.ok;
}

function isWorking({ temporal }: Config): Promise<boolean> {
  const { reach, namespace, taskQueue } = temporal;
  const sinceMs = Date.now() - POLL_WINDOW_MS;
  return isPolled({
    ...{ ...temporalAccess(reach), namespace, taskQueue },
    ...{ sinceMs, host: hostname() },
  });
}

check(process.argv[2] ?? '').then(
  (isFine) => process.exit(isFine ? 0 : 1),
  (error: unknown) => {
    const words = error instanceof Error ? error.message : String(error);
    console.error(hiding(secretsKnownTo(process.env))(words));
    process.exit(1);
  },
);
