import { join, resolve } from 'node:path';

export const PROJECT_ROOT = resolve(__dirname, '..', '..', '..');
/** Everything the servers of the test suite write; git ignores it. */
export const TEST_DATA = join(PROJECT_ROOT, '.data', 'test');
export const STATE_FILE = join(TEST_DATA, 'servers.json');
/** Set for the workers of one jest run by the global set-up. */
export const BUNDLE_VARIABLE = 'TELEGRAM_BILLING_TEST_BUNDLE';
