import type { z } from 'zod';
import type { Caller, Scope } from './access';
import type { NamedRequest } from './idempotency';
import type { ApiParts } from './parts';
import type { ProblemCode } from './problems';

type Shape = z.ZodType | undefined;
type Parsed<S extends Shape> = S extends z.ZodType ? z.output<S> : undefined;

/** One request that came through the door: its caller is proved, its parts are what the schemas say. */
export interface Call<P extends Shape = Shape, Q extends Shape = Shape, B extends Shape = Shape> {
  readonly params: Parsed<P>;
  readonly query: Parsed<Q>;
  readonly body: Parsed<B>;
  readonly caller: Caller;
  /** How the caller named it; only routes that may be repeated have one. */
  readonly named: NamedRequest | undefined;
  /** The instant of arrival, taken once, ISO 8601. A test customer's own clock is added where their row is read. */
  readonly asOf: string;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  /** True for the answer to a repeat: nothing moved now (API-4). */
  readonly isReplay?: boolean;
}

/** A way for other services to ask something: what it takes and gives is checked, documented and served from here. */
export interface Route<P extends Shape = Shape, Q extends Shape = Shape, B extends Shape = Shape> {
  readonly method: 'get' | 'post' | 'put';
  /** Under `/api/v1`, with parameters in braces: `/users/{userId}/spend`. */
  readonly path: string;
  /** Name of the operation in the document and in generated clients: `spendTokens`. */
  readonly operationId: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** One of them is enough. */
  readonly scopes: readonly Scope[];
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** Needs an Idempotency-Key: everything that can move tokens or money (API-4). */
  readonly isNamed?: boolean;
  /** Bytes of a body, such as `1mb`; 64 kB when absent. */
  readonly bodyLimit?: string;
  readonly answers: Readonly<Record<number, { description: string; schema: z.ZodType }>>;
  /** What it may refuse with, besides what every route may. */
  readonly refusals?: readonly ProblemCode[];
  handle(parts: ApiParts, call: Call<P, Q, B>): Promise<Answer>;
}

/** Any route, for lists: what its handler takes is what its own schemas give. */
export type AnyRoute = Route;

/** Says what a route is; the types of its handler follow from its schemas. */
export function route<P extends Shape, Q extends Shape, B extends Shape>(
  definition: Route<P, Q, B>,
): Route<P, Q, B> {
  return definition;
}
