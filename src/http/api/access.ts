import type { Request, RequestHandler, Response } from 'express';
import type { ApiKeyView } from '../../reads/api';
import { hashKey, isSameHash, prefixOf } from './keys';
import type { ApiParts } from './parts';
import { answerApiProblem, type Problem } from './problems';

/** What a key may open (API-2); a key has only the scopes it was issued with. */
export const SCOPES = [
  'balance:read',
  'spend:write',
  'hold:write',
  'track:write',
  'history:read',
  'analytics:read',
  'analytics:all',
  'limits:write',
  'checkout:write',
  'refund:read',
  'refund:write',
] as const;

export type Scope = (typeof SCOPES)[number];

/** Who is calling, once their key was proved. */
export interface Caller {
  readonly keyId: string;
  readonly clientId: string;
  readonly clientName: string;
  readonly scopes: readonly string[];
}

/** Lets only callers with a valid key and one of the scopes through, before anything of the body is read. */
export function requireScope(parts: ApiParts, ...scopes: readonly Scope[]): RequestHandler {
  return async (request, response, next) => {
    response.set('cache-control', 'no-store');
    const key = await provedKey(parts, request);
    if (!key) return answerApiProblem(response, UNAUTHORIZED);
    if (!scopes.some((scope) => key.scopes.includes(scope))) {
      return answerApiProblem(response, forbidden(scopes));
    }
    const { keyId, clientId, clientName, scopes: granted } = key;
    callers.set(response, { keyId, clientId, clientName, scopes: granted });
    next();
  };
}

/** Who sent a request, if their key is in force; whatever its scopes. */
export async function provedCaller(parts: ApiParts, request: Request): Promise<Caller | undefined> {
  return provedKey(parts, request);
}

/** The caller of a request that came through {@link requireScope}. */
export function callerOf(response: Response): Caller {
  const caller = callers.get(response);
  if (!caller) throw new Error('this route is not behind requireScope');
  return caller;
}

const callers = new WeakMap<Response, Caller>();

/** One answer for every way of not being known: what exists is nobody's business (API-2). */
const UNAUTHORIZED: Problem = {
  code: 'unauthorized',
  detail: 'Send `Authorization: Bearer <key>` with a key that is in force.',
};

function forbidden(scopes: readonly Scope[]): Problem {
  return {
    code: 'forbidden_scope',
    detail: `This needs the scope ${scopes.join(' or ')}.`,
    members: { required_scopes: scopes },
  };
}

async function provedKey(
  { reads, settings, clock }: ApiParts,
  request: Request,
): Promise<ApiKeyView | undefined> {
  const presented = /^Bearer +([\x21-\x7e]{1,200})$/i.exec(request.get('authorization') ?? '')?.[1];
  const prefix = presented === undefined ? undefined : prefixOf(presented);
  if (presented === undefined || prefix === undefined) return undefined;
  const known = await reads.apiKey(prefix);
  // An unknown beginning costs as much as a known one.
  const hash = hashKey(presented, settings.apiKeyPepper);
  const isProved = isSameHash(hash, known?.hash ?? Buffer.alloc(hash.length));
  return known && isProved && isInForce(known, clock.nowMs()) ? known : undefined;
}

function isInForce(key: ApiKeyView, nowMs: number): boolean {
  const isOver = key.expiresAt !== undefined && Date.parse(key.expiresAt) <= nowMs;
  return key.isClientActive && key.revokedAt === undefined && !isOver;
}
