import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { choosePort, freePort, freePorts, isPortFree } from '../../src/embedded/ports';

async function occupy(port: number): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return server;
}

test('a free preferred port is taken without a word', async () => {
  const preferred = await freePort();
  const lines: string[] = [];
  const port = await choosePort({
    name: 'The shop',
    preferred,
    report: (line) => lines.push(line),
  });
  expect(port).toBe(preferred);
  expect(lines).toEqual([]);
});

test('a taken port is replaced by a free one, and both are named', async () => {
  const preferred = await freePort();
  const server = await occupy(preferred);
  const lines: string[] = [];
  const port = await choosePort({
    name: 'The shop',
    preferred,
    report: (line) => lines.push(line),
  });
  expect(await isPortFree(port)).toBe(true);
  expect(lines).toEqual([`Port ${preferred} is taken; The shop uses ${port} instead`]);
  server.close();
});

test('ports handed out together are all different', async () => {
  const ports = await freePorts(50);
  expect(new Set(ports).size).toBe(50);
});
