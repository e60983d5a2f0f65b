import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import { pinoHttp } from 'pino-http';
import { traceIdOf } from './tracing';

const QUIET = new Set(['/health', '/ready']);

/** Gives every request an id and one line in the log: no query, no header, no body. */
export function requestLog(log: Logger): RequestHandler {
  return pinoHttp({
    logger: log,
    genReqId: (request, response) => {
      const given = request.headers['x-request-id'];
      const id = typeof given === 'string' && /^[\w.-]{8,64}$/.test(given) ? given : randomUUID();
      response.setHeader('x-request-id', id);
      return id;
    },
    customLogLevel: (request, response, error) => {
      if (error || response.statusCode >= 500) return 'error';
      if (response.statusCode >= 400) return 'warn';
      return QUIET.has(pathOf(request.url)) ? 'debug' : 'info';
    },
    customProps: (request) => traceOf(request),
    serializers: {
      req: (request: { id: unknown; method: string; url: string }) => ({
        id: request.id,
        method: request.method,
        path: pathOf(request.url),
      }),
      res: (response: { statusCode: number }) => ({ status: response.statusCode }),
    },
  });
}

function traceOf(request: IncomingMessage): Record<string, unknown> {
  const traceId = traceIdOf(request);
  return { request_id: request.id, ...(traceId === undefined ? {} : { trace_id: traceId }) };
}

function pathOf(url: string | undefined): string {
  const path = url?.split('?', 1)[0] ?? '';
  // The rest of such an address is a secret.
  return path.startsWith('/export/') ? '/export/…' : path;
}
