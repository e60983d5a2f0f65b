import { chmodSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import postgres from 'postgres';
import { startPostgres } from '../../src/embedded/postgres';
import { freePort } from '../../src/embedded/ports';
import { endSupervisors, freshFolder, supervise } from './folders';

afterEach(endSupervisors);

const report = () => undefined;
const owner = { name: 'billing', password: "it's a secret" };

async function query(url: string, text: string): Promise<unknown[]> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    return await sql.unsafe(text);
  } finally {
    await sql.end();
  }
}

test('committed rows outlive kill -9, and the supervisor brings the server back on its port', async () => {
  const supervisor = supervise(freshFolder('postgres'));
  const server = await startPostgres({ supervisor, report, preferredPort: await freePort() });
  const url = await server.ensureDatabase('billing', owner);
  await query(url, 'create table paid as select 42 as amount');
  await server.process.kill('SIGKILL');
  await server.process.ready();
  expect(await query(url, 'select amount from paid')).toEqual([{ amount: 42 }]);
  await supervisor.stopAll();
});

test('a stopped cluster starts again with its data, a stale pid file and a port that somebody took', async () => {
  const dataFolder = freshFolder('postgres');
  const first = supervise(dataFolder);
  const before = await startPostgres({
    supervisor: first,
    report,
    preferredPort: await freePort(),
  });
  await query(
    await before.ensureDatabase('billing', owner),
    'create table paid as select 42 as amount',
  );
  await before.process.kill('SIGKILL');
  await first.stopAll();

  const squatter = createServer();
  await new Promise<void>((resolve) => squatter.listen(before.port, '127.0.0.1', resolve));
  const lines: string[] = [];
  const second = supervise(dataFolder, (line) => lines.push(line));
  const after = await startPostgres({ supervisor: second, report: (line) => lines.push(line) });
  const url = await after.ensureDatabase('billing', owner);
  expect(await query(url, 'select amount from paid')).toEqual([{ amount: 42 }]);
  expect(lines).toContain(`Port ${before.port} is taken; PostgreSQL uses ${after.port} instead`);
  await second.stopAll();
  squatter.close();
});

test('a server whose supervisor and pid file are gone is found by its data folder and replaced', async () => {
  const dataFolder = freshFolder('postgres');
  const supervisor = supervise(dataFolder);
  const settings = { supervisor, report, preferredPort: await freePort(), restarts: false };
  const lost = await startPostgres(settings);
  const pid = lost.process.pid;
  rmSync(join(dataFolder, 'run', 'postgres.json'));
  rmSync(join(dataFolder, 'run', 'supervisor.json'));
  const successor = supervise(dataFolder);
  const found = await startPostgres({ ...settings, supervisor: successor });
  expect(found.process.pid).not.toBe(pid);
  expect(await query(found.adminUrl, 'select 1 as alive')).toEqual([{ alive: 1 }]);
  await supervisor.stopAll();
  await successor.stopAll();
});

test('it is durable, counts in UTC, sorts alike everywhere and takes 300 connections', async () => {
  const supervisor = supervise(freshFolder('postgres'));
  const { adminUrl } = await startPostgres({ supervisor, report, preferredPort: await freePort() });
  const settings = await query(
    adminUrl,
    `select current_setting('fsync') as fsync, current_setting('timezone') as timezone,
            current_setting('max_connections') as connections, current_setting('server_encoding') as encoding,
            lower('ЖЁ') as lowered`,
  );
  expect(settings).toEqual([
    { fsync: 'on', timezone: 'UTC', connections: '300', encoding: 'UTF8', lowered: 'жё' },
  ]);
  await supervisor.stopAll();
});

test('a folder closed to the account of PostgreSQL is no obstacle, and deleting it begins anew', async () => {
  const closed = freshFolder('closed');
  chmodSync(closed, 0o700);
  const dataFolder = join(closed, 'data');
  for (const attempt of [1, 2]) {
    const supervisor = supervise(dataFolder);
    const server = await startPostgres({ supervisor, report, preferredPort: await freePort() });
    await query(server.adminUrl, `create table only_once as select ${attempt} as attempt`);
    await supervisor.stopAll();
    rmSync(dataFolder, { recursive: true });
  }
});
