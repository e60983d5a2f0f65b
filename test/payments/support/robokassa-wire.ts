import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Outage } from '../contract';
import type { Fields } from './robokassa-formulas';

// How the fake of Robokassa reads requests and answers them.

export interface Answer {
  readonly status?: number;
  readonly type: string;
  readonly body: string;
}

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly fields: Fields;
  readonly body: string;
  readonly type: string;
}

/** A request with the fields of its query and form; throws when one of them comes twice. */
export async function read(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString('utf8');
  const { pathname, search } = new URL(request.url ?? '/', 'http://robokassa.test');
  const type = request.headers['content-type'] ?? '';
  const form = type.startsWith('application/x-www-form-urlencoded') ? body : '';
  const pairs = [...new URLSearchParams(search), ...new URLSearchParams(form)];
  const fields = Object.fromEntries(pairs);
  if (Object.keys(fields).length !== pairs.length) throw new Error('a field comes twice');
  return { method: request.method ?? '', path: pathname, query: search, fields, body, type };
}

/** Answers as a provider in trouble does. */
export function fail(kind: Outage, request: IncomingMessage, response: ServerResponse): void {
  if (kind === 'reset') request.socket.destroy();
  if (kind === 'error_500') response.writeHead(500).end('server error');
  if (kind === 'garbage') response.writeHead(200).end('<html><b>maintenance');
}

export function json(value: unknown): Answer {
  return { type: 'application/json', body: JSON.stringify(value) };
}

export function xml(body: string): Answer {
  return { type: 'text/xml; charset=utf-8', body };
}
