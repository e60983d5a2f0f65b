import { listen, type Listening, type ListenOptions } from '../../src/http/listen';
import { startTestServer, type TestServer } from '../http/harness';
import { until } from '../support/until';
import { drip, openRaw } from './support/raw-connection';

const LINE = 'POST /webhook/mock HTTP/1.1\r\nHost: a\r\n';

const LIMITS: Partial<ListenOptions> = {
  headersTimeoutMs: 300,
  requestTimeoutMs: 600,
  keepAliveTimeoutMs: 200,
  silenceTimeoutMs: 700,
};

let server: TestServer;
let running: Listening | undefined;
afterEach(async () => {
  await server?.stop();
  await running?.stop();
  running = undefined;
});

async function start(limits: Partial<ListenOptions> = LIMITS): Promise<void> {
  server = await startTestServer({}, limits);
}

test('headers that drip are cut when their time is over, however steadily they come', async () => {
  await start();
  const slow = await openRaw(server.url);
  slow.send(LINE);
  const answer = await drip(slow, 'X-A: b\r\n');
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  expect(slow.lastedMs()).toBeLessThan(3_000);
  expect(server.steps).toEqual([]);
});

test('a body that drips is cut when the time of the request is over, and nothing of it is kept', async () => {
  await start();
  const slow = await openRaw(server.url);
  slow.send(`${LINE}Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n`);
  await drip(slow, 'x');
  expect(slow.lastedMs()).toBeLessThan(3_000);
  expect(server.steps).toEqual([]);
});

test('a chunked body that never ends is cut as well', async () => {
  await start();
  const slow = await openRaw(server.url);
  slow.send(`${LINE}Transfer-Encoding: chunked\r\n\r\n`);
  await drip(slow, '1\r\nx\r\n');
  expect(slow.lastedMs()).toBeLessThan(3_000);
});

test('slow clients hold up nobody else', async () => {
  await start({ headersTimeoutMs: 5_000 });
  const slow = await Promise.all(Array.from({ length: 200 }, () => openRaw(server.url)));
  for (const one of slow) one.send(LINE);
  const response = await fetch(`${server.url}/health`);
  expect(response.status).toBe(200);
  for (const one of slow) one.socket.destroy();
});

test('a connection without a next request is closed', async () => {
  await start();
  const idle = await openRaw(server.url);
  idle.send('GET /health HTTP/1.1\r\nHost: a\r\n\r\n');
  expect(await idle.ended).toMatch(/^HTTP\/1\.1 200 /);
  expect(idle.lastedMs()).toBeLessThan(3_000);
});

test('a connection that says nothing at all is closed', async () => {
  await start();
  const mute = await openRaw(server.url);
  await mute.ended;
  expect(mute.lastedMs()).toBeLessThan(3_000);
});

test('somebody who asks and does not read is cut once nothing moves', async () => {
  let isCut = false;
  running = await listen(
    (_request, response) => {
      response.once('close', () => (isCut = true));
      response.end(Buffer.alloc(64 * 1024 * 1024));
    },
    { port: 0, host: '127.0.0.1', ...LIMITS },
  );
  const deaf = await openRaw(running.url);
  deaf.socket.pause();
  deaf.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await until('the connection is cut', async () => isCut, 10_000);
  expect(deaf.socket.bytesRead).toBeLessThan(1024 * 1024);
  deaf.socket.destroy();
});

test('a connection serves so many requests and is then closed', async () => {
  await start({ requestsPerConnection: 3 });
  const busy = await openRaw(server.url);
  busy.send('GET /health HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(3));
  const answers = await busy.ended;
  expect(answers.match(/HTTP\/1\.1 200 /g)).toHaveLength(3);
  expect(answers.match(/Connection: close/gi)).toHaveLength(1);
});

test('connections beyond the limit are refused, and those that are open go on', async () => {
  await start({ mostConnections: 2 });
  const [first, second] = [await openRaw(server.url), await openRaw(server.url)];
  const third = await openRaw(server.url);
  expect(await third.ended).toBe('');
  first.send('GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  expect(await first.ended).toMatch(/^HTTP\/1\.1 200 /);
  second.socket.destroy();
});

test.each([
  ['two lengths', 'Content-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
  ['a length and chunks', 'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['a coding that hides', 'Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n'],
  ['a header without a name', ': value\r\n\r\n'],
  ['a header of twenty kilobytes', `X-Long: ${'a'.repeat(20_000)}\r\n\r\n`],
])('a request with %s is refused before anything of ours sees it', async (_what, rest) => {
  await start();
  const smuggler = await openRaw(server.url);
  smuggler.send(`${LINE}${rest}`);
  expect(await smuggler.ended).toMatch(/^HTTP\/1\.1 4\d\d /);
  expect(server.steps).toEqual([]);
});

test('without being told otherwise it gives headers ten seconds and a request fifteen', async () => {
  await start({});
  const [headers, body] = [await openRaw(server.url), await openRaw(server.url)];
  headers.send(LINE);
  body.send(`${LINE}Content-Length: 100000\r\n\r\n`);
  await Promise.all([drip(headers, 'X-A: b\r\n'), drip(body, 'x')]);
  expect(headers.lastedMs()).toBeGreaterThan(9_000);
  expect(headers.lastedMs()).toBeLessThan(14_000);
  expect(body.lastedMs()).toBeGreaterThan(14_000);
  expect(body.lastedMs()).toBeLessThan(19_000);
});
