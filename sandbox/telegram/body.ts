import type { IncomingMessage } from 'node:http';
import { Arguments, isRecord } from './arguments';
import { badRequest } from './failure';
import type { Form } from './multipart';
import { parseMultipart } from './multipart';

const BODY_LIMIT_BYTES = 52 * 1024 * 1024;

/** Reads the arguments of a Bot API call from the query string and from a body of any of the three allowed kinds. */
export async function readArguments(
  request: IncomingMessage,
  query: URLSearchParams,
): Promise<Arguments> {
  const body = await readBody(request);
  const form = parseBody(body, request.headers['content-type'] ?? '');
  return new Arguments({ ...form, fields: { ...Object.fromEntries(query), ...form.fields } });
}

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_LIMIT_BYTES) throw badRequest('request entity too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parseBody(body: Buffer, contentType: string): Form {
  if (body.length === 0) return { fields: {}, uploads: new Map() };
  if (contentType.startsWith('multipart/form-data')) return multipartForm(body, contentType);
  if (contentType.startsWith('application/x-www-form-urlencoded')) {
    const fields = Object.fromEntries(new URLSearchParams(body.toString('utf8')));
    return { fields, uploads: new Map() };
  }
  return { fields: jsonFields(body), uploads: new Map() };
}

function multipartForm(body: Buffer, contentType: string): Form {
  const boundary = /boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (boundary === undefined)
    throw badRequest("can't parse multipart/form-data: boundary not found");
  return parseMultipart(body, boundary);
}

function jsonFields(body: Buffer): Record<string, unknown> {
  try {
    const value = JSON.parse(body.toString('utf8')) as unknown;
    if (isRecord(value)) return value;
  } catch {
    // Falls through to Telegram's complaint: it does not say what was wrong either.
  }
  throw badRequest("can't parse JSON object");
}
