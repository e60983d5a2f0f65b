import type { Config } from 'jest';

const shared: Config = {
  transform: { '^.+\\.ts$': '@swc/jest' },
  testEnvironment: 'node',
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.data'],
};

/** `fast` needs nothing but Node; `real` needs PostgreSQL and Temporal, which its set-up starts. */
const config: Config = {
  maxWorkers: 2,
  projects: [
    {
      ...shared,
      displayName: 'fast',
      testMatch: [
        '<rootDir>/test/*.test.ts',
        '<rootDir>/test/domain/**/*.test.ts',
        '<rootDir>/test/sandbox/**/*.test.ts',
      ],
    },
  ],
};

export default config;
