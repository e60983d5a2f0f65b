import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Outage } from '../contract';

/** A request as a stand-in for a provider sees it. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Reply {
  readonly status: number;
  /** Written as JSON. */
  readonly body: unknown;
  /** Sent instead of `body`, as it is. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface HttpFake {
  readonly url: string;
  /** Every request so far, those that were not answered included. */
  readonly asked: readonly Asked[];
  /** How the next requests fare; zero ends it. */
  breakNext(outage: Outage, requests?: number): void;
  /** As `breakNext`, but the next request has taken effect before its answer is lost. */
  loseAnswers(requests: number): void;
  stop(): Promise<void>;
}

/** Listens on a port of its own and answers in JSON. */
export async function startHttpFake(answer: (asked: Asked) => Reply): Promise<HttpFake> {
  const asked: Asked[] = [];
  let broken: { outage: Outage; left: number; isDone: boolean } | undefined;
  const server = createServer((request, response) => {
    void readAsked(request).then((each) => {
      asked.push(each);
      if (!broken || broken.left === 0) return send(response, answer(each));
      broken.left -= 1;
      if (broken.isDone) answer(each);
      fail(response, broken.outage);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    breakNext: (outage, left = 1) => {
      broken = { outage, left, isDone: false };
    },
    loseAnswers: (left) => {
      broken = { outage: 'reset', left, isDone: true };
    },
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function readAsked(request: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { pathname: path, searchParams: query } = new URL(request.url ?? '/', 'http://fake');
  const { method = 'GET', headers } = request;
  return { method, path, query, headers, body: Buffer.concat(chunks) };
}

function send(response: ServerResponse, { status, body, text, headers }: Reply): void {
  response
    .writeHead(status, { 'content-type': 'application/json', ...headers })
    .end(text ?? JSON.stringify(body));
}

function fail(response: ServerResponse, outage: Outage): void {
  switch (outage) {
    case 'error_500':
      return send(response, { status: 500, body: { type: 'error', code: 'internal_error' } });
    case 'garbage':
      return void response.writeHead(200).end('<html>502</html>');
    case 'reset':
      return void response.destroy();
    case 'hang':
      // The caller's patience ends it.
      return;
  }
}
