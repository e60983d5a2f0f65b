import { breachesOf, zoneOf } from './support/house/breaches';
import { reachesOf } from './support/house/imports';
import { zonedSources } from './support/house/tree';

const sources = zonedSources();

describe('the house', () => {
  test('has a zone for every source file', () => {
    expect(sources.length).toBeGreaterThan(300);
    expect(sources.filter(({ path }) => !zoneOf(path)).map(({ path }) => path)).toEqual([]);
  });

  test('has nobody who reaches where the table forbids', () => {
    expect(breachesOf(sources)).toEqual([]);
  });

  test('keeps the Temporal client to those who ask, wire or test', () => {
    const users = sources
      .filter(({ path, text }) =>
        reachesOf(path, text).some(({ specifier }) => specifier === '@temporalio/client'),
      )
      .map(({ path }) => zoneOf(path)?.name);
    expect([...new Set(users)].sort()).toEqual(
      ['bench', 'src/commands', 'src/embedded', 'src/main', 'test'].filter((zone) =>
        users.includes(zone),
      ),
    );
  });
});

/** One file with one import; what the checker says of it. */
function planted(path: string, line: string): string[] {
  return breachesOf([{ path, text: `// a fixture\n${line}\n` }]);
}

const FORBIDDEN: readonly [path: string, line: string, what: string][] = [
  ['src/domain/a.ts', `import { z } from 'zod';`, 'runs zod'],
  ['src/domain/a.ts', `import { ok } from 'node:assert';`, 'runs node:assert'],
  ['src/domain/a.ts', `import { readFileSync } from 'fs';`, 'runs fs'],
  ['src/domain/a.ts', `import type { Money } from '../payments/provider';`, 'names ../payments'],
  ['src/domain/a.ts', `import { db } from '../../drizzle/client';`, 'runs ../../drizzle/client'],
  ['workflows/contract.ts', `import { z } from 'zod';`, 'runs zod'],
  [
    'workflows/billing/contract.ts',
    `import { isOpen } from '../../src/domain/money';`,
    'runs ../..',
  ],
  ['workflows/billing/contract.ts', `import { clock } from '../clock';`, 'runs ../clock'],
  [
    'workflows/billing/contract.ts',
    `import type { A } from '../../activities';`,
    'names ../../act',
  ],
  ['workflows/a.ts', `import { unite } from '../activities';`, 'runs ../activities'],
  ['workflows/a.ts', `export { unite } from '../activities/index';`, 'runs ../activities/index'],
  ['workflows/billing/a.ts', `import { sql } from 'drizzle-orm';`, 'runs drizzle-orm'],
  [
    'workflows/billing/a.ts',
    `import { readConfig } from '../../src/config';`,
    'runs ../../src/config',
  ],
  ['workflows/billing/a.ts', `import { v7 } from 'uuid';`, 'runs uuid'],
  ['workflows/billing/a.ts', `import { createHash } from 'node:crypto';`, 'runs node:crypto'],
  [
    'workflows/billing/a.ts',
    `import { Client } from '@temporalio/client';`,
    'runs @temporalio/client',
  ],
  ['workflows/billing/a.ts', `const later = import('zod');`, 'runs zod'],
  ['drizzle/a.ts', `import { isOpen } from '../src/domain/billing/invoice';`, 'runs ../src/domain'],
  ['drizzle/a.ts', `import type { A } from '../activities/deps';`, 'names ../activities/deps'],
  ['drizzle/a.ts', `import { readFileSync } from 'node:fs';`, 'runs node:fs'],
  [
    'activities/a.ts',
    `import { registry } from '../src/payments/registry';`,
    'runs ../src/payments',
  ],
  ['activities/a.ts', `import { pino } from 'pino';`, 'runs pino'],
  ['activities/a.ts', `import { Client } from '@temporalio/client';`, 'runs @temporalio/client'],
  ['activities/a.ts', `import { checkout } from '../workflows';`, 'runs ../workflows'],
  ['activities/a.ts', `import { Api } from 'grammy';`, 'runs grammy'],
  ['activities/a.ts', `import { readConfig } from '../src/config';`, 'runs ../src/config'],
  ['src/payments/a.ts', `import { invoices } from '../../drizzle/schema';`, 'runs ../../drizzle'],
  [
    'src/payments/a.ts',
    `import type { ActivityDeps } from '../../activities/deps';`,
    'names ../../',
  ],
  ['src/commands/a.ts', `import { checkout } from '../../workflows';`, 'runs ../../workflows'],
  ['src/commands/a.ts', `import { connect } from '../../drizzle/client';`, 'runs ../../drizzle'],
  ['src/commands/a.ts', `import { Worker } from '@temporalio/worker';`, 'runs @temporalio/worker'],
  [
    'src/reads/a.ts',
    `import type { BillingCommands } from '../commands/contract';`,
    'names ../comm',
  ],
  [
    'src/reads/a.ts',
    `import { postTransfer } from '../../activities/billing/ledger';`,
    'runs ../../act',
  ],
  ['src/records/a.ts', `import { Client } from '@temporalio/client';`, 'runs @temporalio/client'],
  [
    'src/records/a.ts',
    `import { postTransfer } from '../../activities/billing/ledger';`,
    'runs ../../',
  ],
  [
    'src/texts/a.ts',
    `import { IntlMessageFormat } from 'intl-messageformat';`,
    'runs intl-messageformat',
  ],
  ['src/texts/a.ts', `import type { BotContext } from '../bot/context';`, 'names ../bot/context'],
  ['src/bot/a.ts', `import { connect } from '../../drizzle/client';`, 'runs ../../drizzle/client'],
  ['src/bot/a.ts', `import type { Database } from '../../drizzle/client';`, 'names ../../drizzle'],
  ['src/bot/a.ts', `import { eq } from 'drizzle-orm';`, 'runs drizzle-orm'],
  ['src/bot/a.ts', `import type { checkout } from '../../workflows';`, 'names ../../workflows'],
  [
    'src/bot/a.ts',
    `import type { A } from '../../workflows/billing/contract';`,
    'names ../../work',
  ],
  ['src/bot/a.ts', `import { createCommands } from '../commands/billing';`, 'runs ../commands'],
  ['src/bot/a.ts', `import { createReads } from '../reads/reads';`, 'runs ../reads/reads'],
  ['src/bot/a.ts', `import { Client } from '@temporalio/client';`, 'runs @temporalio/client'],
  ['src/http/a.ts', `import { createReads } from '../reads/reads';`, 'runs ../reads/reads'],
  ['src/http/a.ts', `import type { Database } from '../../drizzle/client';`, 'names ../../drizzle'],
  ['src/http/a.ts', `import { mock } from '../payments/mock';`, 'runs ../payments/mock'],
  [
    'src/http/a.ts',
    `import { checkout } from '../../workflows/billing/checkout';`,
    'runs ../../work',
  ],
  ['src/http/a.ts', `import { Api } from 'grammy';`, 'runs grammy'],
  ['sandbox/a.ts', `import { mock } from '../src/payments/mock';`, 'runs ../src/payments/mock'],
  ['sandbox/a.ts', `import type { Database } from '../drizzle/client';`, 'names ../drizzle/client'],
  ['sandbox/a.ts', `import { Bot } from 'grammy';`, 'runs grammy'],
  ['src/config.ts', `import { createLog } from './log';`, 'runs ./log'],
  ['src/log.ts', `import { readConfig } from './config';`, 'runs ./config'],
  ['scripts/a.mjs', `import chalk from 'chalk';`, 'runs chalk'],
  ['scripts/a.mjs', `const tree = await import('../src/main/dev.ts');`, 'runs ../src/main/dev.ts'],
];

