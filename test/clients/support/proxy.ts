import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { AddressInfo } from 'node:net';

/** What is done with a request: given to the server with its answer, given to it and cut, or never given to it. */
export type Fate = 'pass' | 'cut_answer' | 'cut_request';

export interface Proxy {
  readonly url: string;
  /** Fates of the next requests; later ones pass. */
  readonly fates: Fate[];
  /** Names that requests were sent under, in their order. */
  readonly names: string[];
  stop(): Promise<void>;
}

/** A bad line to a server. */
export async function startProxy(target: string): Promise<Proxy> {
  const fates: Fate[] = [];
  const names: string[] = [];
  const server = createServer((request, response) => {
    const name = request.headers['idempotency-key'];
    if (typeof name === 'string') names.push(name);
    void carry({ target, fate: fates.shift() ?? 'pass' }, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    fates,
    names,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function carry(
  { target, fate }: { readonly target: string; readonly fate: Fate },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await buffer(request);
  if (fate === 'cut_request') return void request.socket.destroy();
  const { authorization, 'content-type': type, 'idempotency-key': name } = request.headers;
  const headers = Object.entries({ authorization, 'content-type': type, 'idempotency-key': name });
  const answer = await fetch(target + (request.url ?? ''), {
    method: request.method ?? 'GET',
    headers: Object.fromEntries(
      headers.flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])),
    ),
    ...(body.length > 0 ? { body } : {}),
  });
  const text = await answer.text();
  if (fate === 'cut_answer') return void request.socket.destroy();
  const kept = ['content-type', 'retry-after', 'idempotent-replayed'];
  for (const key of kept) {
    const value = answer.headers.get(key);
    if (value !== null) response.setHeader(key, value);
  }
  response.writeHead(answer.status).end(text);
}
