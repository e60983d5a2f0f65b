import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/house/tree';
import { judgeMigration, judgeOnline } from './support/migration-rules';

// A release is deployed while the one before it works on the same database, so its migrations are judged by their text.

const FOLDER = join(ROOT, 'drizzle', 'migrations');
/** The last one from before these rules. */
const LAST_UNRULED = '0028_methods_removing.sql';

const textOf = (...path: string[]) => readFileSync(join(FOLDER, ...path), 'utf8');
const names = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.sql'))
  .sort();
const earlierThan = (name: string) =>
  names.filter((other) => other < name).map((one) => textOf(one));
const ruled = names.filter((name) => name > LAST_UNRULED);
const onlineFolder = join(FOLDER, 'online');
const online = readdirSync(onlineFolder).filter((name) => name.endsWith('.sql'));

test('every migration lets the previous release go on working', () => {
  const wrong = ruled.flatMap((name) =>
    judgeMigration(textOf(name), earlierThan(name)).map((what) => `${name}: ${what}`),
  );
  expect(wrong).toEqual([]);
});

test('what is done online holds no lock and may be repeated', () => {
  const wrong = online.flatMap((name) =>
    judgeOnline(textOf('online', name)).map((what) => `${name}: ${what}`),
  );
  expect(wrong).toEqual([]);
});

test('the rules would have caught migrations from before they were made', () => {
  expect(judgeMigration(textOf('0025_metrics_indexes.sql'))).toContainEqual(
    expect.stringContaining('CONCURRENTLY into the folder online'),
  );
  expect(judgeMigration(textOf('0028_methods_removing.sql'))).toContainEqual(
    expect.stringContaining('add it NOT VALID'),
  );
});

const BAD: readonly [what: string, sql: string, because: string][] = [
  ['drops a table', 'DROP TABLE "cards";', 'one release later'],
  ['drops a column', 'ALTER TABLE "users" DROP COLUMN "first_name";', 'one release later'],
  ['renames a column', 'ALTER TABLE "users" RENAME COLUMN "a" TO "b";', 'write both'],
  ['renames a table', 'ALTER TABLE "users" RENAME TO "people";', 'write both'],
  ['changes a type', 'ALTER TABLE "users" ALTER COLUMN "id" SET DATA TYPE text;', 'new type'],
  ['demands a value', 'ALTER TABLE "users" ALTER COLUMN "a" SET NOT NULL;', 'leaves it empty'],
  ['takes a default away', 'ALTER TABLE "users" ALTER COLUMN "a" DROP DEFAULT;', 'to the default'],
  [
    'adds a column that must be filled',
    'ALTER TABLE "users" ADD COLUMN "a" text NOT NULL;',
    'constant default',
  ],
  [
    'computes a value for every row',
    'ALTER TABLE "users" ADD COLUMN "a" uuid DEFAULT gen_random_uuid() NOT NULL;',
    'rewrites every row',
  ],
  ['numbers every row', 'ALTER TABLE "users" ADD COLUMN "a" bigserial;', 'fill it in afterwards'],
  [
    'checks every row',
    `ALTER TABLE "users" ADD CONSTRAINT "users_a" CHECK ("users"."a" > 0);`,
    'NOT VALID',
  ],
  [
    'looks every row up',
    'ALTER TABLE "cards" ADD CONSTRAINT "cards_fk" FOREIGN KEY ("a") REFERENCES "users"("id");',
    'NOT VALID',
  ],
  [
    'makes something unique',
    'ALTER TABLE "users" ADD CONSTRAINT "users_a" UNIQUE("a");',
    'may not keep to it',
  ],
  ['validates under its lock', 'ALTER TABLE "users" VALIDATE CONSTRAINT "a";', 'folder online'],
  ['builds an index', 'CREATE INDEX "a" ON "users" USING btree ("a");', 'CONCURRENTLY'],
  ['builds it in a transaction', 'CREATE INDEX CONCURRENTLY "a" ON "users" ("a");', 'transaction'],
  ['changes many rows', `UPDATE "users" SET "a" = 'b';`, 'in portions'],
  ['empties a table', 'TRUNCATE "rate_counters";', 'in portions'],
  ['waits for ever', `SET lock_timeout = 0;`, 'the runner limits'],
  ['locks a table', 'LOCK TABLE "users" IN EXCLUSIVE MODE;', 'for long'],
];

test.each(BAD)('a migration that %s is refused with what to do instead', (_what, sql, because) => {
  expect(judgeMigration(sql).join('\n')).toContain(because);
});

test('a word that the previous release writes cannot be taken from a list', () => {
  const list = (words: string) =>
    `ALTER TABLE "a" ADD CONSTRAINT "a_state" CHECK ("a"."state" in (${words})) NOT VALID;`;
  const earlier = [list("'open', 'shut'")];
  expect(judgeMigration(list("'open', 'ajar'"), earlier)).toEqual([
    "a_state: the previous release still writes 'shut'",
  ]);
  expect(judgeMigration(list("'open', 'shut', 'ajar'"), earlier)).toEqual([]);
});

const GOOD: readonly [what: string, sql: string][] = [
  [
    'adds a table with its indexes',
    'CREATE TABLE "a" ("id" int);\nCREATE INDEX "b" ON "a" ("id");',
  ],
  ['adds an empty column', 'ALTER TABLE "users" ADD COLUMN "a" text;'],
  ['adds a constant', 'ALTER TABLE "users" ADD COLUMN "a" boolean DEFAULT false NOT NULL;'],
  ['checks what comes', 'ALTER TABLE "a" ADD CONSTRAINT "b" CHECK ("a"."c" > 0) NOT VALID;'],
  [
    'takes away what is unused, and says so',
    '-- contract: nothing reads it since the release of 0031\nALTER TABLE "a" DROP COLUMN "b";',
  ],
  [
    'changes a few rows, and says why they are few',
    `-- few rows: there are as many as tariffs on sale\nUPDATE "tariffs" SET "a" = 'b';`,
  ],
  [
    'replaces a function',
    'CREATE OR REPLACE FUNCTION f() RETURNS trigger AS $$ BEGIN DELETE FROM a; END $$ LANGUAGE plpgsql;',
  ],
];

test.each(GOOD)('a migration that %s passes', (_what, sql) => {
  expect(judgeMigration(sql)).toEqual([]);
});

test('online nothing may lock', () => {
  expect(judgeOnline('CREATE INDEX CONCURRENTLY IF NOT EXISTS "a" ON "b" ("c");')).toEqual([]);
  expect(judgeOnline('ALTER TABLE "a" VALIDATE CONSTRAINT "b";')).toEqual([]);
  expect(judgeOnline('CREATE INDEX CONCURRENTLY "a" ON "b" ("c");')).toHaveLength(1);
  expect(judgeOnline('ALTER TABLE "a" ADD COLUMN "b" text;')).toHaveLength(1);
});
