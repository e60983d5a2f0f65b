import { listen } from '../../src/http/listen';

const app = () => undefined;

test('a port that is taken is an error of the start, not a crash later', async () => {
  const first = await listen(app, { port: 0, host: '127.0.0.1' });
  const again = listen(app, { port: first.port, host: '127.0.0.1' });
  await expect(again).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await first.stop();
});

test('a request that never ends is cut when its grace is over', async () => {
  const server = await listen(app, { port: 0, host: '127.0.0.1', stopGraceMs: 50 });
  const request = fetch(server.url).catch(() => 'cut');
  await new Promise((resolve) => setTimeout(resolve, 30));
  await server.stop();
  expect(await request).toBe('cut');
});
