import { Connection } from '@temporalio/client';
import postgres from 'postgres';
import { createDatabase, takeServers } from '../support/servers';

test('every test file gets a namespace of its own with the search attributes of the product', async () => {
  const [first, second] = [await takeServers(), await takeServers()];
  expect(first.namespace).not.toBe(second.namespace);
  const connection = await Connection.connect({ address: first.temporalAddress });
  const { count } = await connection.workflowService.countWorkflowExecutions({
    namespace: first.namespace,
    query: "BillingUserId = '1' and NextActionAt > '2030-01-01T00:00:00Z' and Attempt > 1",
  });
  await connection.close();
  expect(count.toNumber()).toBe(0);
});

test('a template is migrated once however many databases are copied from it', async () => {
  const migrations: string[] = [];
  const template = {
    sources: ['package.json'],
    migrate: async (url: string) => {
      migrations.push(url);
      const sql = postgres(url, { max: 1 });
      await sql.unsafe(`create table made_by_${process.pid} as select 7 as answer`);
      await sql.end();
    },
  };
  const databases = await Promise.all([createDatabase(template), createDatabase(template)]);
  for (const database of databases) {
    const sql = postgres(database.url, { max: 1 });
    expect(
      await sql.unsafe('select count(*)::int as tables from pg_tables where schemaname = $1', [
        'public',
      ]),
    ).toEqual([{ tables: 1 }]);
    await sql.end();
    await database.drop();
  }
  expect(migrations.length).toBeLessThanOrEqual(1);
});
