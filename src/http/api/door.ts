import { json, type Request, type RequestHandler, type Response, type Router } from 'express';
import type { z } from 'zod';
import { callerOf, type Gate } from './access';
import { flawOf, requireJson } from './hygiene';
import { nameOf } from './idempotency';
import type { ApiParts } from './parts';
import { inTime } from './patience';
import { answerApiProblem, ApiProblem } from './problems';
import type { AnyRoute, Answer } from './route';

const BODY_LIMIT = '64kb';

export interface Opened {
  readonly gate: Gate;
  readonly parts: ApiParts;
}

/** Opens routes: who calls is proved before a body is read, and what comes is what its schemas say. */
export function openRoutes(
  router: Router,
  routes: readonly AnyRoute[],
  { gate, parts }: Opened,
): void {
  for (const one of routes) {
    const reading = one.body ? [requireJson, json({ limit: one.bodyLimit ?? BODY_LIMIT })] : [];
    router[one.method](pathOf(one), gate.enter(one.scopes), ...reading, handler(parts, one));
  }
  for (const [path, methods] of methodsOf(routes)) {
    router.all(path, gate.enter(), (_request, response) => {
      answerApiProblem(response, {
        code: 'method_not_allowed',
        detail: `This address takes ${methods.join(' and ')}.`,
        headers: { allow: methods.join(', ') },
      });
    });
  }
}

/** The methods of every address, in the order of the routes. */
function methodsOf(routes: readonly AnyRoute[]): ReadonlyMap<string, readonly string[]> {
  const methods = new Map<string, readonly string[]>();
  for (const one of routes) {
    const taken = one.method === 'get' ? ['GET', 'HEAD'] : [one.method.toUpperCase()];
    methods.set(pathOf(one), [...(methods.get(pathOf(one)) ?? []), ...taken]);
  }
  return methods;
}

/** The address as Express writes it. */
function pathOf({ path }: AnyRoute): string {
  return path.replace(/\{(\w+)\}/g, ':$1');
}

function handler(parts: ApiParts, one: AnyRoute): RequestHandler {
  return async (request, response) => {
    refuseFlaws(request);
    const named = one.isNamed ? nameOf(request, response) : undefined;
    const call = {
      params: parse(one.params, request.params, 'The address is malformed.'),
      query: parse(one.query, request.query, 'The query is malformed.'),
      body: parse(one.body, withoutAlias(one, request), 'The body is malformed.'),
      caller: callerOf(response),
      named,
      asOf: new Date(parts.clock.nowMs()).toISOString(),
    };
    const work = () => one.handle(parts, call);
    send(response, await (named ? inTime(parts, work) : work()));
  };
}

function refuseFlaws({ params, query, body }: Request): void {
  const parts = { params, query, body: body as unknown };
  const errors = Object.entries(parts).flatMap(([path, value]) => {
    const message = flawOf(value);
    return message === undefined ? [] : [{ path, message }];
  });
  if (errors.length === 0) return;
  throw new ApiProblem({
    code: 'validation_error',
    detail: 'The request holds what cannot be kept.',
    members: { errors },
  });
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
