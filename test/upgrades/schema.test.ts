import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import postgres from 'postgres';
import { migrateDatabase } from '../../drizzle/migrate';
import { migrationsFolder } from '../../src/main/migrations';
import { createDatabase, type TestDatabase } from '../support/servers';
import { schemaOf, surprises, type Schema } from './support/schema';

// The code of a release works on the newest database as long as nothing there surprises it. What the release knows is kept
// here, because a shallow clone has none of its code; RECORD=schema npx jest test/upgrades/schema writes it down anew,
// which is done when a release is made.

const KEPT = join(__dirname, 'released-schema.json');

let database: TestDatabase;
let sql: postgres.Sql;
let current: Schema;

beforeAll(async () => {
  database = await createDatabase();
  await migrateDatabase(database.url, migrationsFolder());
  sql = postgres(database.url, { max: 1, onnotice: () => undefined });
  current = await schemaOf(sql);
  if (process.env['RECORD'] === 'schema' || !existsSync(KEPT)) {
    writeFileSync(KEPT, `${JSON.stringify(current, null, 2)}\n`);
  }
});
afterAll(async () => {
  await sql?.end();
  await database?.drop();
});

test('nothing in the newest database surprises the code of the last release', () => {
  const released = JSON.parse(readFileSync(KEPT, 'utf8')) as Schema;
  expect(Object.keys(released.columns).length).toBeGreaterThan(300);
  expect(surprises(released, current)).toEqual([]);
});

/** The schema after some statements, which are taken back. */
async function after(statements: string): Promise<Schema> {
  let changed: Schema | undefined;
  await sql
    .begin(async (tx) => {
      await tx.unsafe(statements);
      changed = await schemaOf(tx as unknown as postgres.Sql);
      throw new Error('taken back');
    })
    .catch((error: Error) => {
      if (error.message !== 'taken back') throw error;
    });
  return changed as Schema;
}

const SURPRISING: readonly [statements: string, surprise: string][] = [
  ['alter table users drop column first_name', 'users.first_name is gone'],
  ['alter table users rename to people', 'users.id is gone'],
  ['alter table invoices alter column no type int', 'invoices.no was bigint and is integer'],
  ['alter table users alter column first_name set not null', 'users.first_name must be filled now'],
  ['alter table users add column a text not null', 'users.a must be filled'],
  ['alter table users alter column recorded_at drop default', 'recorded_at must be filled now'],
  ['create unique index a on users (username)', 'users a is unique'],
  ['alter table users add constraint a check (id > 5)', 'users a refuses what the release'],
  [
    `alter table invoices drop constraint invoices_state;
     alter table invoices add constraint invoices_state check (state in ('draft', 'pending')) not valid`,
    "invoices_state refuses 'paid'",
  ],
];

test.each(SURPRISING)('%s would be noticed', async (statements, surprise) => {
  expect(surprises(current, await after(statements)).join('\n')).toContain(surprise);
});

test('what only adds surprises nobody', async () => {
  const added = await after(`
    create table planted (id int primary key, user_id bigint not null references users (id));
    alter table users add column a text, add column b int not null default 0;
    alter table invoices alter column no set default 1;
    create index c on users (username)`);
  expect(surprises(current, added)).toEqual([]);
});
