import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
} from 'zod-openapi';
import { z } from 'zod';
import { PROBLEM_CODES, STATUS, type ProblemCode } from './problems';
import type { AnyRoute } from './route';

/** What every route may refuse with. */
const ALWAYS: readonly ProblemCode[] = [
  'validation_error',
  'unauthorized',
  'forbidden_scope',
  'rate_limited',
  'unavailable',
];
const WHEN_NAMED: readonly ProblemCode[] = [
  'idempotency_key_required',
  'idempotency_mismatch',
  'request_in_progress',
];

const problem = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    code: z.enum(PROBLEM_CODES),
    request_id: z.string(),
    user_message: z.string().meta({ description: 'For people, in the language they asked for' }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457' });

const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/)
  .optional()
  .meta({
    description:
      'Names the request, so that a repeat has no second effect. `idempotency_key` in the body is an alias; one of both is needed.',
  });

/** What every answer tells of the limits of calls. */
const QUOTAS = {
  'RateLimit-Policy': z.string().optional().meta({
    description: 'The limits that hold: `q` calls within `w` seconds',
    example: '"key";q=100;w=60',
  }),
  RateLimit: z.string().optional().meta({
    description: 'What is left: `r` calls, for `t` seconds',
    example: '"key";r=99;t=60',
  }),
};

const RETRY_AFTER = z.string().regex(/^\d+$/).meta({
  description: 'Whole seconds to wait, at least one',
  example: '5',
});

/** Headers of refusals, by status. */
const HEADERS: Readonly<Record<number, z.ZodRawShape>> = {
  401: { ...QUOTAS, 'WWW-Authenticate': z.string() },
  409: { ...QUOTAS, 'Retry-After': RETRY_AFTER.optional() },
  429: { ...QUOTAS, 'Retry-After': RETRY_AFTER },
  503: { 'Retry-After': RETRY_AFTER },
};

/** The OpenAPI 3.1 document of the API, made from the schemas that validate it. */
export function apiDocument(routes: readonly AnyRoute[]): ReturnType<typeof createDocument> {
  const paths: ZodOpenApiPathsObject = {};
  for (const one of routes) {
    paths[one.path] = { ...paths[one.path], [one.method]: operation(one) };
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Telegram Billing',
      version: '1',
      description: [
        'Balances, spends, holds and costs of the people of a Telegram bot.',
        'Tokens are decimal text of at most six places; `…_utok` is the same in millionths, an integer as text.',
        'Refusals are `application/problem+json` with a `code`; 405 with `Allow` answers other methods of a known address.',
      ].join('\n\n'),
    },
    servers: [{ url: '/api/v1' }],
    security: [{ key: [] }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'An API key' },
      },
    },
  });
}

function operation(one: AnyRoute): ZodOpenApiOperationObject {
  const path = one.params as z.ZodObject | undefined;
  const query = one.query as z.ZodObject | undefined;
  const header = one.isNamed ? z.object({ 'Idempotency-Key': idempotencyKey }) : undefined;
  return {
    operationId: one.operationId,
    tags: [one.tag],
    summary: one.summary,
    description: [one.description, `Scope: ${one.scopes.join(' or ')}.`].filter(Boolean).join(' '),
    requestParams: {
      ...(path && { path }),
      ...(query && { query }),
      ...(header && { header }),
    },
    ...(one.body && {
      requestBody: { required: true, content: { 'application/json': { schema: bodyOf(one) } } },
    }),
    responses: { ...answersOf(one), ...refusalsOf(one) },
  };
}

function bodyOf({ body, isNamed }: AnyRoute): z.ZodType {
  if (!isNamed || !(body instanceof z.ZodObject)) return body as z.ZodType;
  return body.safeExtend({ idempotency_key: idempotencyKey });
}

function answersOf(one: AnyRoute): ZodOpenApiOperationObject['responses'] {
  const replayed = z.literal('true').optional().meta({
    description: 'Present when this request had its effect before',
  });
  return Object.fromEntries(
    Object.entries(one.answers).map(([status, { description, schema }]) => [
      status,
      {
        description,
        content: { 'application/json': { schema } },
        headers: z.object({ ...QUOTAS, ...(one.isNamed && { 'Idempotent-Replayed': replayed }) }),
      },
    ]),
  );
}

function refusalsOf(one: AnyRoute): ZodOpenApiOperationObject['responses'] {
  const codes = [...ALWAYS, ...(one.isNamed ? WHEN_NAMED : []), ...(one.refusals ?? [])];
  const statuses = [...new Set(codes.map((code) => STATUS[code]))].sort();
  return Object.fromEntries(
    statuses.map((status) => [
      String(status),
      {
        description: codes.filter((code) => STATUS[code] === status).join(', '),
        headers: z.object(HEADERS[status] ?? QUOTAS),
        content: { 'application/problem+json': { schema: problem } },
      },
    ]),
  );
}
