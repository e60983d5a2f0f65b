import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import postgres from 'postgres';
import { createDatabase, type TestDatabase } from '../support/servers';

// What patches/ mends in the driver. Without it the first ends in CONNECT_TIMEOUT, the others never end or throw past
// everybody.

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database?.drop());

/** Opens the driver's connections for it, and keeps them, to be failed from outside. */
function watchedSockets() {
  const { hostname, port } = new URL(database.url);
  const sockets: Socket[] = [];
  const opened = () =>
    new Promise<Socket>((resolve) => {
      const socket = connect(Number(port), hostname, () => resolve(socket));
      sockets.push(socket);
    });
  return { opened, sockets };
}

/** Two places of a pool lose their connections in one moment; whose statement is lost with one tries the other at once. */
async function loseBoth(): Promise<{ retry: string; after: readonly string[] }> {
  const { opened, sockets } = watchedSockets();
  const sql = postgres(database.url, { max: 2, connect_timeout: 3, socket: opened } as object);
  const outcome = (statement: PromiseLike<unknown>): Promise<string> =>
    Promise.resolve(statement).then(
      () => 'answered',
      (error: { code: string }) => error.code,
    );
  const both = () => Promise.all([1, 2].map(() => outcome(sql`select pg_sleep(0.05)`)));
  await both();
  const retry = sql`select pg_sleep(5)`.then(
    () => 'never lost',
    () => outcome(sql`select 2`),
  );
  await new Promise((resolve) => setTimeout(resolve, 50));
  for (const socket of sockets) socket.destroy();
  const results = { retry: await retry, after: await both() };
  await sql.end({ timeout: 1 });
  return results;
}

test('a place whose connection dies with a statement not yet written serves the next statement', async () => {
  // Which of the two is lost first is chance: only then has the retry found the other one dying.
  for (let tries = 0; tries < 30; tries += 1) {
    const { retry, after } = await loseBoth();
    expect(after).toEqual(['answered', 'answered']);
    if (retry === 'CONNECTION_CLOSED') return;
  }
  throw new Error('no retry ever found a dying connection');
}, 30_000);

test('a statement given to a connection that has failed and is not closed yet is refused', async () => {
  const { opened, sockets } = watchedSockets();
  const sql = postgres(database.url, { max: 1, socket: opened } as object);
  await sql`select 1`;
  const refused = new Promise<string>((resolve) => {
    sockets[0]?.once('error', () => {
      sql`select 2`.then(
        () => resolve('answered'),
        (error: { code: string }) => resolve(error.code),
      );
    });
  });
  sockets[0]?.destroy(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));
  expect(await refused).toBe('CONNECTION_CLOSED');
  expect([...(await sql`select 3 as n`)]).toEqual([{ n: 3 }]);
  await sql.end({ timeout: 1 });
});

/** What whoever has reserved the only connection says after it is lost, while it is opened anew for somebody else. */
async function speakAfterLoss() {
  const { opened, sockets } = watchedSockets();
  const sql = postgres(database.url, { max: 1, socket: opened } as object);
  const own = await sql.reserve();
  const said: string[] = [];
  const speak = (statement: PromiseLike<unknown>) =>
    statement.then(
      () => said.push('answered'),
      (error: { code: string }) => said.push(error.code),
    );
  const lost = speak(own`select pg_sleep(5)`);
  const others = Promise.all([sql`select 3 as n`, sql`select 4 as n`]);
  setTimeout(() => sockets[0]?.destroy(), 50);
  await lost;
  await speak(own`select 'said too late'`);
  own.release();
  const rows = [...(await others), await sql`select 5 as n`];
  await sql.end({ timeout: 1 });
  return { said, numbers: rows.map(([row]) => row?.['n'] as number) };
}

test('a reserved connection that is lost is lost for whoever reserved it, and for nobody else', async () => {
  const refused = 'CONNECTION_CLOSED';
  expect(await speakAfterLoss()).toEqual({ said: [refused, refused], numbers: [3, 4, 5] });
});

describe('a server that hangs up on whoever connects', () => {
  let server: Server;
  let calls = 0;

  beforeAll(async () => {
    server = createServer((socket) => {
      calls += 1;
      socket.resume().end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  test('is called again after pauses that grow, and given up when the time to connect is over', async () => {
    const { port } = server.address() as AddressInfo;
    const sql = postgres(`postgres://nobody@127.0.0.1:${port}/none`, {
      max: 1,
      connect_timeout: 2,
    });
    await expect(sql`select 1`).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
    expect(calls).toBeGreaterThan(2);
    expect(calls).toBeLessThan(30);
    await sql.end({ timeout: 1 });
  }, 10_000);
});
