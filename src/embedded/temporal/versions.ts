import { homedir } from 'node:os';
import { join } from 'node:path';

/** The newest release that Go 1.26.8 builds; 1.32.0 is the first with a clock per workflow. */
export const SERVER_VERSION = '1.32.0';
export const UI_VERSION = '2.54.1';

/** Outside of the checkout: building takes minutes, and a clone per branch must not pay for it again. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  const base = env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  return join(base, 'telegram-billing');
}
