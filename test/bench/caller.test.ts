import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerIn, openCaller } from '../../bench/load/caller';

const HEAD = 'HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n';
const LAST = `${HEAD}Connection: close\r\n`;

test.each([
  ['with a length', `${HEAD}Content-Length: 2\r\n\r\n{}`, { status: 201, isLast: false }],
  ['after which none comes', `${LAST}Content-Length: 0\r\n\r\n`, { status: 201, isLast: true }],
  ['with a length, not all of it', `${HEAD}Content-Length: 2\r\n\r\n{`, undefined],
  [
    'in chunks',
    `${HEAD}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
    { status: 201, isLast: false },
  ],
  ['in chunks, not all of them', `${HEAD}Transfer-Encoding: chunked\r\n\r\n2\r\n{}`, undefined],
  ['whose head has not ended', HEAD, undefined],
])('an answer %s is read as what it is', (_what, text, answer) => {
  expect(answerIn(Buffer.from(text))).toEqual(answer);
});

describe('a server that closes a connection after three requests', () => {
  let server: Server;
  let connections = 0;

  beforeAll(async () => {
    server = createServer((_request, response) => void response.writeHead(201).end('{}'));
    server.maxRequestsPerSocket = 3;
    server.on('connection', () => (connections += 1));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  test('answers ten in a row, because the caller comes back on a new one', async () => {
    const { port } = server.address() as AddressInfo;
    const caller = await openCaller(`http://127.0.0.1:${port}`);
    const request = Buffer.from('POST / HTTP/1.1\r\nhost: here\r\ncontent-length: 0\r\n\r\n');
    const statuses = [];
    for (let n = 0; n < 10; n += 1) statuses.push(await caller.ask(request));
    caller.close();
    expect(statuses).toEqual(Array(10).fill(201));
    expect(connections).toBe(4);
  });
});

test('a server that closes a connection on which nothing was asked for a while is asked on a new one', async () => {
  const server = createServer((_request, response) => void response.writeHead(201).end('{}'));
  server.on('connection', (socket) => setTimeout(() => socket.destroy(), 50));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const caller = await openCaller(`http://127.0.0.1:${port}`);
  const request = Buffer.from('POST / HTTP/1.1\r\nhost: here\r\ncontent-length: 0\r\n\r\n');
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(await caller.ask(request)).toBe(201);
  caller.close();
  await new Promise((resolve) => server.close(resolve));
});
