import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cloudpaymentsBooks } from './cloudpayments-books';
import type { CloudpaymentsBooks } from './cloudpayments-books';

// The terminal of CloudPayments as its documentation describes it: Basic authentication, case-sensitive parameters,
// amounts as numbers, X-Request-ID remembered for an hour, one envelope around every answer.

export const PUBLIC_ID = 'pk_test';
export const API_SECRET = 'example_secret';

export type Breakage = 'error_500' | 'garbage' | 'reset' | 'hang' | 'silent_success';

export interface CloudpaymentsFake {
  readonly url: string;
  readonly books: CloudpaymentsBooks;
  /** Bodies of the calls as they came, by path. */
  readonly calls: { readonly path: string; readonly body: string }[];
  /** `silent_success` does the work and loses the answer. */
  breakNext(breakage: Breakage, requests: number): void;
  /** Answers as it should to some calls, and breaks the one after them. */
  breakAfter(breakage: Breakage, answered: number): void;
  /** Lets the remembered keys be forgotten. */
  passHours(hours: number): void;
  stop(): Promise<void>;
}

interface Remembered {
  readonly answer: unknown;
  readonly atHours: number;
}

interface State {
  readonly books: CloudpaymentsBooks;
  readonly calls: { path: string; body: string }[];
  readonly remembered: Map<string, Remembered>;
  broken: { breakage: Breakage; answered: number; left: number } | undefined;
  hours: number;
}

export async function startCloudpaymentsFake(): Promise<CloudpaymentsFake> {
  const state: State = {
    books: cloudpaymentsBooks(),
    calls: [],
    remembered: new Map(),
    broken: undefined,
    hours: 0,
  };
  const server = createServer((request, response) => void receive(state, request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    books: state.books,
    calls: state.calls,
    breakNext: (breakage, requests) => {
      state.broken = { breakage, answered: 0, left: requests };
    },
    breakAfter: (breakage, answered) => {
      state.broken = { breakage, answered, left: 1 };
    },
    passHours: (hours) => {
      state.hours += hours;
    },
    stop: () => close(server),
  };
}

async function receive(state: State, request: IncomingMessage, response: ServerResponse) {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString('utf8');
  const path = request.url ?? '';
  state.calls.push({ path, body });
  const breakage = takeBreakage(state);
  if (breakage && breakage !== 'silent_success') return spoil(response, breakage);
  if (!isAuthorised(request)) return response.writeHead(401).end();
  const answer = remember(state, request, () => work(state, request, body));
  if (breakage) return spoil(response, 'reset');
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
}

function takeBreakage({ broken }: State): Breakage | undefined {
  if (!broken || broken.left === 0) return undefined;
  if (broken.answered > 0) {
    broken.answered -= 1;
    return undefined;
  }
  broken.left -= 1;
  return broken.breakage;
}

function spoil(response: ServerResponse, breakage: Breakage): void {
  if (breakage === 'error_500') response.writeHead(500).end('{}');
  else if (breakage === 'garbage') response.writeHead(200).end('<html>');
  else if (breakage === 'reset') response.destroy();
}

function isAuthorised({ headers }: IncomingMessage): boolean {
  const right = Buffer.from(`${PUBLIC_ID}:${API_SECRET}`).toString('base64');
  return headers.authorization === `Basic ${right}`;
}

function work({ books }: State, request: IncomingMessage, body: string): unknown {
  if (request.method !== 'POST') return refusal('Method not allowed');
  if (request.headers['content-type'] !== 'application/json') return refusal('Unknown format');
  return books.handle(request.url ?? '', body);
}

/** Of several equal keys only one call is worked on, and all of them get its answer. */
function remember(state: State, { headers }: IncomingMessage, answer: () => unknown): unknown {
  const key = headers['x-request-id'];
  if (typeof key !== 'string') return answer();
  const known = state.remembered.get(key);
  if (known && state.hours - known.atHours < 1) return known.answer;
  const fresh = answer();
  state.remembered.set(key, { answer: fresh, atHours: state.hours });
  return fresh;
}

export function refusal(Message: string): unknown {
  return { Success: false, Message };
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
