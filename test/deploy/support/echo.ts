import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Echo {
  readonly port: number;
  stop(): Promise<void>;
}

/** Answers every request with the headers that reached it. */
export async function startEcho(): Promise<Echo> {
  const server = createServer((request, response) => {
    request.resume();
    response.setHeader('content-type', 'application/json').end(JSON.stringify(request.headers));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
