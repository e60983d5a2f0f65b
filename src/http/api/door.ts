import { json, type Request, type RequestHandler, type Response, type Router } from 'express';
import type { z } from 'zod';
import { callerOf, requireScope } from './access';
import { nameOf } from './idempotency';
import type { ApiParts } from './parts';
import { ApiProblem } from './problems';
import type { AnyRoute, Answer } from './route';

const BODY_LIMIT = '64kb';

/** Opens routes: who calls is proved before a body is read, and what comes is what its schemas say. */
export function openRoutes(router: Router, parts: ApiParts, routes: readonly AnyRoute[]): void {
  for (const one of routes) {
    const path = one.path.replace(/\{(\w+)\}/g, ':$1');
    const reading = one.body ? [json({ limit: one.bodyLimit ?? BODY_LIMIT })] : [];
    router[one.method](path, requireScope(parts, ...one.scopes), ...reading, handler(parts, one));
  }
}

function handler(parts: ApiParts, one: AnyRoute): RequestHandler {
  return async (request, response) => {
    const named = one.isNamed ? nameOf(request, response) : undefined;
    const answer = await one.handle(parts, {
      params: parse(one.params, request.params, 'The address is malformed.'),
      query: parse(one.query, request.query, 'The query is malformed.'),
      body: parse(one.body, withoutAlias(one, request), 'The body is malformed.'),
      caller: callerOf(response),
      named,
      asOf: new Date(parts.clock.nowMs()).toISOString(),
    });
    send(response, answer);
  };
}

/** The key's alias belongs to the envelope and not to what the body means. */
function withoutAlias({ isNamed }: AnyRoute, { body }: Request): unknown {
  if (!isNamed || typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  const members = Object.entries(body as object).filter(([name]) => name !== 'idempotency_key');
  return Object.fromEntries(members);
}

function parse(schema: z.ZodType | undefined, value: unknown, detail: string): unknown {
  if (!schema) return undefined;
  const parsed = schema.safeParse(value ?? {});
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map(({ path, message }) => ({
    path: path.join('.'),
    message,
  }));
  const isAmount = errors.every(({ path }) => /(^|\.)(amount|reported_total)$/.test(path));
  throw new ApiProblem({
    code: isAmount ? 'invalid_amount' : 'validation_error',
    detail,
    members: { errors },
  });
}

function send(response: Response, { status, body, isReplay }: Answer): void {
  if (isReplay) response.set('idempotent-replayed', 'true');
  response.status(status).json(body);
}
