import { sql } from 'drizzle-orm';
import { connect, type Connection } from '../../drizzle/client';
import { postgresLink } from '../chaos/matrix/links/postgres-link';
import type { Link } from '../chaos/matrix/links/link';
import { Watch } from '../chaos/matrix/watch';
import { createDatabase, type TestDatabase } from '../support/servers';

// The driver writes `rollback` to a connection that it has just lost: into nothing, which ended the process, or into
// what the next connection of that place sends first, which then never answers.

let database: TestDatabase;
let link: Link;
let connection: Connection;

beforeAll(async () => {
  database = await createDatabase();
  const { port } = new URL(database.url);
  link = await postgresLink('worker→PostgreSQL', {
    ...{ watch: new Watch(() => undefined), port: Number(port) },
  });
  const url = new URL(database.url);
  url.port = String(link.port);
  connection = connect(url.href, { poolSize: 1 });
});
afterAll(async () => {
  await connection?.close();
  await link?.stop();
  await database?.drop();
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function blink(): void {
  link.cut();
  link.mend();
}

async function answer(): Promise<number> {
  const [row] = await connection.db.execute(sql`select 42 as answer`);
  return Number(row?.['answer']);
}

test('a connection lost while a statement runs fails its transaction and is replaced', async () => {
  const lost = connection.db.transaction(async (tx) => {
    setTimeout(blink, 100);
    await tx.execute(sql`select pg_sleep(2)`);
  });
  await expect(lost).rejects.toThrow();
  expect(await answer()).toBe(42);
}, 30_000);

test('a connection lost between two statements fails its transaction and is replaced', async () => {
  const lost = connection.db.transaction(async (tx) => {
    await tx.execute(sql`select 1`);
    blink();
    await pause(100);
    await tx.execute(sql`select 2`);
  });
  await expect(lost).rejects.toThrow();
  expect(await answer()).toBe(42);
}, 30_000);

test('what a body wants after its connection was lost is written nowhere', async () => {
  await connection.db.execute(sql`create table halves (half int)`);
  const lost = connection.db.transaction(async (tx) => {
    await tx.execute(sql`insert into halves values (1)`);
    blink();
    await pause(60);
    // Somebody else gets the connection that takes the place of the lost one.
    expect(await answer()).toBe(42);
    await tx.execute(sql`insert into halves values (2)`);
  });
  await expect(lost).rejects.toThrow();
  await pause(200);
  const rows = await connection.db.execute(sql`select half from halves`);
  expect([...rows]).toEqual([]);
}, 30_000);

test('a connection lost just before a body gives up is replaced', async () => {
  const lost = connection.db.transaction(async (tx) => {
    await tx.execute(sql`select 1`);
    blink();
    await pause(100);
    throw new Error('a refusal');
  });
  await expect(lost).rejects.toThrow();
  expect(await answer()).toBe(42);
}, 30_000);

test('a connection lost inside a savepoint fails its transaction and is replaced', async () => {
  const lost = connection.db.transaction((tx) =>
    tx.transaction(async (inner) => {
      setTimeout(blink, 100);
      await inner.execute(sql`select pg_sleep(2)`);
    }),
  );
  await expect(lost).rejects.toThrow();
  expect(await answer()).toBe(42);
}, 30_000);

test('a body that gives up by itself rolls back and says why', async () => {
  const refused = connection.db.transaction(async (tx) => {
    await tx.execute(sql`create table refused (id int)`);
    throw new Error('a refusal');
  });
  await expect(refused).rejects.toThrow('a refusal');
  const [row] = await connection.db.execute(sql`select to_regclass('refused') as name`);
  expect(row?.['name']).toBeNull();
});
