import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import postgres from 'postgres';
import { createDatabase, type TestDatabase } from '../support/servers';

// What patches/ mends in the driver; without it both tests time out.

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database?.drop());

test('a place whose connection died with a statement not yet sent serves the next statement', async () => {
  const { hostname, port } = new URL(database.url);
  const sockets: Socket[] = [];
  const opened = () =>
    new Promise<Socket>((resolve) => {
      const socket = connect(Number(port), hostname, () => resolve(socket));
      sockets.push(socket);
    });
  const sql = postgres(database.url, { max: 1, connect_timeout: 20, socket: opened } as object);
  await sql`select 1`;
  const lost = sql`select 2`.execute();
  // The driver has it in hand now, and writes it at the end of this turn of the event loop.
  await Promise.resolve();
  await Promise.resolve();
  sockets[0]?.destroy();
  await expect(lost).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
  expect(await sql`select 42 as answer`).toMatchObject([{ answer: 42 }]);
  expect(sockets).toHaveLength(2);
  await sql.end();
}, 10_000);

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
