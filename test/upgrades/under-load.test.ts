import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 } from 'uuid';
import { migrateDatabase } from '../../drizzle/migrate';
import { migrationsFolder } from '../../src/main/migrations';
import { payAndSettle } from '../support/payments';
import { balance, newUser, orderTopup, untilPaid } from '../support/shop';
import { checkBooks, startStack, until, type Stack } from '../support/stack';

// The product as it is now stands for the release before: it knows nothing of migrations that are made up here.

let stack: Stack;
let folder: string;

beforeAll(async () => {
  stack = await startStack();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'migrations-'));
  cpSync(migrationsFolder(), folder, { recursive: true });
});
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  await checkBooks(stack);
});
afterAll(() => stack?.stop());

function addMigration(place: string, tag: string, statements: readonly string[]): void {
  const path = join(folder, place, 'meta', '_journal.json');
  const journal = JSON.parse(readFileSync(path, 'utf8')) as { entries: object[] };
  const when = Date.now();
  journal.entries.push({ idx: journal.entries.length, version: '7', when, tag, breakpoints: true });
  writeFileSync(path, JSON.stringify(journal));
  writeFileSync(join(folder, place, `${tag}.sql`), statements.join('--> statement-breakpoint\n'));
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Repeats some work until it is stopped; answers how long the slowest took. */
function keepDoing(work: () => Promise<unknown>) {
  let isOver = false;
  let slowestMs = 0;
  const doing = (async () => {
    while (!isOver) {
      const begunAt = Date.now();
      await work();
      slowestMs = Math.max(slowestMs, Date.now() - begunAt);
    }
  })();
  doing.catch(() => undefined);
  return {
    stopped: async () => {
      isOver = true;
      await doing;
      return slowestMs;
    },
  };
}

test('migrations of the next release are applied while people buy and spend', async () => {
  const userId = await newUser(stack);
  await payAndSettle(stack, await orderTopup(stack, userId, 100_000));
  const clientId = v7();
  await stack.sql`insert into api_clients (id, name) values (${clientId}, ${clientId})`;
  let spent = 0;
  const spending = keepDoing(async () => {
    const wish = { kind: 'spend' as const, description: 'a job', asOf: new Date().toISOString() };
    const said = await stack.spending.spend({
      ...{ ...wish, key: v7(), clientId, userId, amountUtok: 1_000_000 },
    });
    if (said.kind !== 'charged') throw new Error(JSON.stringify(said));
    spent += 1;
  });
  const buying = keepDoing(async () => {
    const order = await orderTopup(stack, await newUser(stack), 20_000);
    await payAndSettle(stack, order);
    await untilPaid(stack, order);
  });
  addMigration('', '9000_expands', [
    'CREATE TABLE "planted" ("id" bigint PRIMARY KEY);',
    'ALTER TABLE "users" ADD COLUMN "planted" text;',
    'ALTER TABLE "accounts" ADD COLUMN "planted" integer DEFAULT 0 NOT NULL;',
    'ALTER TABLE "invoices" ADD COLUMN "planted" jsonb;',
    'ALTER TABLE "transfers" ADD CONSTRAINT "planted" CHECK ("transfers"."kind" <> \'\') NOT VALID;',
  ]);
  addMigration('online', '9000_expands', [
    'CREATE INDEX CONCURRENTLY IF NOT EXISTS "planted_entries" ON "entries" ("id", "amount");',
    'ALTER TABLE "transfers" VALIDATE CONSTRAINT "planted";',
  ]);
  await until('there is load', () => Promise.resolve(spent > 0));
  await migrateDatabase(stack.databaseUrl, folder);
  const before = spent;
  await until('it goes on', () => Promise.resolve(spent > before + 1));
  const slowest = [await spending.stopped(), await buying.stopped()];
  expect(Math.max(...slowest)).toBeLessThan(10_000);
  expect(await balance(stack, userId)).toBe(900 - spent);
  const [index] = await stack.sql`
    select indisvalid as valid from pg_index where indexrelid = 'planted_entries'::regclass`;
  expect(index).toEqual({ valid: true });
});

/** How long a reader waits at most while a migration wants a table that somebody holds for three seconds. */
async function waitedBehind(tag: string, lockPatienceMs: number): Promise<number> {
  addMigration('', tag, [`ALTER TABLE "tariffs" ADD COLUMN "${tag}" text;`]);
  const holding = await stack.sql.reserve();
  await holding`begin`;
  await holding`select 1 from tariffs limit 1`;
  const migrating = migrateDatabase(stack.databaseUrl, folder, { lockPatienceMs });
  await pause(300);
  const reading = keepDoing(() => stack.sql`select count(*) from tariffs`);
  await pause(3_000);
  await holding`commit`;
  holding.release();
  await migrating;
  return reading.stopped();
}

test('a migration that waits for a table does not make others wait for long', async () => {
  expect(await waitedBehind('patient', 300)).toBeLessThan(2_000);
  expect(await waitedBehind('stubborn', 30_000)).toBeGreaterThan(2_000);
});

test('an index whose building broke off is built anew', async () => {
  const twins = 'CREATE UNIQUE INDEX CONCURRENTLY "halfway" ON "entries" ((1))';
  await expect(stack.sql.unsafe(twins)).rejects.toThrow(/unique/);
  addMigration('online', '9001_again', [
    'CREATE INDEX CONCURRENTLY IF NOT EXISTS "halfway" ON "entries" ("id");',
  ]);
  await migrateDatabase(stack.databaseUrl, folder);
  const [index] = await stack.sql`
    select indisvalid as valid, indisunique as "isUnique" from pg_index
    where indexrelid = 'halfway'::regclass`;
  expect(index).toEqual({ valid: true, isUnique: false });
});
