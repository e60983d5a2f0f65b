import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { appliedMigrations, knownMigrations, migrateDatabase } from '../../drizzle/migrate';
import { seedDatabase } from '../../drizzle/seeds';
import { connect } from '../../drizzle/client';
import { createDatabase, type TestDatabase } from '../support/servers';

const MIGRATIONS = 'drizzle/migrations';

interface Journal {
  entries: { idx: number; when: number; tag: string }[];
}

let database: TestDatabase;
let sql: postgres.Sql;
let folder: string;

beforeEach(async () => {
  database = await createDatabase();
  sql = postgres(database.url, { max: 2, onnotice: () => undefined });
  folder = mkdtempSync(join(tmpdir(), 'migrations-'));
  cpSync(MIGRATIONS, folder, { recursive: true });
});

afterEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  await sql.end();
  await database.drop();
});

function editJournal(edit: (journal: Journal) => void): void {
  const path = join(folder, 'meta', '_journal.json');
  const journal = JSON.parse(readFileSync(path, 'utf8')) as Journal;
  edit(journal);
  writeFileSync(path, JSON.stringify(journal));
}

/** Makes the copied folder that of an earlier release. */
const keepFirst = (count: number) => editJournal((journal) => journal.entries.splice(count));

function addMigration(tag: string, statements: string): void {
  editJournal(({ entries }) => {
    const last = entries.at(-1);
    entries.push({ idx: entries.length, when: (last?.when ?? 0) + 1_000, tag });
  });
  writeFileSync(join(folder, `${tag}.sql`), statements);
}

async function tables(): Promise<string[]> {
  const rows = await sql`
    select table_name from information_schema.tables where table_schema = 'public' order by 1`;
  return rows.map((row) => String(row['table_name']));
}

test('T-F1 an empty database gets every table, guard and migration', async () => {
  await migrateDatabase(database.url, MIGRATIONS);
  expect(await appliedMigrations(sql)).toBe(knownMigrations(MIGRATIONS));
  expect(await tables()).toEqual(
    expect.arrayContaining(['accounts', 'entries', 'invoices', 'outbox_messages', 'transfers']),
  );
  const triggers = await sql`select tgname from pg_trigger where not tgisinternal`;
  expect(triggers.map((row) => row['tgname'] as string)).toContain('entries_balance');
});

test('T-F1 a database of the previous release gets only what is new and keeps its rows', async () => {
  keepFirst(1);
  await migrateDatabase(database.url, folder);
  expect(await appliedMigrations(sql)).toBe(1);
  await sql`insert into users (id, time_zone) values (1, 'UTC')`;
  await migrateDatabase(database.url, MIGRATIONS);
  expect(await appliedMigrations(sql)).toBe(knownMigrations(MIGRATIONS));
  expect(await sql`select id::int from users`).toEqual([{ id: 1 }]);
});

test('T-F1 two processes that start together migrate once', async () => {
  await Promise.all([1, 2, 3].map(() => migrateDatabase(database.url, MIGRATIONS)));
  expect(await appliedMigrations(sql)).toBe(knownMigrations(MIGRATIONS));
});

test('T-F1 a failed migration leaves the old schema usable and says what is wrong', async () => {
  await migrateDatabase(database.url, MIGRATIONS);
  addMigration(
    '9000_broken',
    'ALTER TABLE users ADD COLUMN half boolean;\n--> statement-breakpoint\nALTER TABLE nowhere ADD COLUMN x int;',
  );
  await expect(migrateDatabase(database.url, folder)).rejects.toThrow(/nowhere/);
  expect(await appliedMigrations(sql)).toBe(knownMigrations(MIGRATIONS));
  await sql`insert into users (id, time_zone) values (1, 'UTC')`;
  const [user] = await sql`select * from users`;
  expect(user).not.toHaveProperty('half');
});

test('T-F1 after a failed migration a repaired one is applied', async () => {
  addMigration('9000_broken', 'ALTER TABLE nowhere ADD COLUMN x int;');
  await expect(migrateDatabase(database.url, folder)).rejects.toThrow();
  writeFileSync(join(folder, '9000_broken.sql'), 'ALTER TABLE users ADD COLUMN whole boolean;');
  await migrateDatabase(database.url, folder);
  expect(await appliedMigrations(sql)).toBe(knownMigrations(MIGRATIONS) + 1);
});

test('migrating again changes nothing', async () => {
  await migrateDatabase(database.url, MIGRATIONS);
  const before = await tables();
  await migrateDatabase(database.url, MIGRATIONS);
  expect(await tables()).toEqual(before);
});

test('a database that was never migrated has had none', async () => {
  expect(await appliedMigrations(sql)).toBe(0);
});

test('seeds can be sown again and at once; forcing adds versions and edits none', async () => {
  await migrateDatabase(database.url, MIGRATIONS);
  const { db, close } = connect(database.url);
  const versions = async () => {
    const rows = await sql`select t.slug, v.version, v.tokens_utok from tariff_versions v
      join tariffs t on t.id = v.tariff_id order by 1, 2`;
    return rows.map((row) => `${row['slug']} ${row['version']}`);
  };
  await seedDatabase(db);
  const sown = await versions();
  await Promise.all([seedDatabase(db), seedDatabase(db)]);
  expect(await versions()).toEqual(sown);
  await seedDatabase(db, { isForced: true });
  expect(await versions()).toEqual(sown.flatMap((one) => [one, one.replace(/1$/, '2')]));
  await close();
});
