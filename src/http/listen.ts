import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ListenOptions {
  /** Zero takes a free port. */
  readonly port: number;
  readonly host: string;
  /** Time for a whole request to arrive, however slowly its bytes drip; fifteen seconds when absent. */
  readonly requestTimeoutMs?: number;
  /** Time for the headers of a request to arrive; ten seconds when absent. */
  readonly headersTimeoutMs?: number;
  /** A connection on which nothing moves is cut, such as of somebody who does not read their answer; a minute when absent. */
  readonly silenceTimeoutMs?: number;
  /** How long a connection waits for its next request; five seconds when absent. */
  readonly keepAliveTimeoutMs?: number;
  /** After so many requests a connection is closed and begins anew elsewhere; a thousand when absent. */
  readonly requestsPerConnection?: number;
  /** Connections beyond these are refused at once; five thousand when absent. */
  readonly mostConnections?: number;
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
  const server = limited(app, options);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://${urlHost(options.host)}:${port}`,
    stop: () => stop(server, options.stopGraceMs ?? 10_000),
  };
}

/** How often connections are looked through for those whose time is over; Node's own half minute would prolong every limit. */
const CHECK_MS = 1_000;

/** Whoever sends or reads slowly holds one connection for a while, and never for ever. */
function limited(app: RequestListener, options: ListenOptions): Server {
  const { requestTimeoutMs = 15_000, headersTimeoutMs = 10_000 } = options;
  const headersTimeout = Math.min(headersTimeoutMs, requestTimeoutMs);
  const server = createServer(
    {
      requestTimeout: requestTimeoutMs,
      headersTimeout,
      keepAliveTimeout: options.keepAliveTimeoutMs ?? 5_000,
      connectionsCheckingInterval: Math.min(CHECK_MS, headersTimeout),
    },
    app,
  );
  server.timeout = options.silenceTimeoutMs ?? 60_000;
  server.maxRequestsPerSocket = options.requestsPerConnection ?? 1_000;
  server.maxConnections = options.mostConnections ?? 5_000;
  return server;
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
