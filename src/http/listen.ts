import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ListenOptions {
  /** Zero takes a free port. */
  readonly port: number;
  readonly host: string;
  /** Time for a whole request to arrive; fifteen seconds when absent. */
  readonly requestTimeoutMs?: number;
  readonly headersTimeoutMs?: number;
  /** How long running requests may finish after `stop`; ten seconds when absent. */
  readonly stopGraceMs?: number;
}

export interface Listening {
  readonly port: number;
  readonly url: string;
  /** Takes no new request, lets running ones finish, then cuts what is left. */
  stop(): Promise<void>;
}

/** Starts a server; rejects with the system's error when the port is taken. */
export async function listen(app: RequestListener, options: ListenOptions): Promise<Listening> {
  const { requestTimeoutMs = 15_000, headersTimeoutMs = 10_000, stopGraceMs = 10_000 } = options;
  const server = createServer(
    { requestTimeout: requestTimeoutMs, headersTimeout: headersTimeoutMs, keepAliveTimeout: 5_000 },
    app,
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://${urlHost(options.host)}:${port}`,
    stop: () => stop(server, stopGraceMs),
  };
}

function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

async function stop(server: Server, graceMs: number): Promise<void> {
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearTimeout(cut);
}
