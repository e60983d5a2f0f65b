/** @type {import('jest').Config} */
const shared = {
  transform: {
    '^.+\\.ts$': '@swc/jest',
    // It imports drizzle-orm dynamically, which Jest's module system only takes as a require.
    '/node_modules/rate-limiter-flexible/.+\\.js$': '@swc/jest',
  },
  transformIgnorePatterns: ['/node_modules/(?!rate-limiter-flexible/)'],
  testEnvironment: 'node',
  // Looking a global up in Jest's sandbox is slow, and Drizzle asks for this one with every part of every statement.
  sandboxInjectedGlobals: ['Object'],
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.data'],
};

const REAL = [
  'acceptance',
  'activities',
  'bot',
  'chaos',
  'clients',
  'deploy',
  'embedded',
  'http',
  'journeys',
  'payments',
  'reads',
  'records',
  'replay',
  'upgrades',
  'workflows',
];

/** `fast` needs nothing but Node; `real` needs PostgreSQL and Temporal, which its set-up starts. */
const config = {
  // One more than the two cores of a small machine: most tests wait for the servers most of the time.
  maxWorkers: 3,
  // Modules are loaded anew for each file, and what V8 keeps of them grows for as long as a worker lives.
  workerIdleMemoryLimit: '1GB',
  // Jest knows one time limit for all projects; that of real servers on a busy machine.
  testTimeout: 120_000,
  projects: [
    {
      ...shared,
      displayName: 'fast',
      testMatch: [
        '<rootDir>/test/*.test.ts',
        '<rootDir>/test/bench/**/*.test.ts',
        '<rootDir>/test/commands/**/*.test.ts',
        '<rootDir>/test/domain/**/*.test.ts',
        '<rootDir>/test/payloads/**/*.test.ts',
        '<rootDir>/test/sandbox/**/*.test.ts',
        '<rootDir>/test/security/**/*.test.ts',
        '<rootDir>/test/texts/**/*.test.ts',
      ],
    },
    {
      ...shared,
      displayName: 'real',
      testMatch: REAL.map((folder) => `<rootDir>/test/${folder}/**/*.test.ts`),
      setupFilesAfterEnv: ['<rootDir>/test/support/servers/second-try.ts'],
      globalSetup: '<rootDir>/test/support/servers/global-set-up.ts',
      globalTeardown: '<rootDir>/test/support/servers/global-tear-down.ts',
    },
  ],
};

export default config;
