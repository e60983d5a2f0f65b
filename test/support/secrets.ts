import type { Secrets } from '../../src/domain/secrets';

/** Secrets of tests: they guard nothing and are nowhere else. */
export const TEST_SECRETS: Secrets = {
  apiKeyPepper: 'test-pepper-that-guards-nothing-at-all',
  dataKey: 'test-data-key-that-guards-nothing-at-all',
};