const ALLOWED: readonly [path: string, line: string][] = [
  ['src/domain/a.ts', `import { assert } from './assert';`],
  ['workflows/billing/contract.ts', `import type { Money } from '../../src/domain/money';`],
  ['workflows/billing/contract.ts', `import { BILLING_TASK_QUEUE } from '../contract';`],
  ['workflows/a.ts', `import type { DueMessage } from '../activities/messages';`],
  ['workflows/a.ts', `import { type DueMessage, type Other } from '../activities/messages';`],
  ['workflows/a.ts', `type Due = import('../activities/messages').DueMessage;`],
  ['workflows/a.ts', `import { isOpen } from '../src/domain/billing/invoice';`],
  ['activities/a.ts', `import type { PaymentProvider } from '../src/payments/provider';`],
  ['activities/a.ts', `import { eq } from 'drizzle-orm';`],
  ['src/commands/a.ts', `import type * as workflows from '../../workflows';`],
  ['src/commands/a.ts', `import { checkoutId } from '../../workflows/billing/contract';`],
  ['src/bot/a.ts', `import type { BillingCommands } from '../commands/contract';`],
  ['src/bot/a.ts', `import { Composer } from 'grammy';`],
  ['src/http/a.ts', `import type { PaymentProvider } from '../payments/provider';`],
  ['sandbox/a.ts', `import { parseDecimal } from '../src/domain/money';`],
  ['src/main/a.ts', `import { Worker } from '@temporalio/worker';`],
];

describe('a planted breach is caught', () => {
  test.each(FORBIDDEN)('%s: %s', (path, line, what) => {
    const found = planted(path, line);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`${path}:2 ${what}`);
    expect(found[0]).toMatch(/may not: \S+/);
  });

  test('a value hidden among types counts as running', () => {
    const line = `import { type DueMessage, outboxActivities } from '../activities/messages';`;
    expect(planted('workflows/a.ts', line)[0]).toContain('only its types are allowed');
  });

  test('a file outside every zone is named', () => {
    expect(planted('lib/a.ts', '')).toEqual([
      expect.stringContaining('lib/a.ts belongs to no zone'),
    ]);
  });

  test.each(ALLOWED)('and nothing else: %s: %s', (path, line) => {
    expect(planted(path, line)).toEqual([]);
  });
});
