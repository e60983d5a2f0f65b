import type { Request, RequestHandler, Response } from 'express';
import type { Scope } from '../../domain/billing/api-scopes';
import type { ApiKeyView } from '../../reads/api';
import type { CallClaim } from '../../records/contract';
import { within } from '../time-limit';
import { createKeyring } from './keyring';
import type { ApiParts } from './parts';
import { peerOf } from './peer';
import { ApiProblem, type Problem } from './problems';
import { presentedKey, provedKey } from './proof';
import { exceeded, tellQuotas } from './quotas';

export type { Scope };

/** Who is calling, once their key was proved. */
export interface Caller {
  readonly keyId: string;
  readonly clientId: string;
  readonly clientName: string;
  readonly scopes: readonly string[];
}

/** The way in: whoever calls has a key in force, one of the scopes, and calls left. Nothing of the body is read before. */
export interface Gate {
  /** Without scopes any key will do. */
  enter(scopes?: readonly Scope[]): RequestHandler;
  /** Lets everybody in; only their address has a limit. */
  enterUnknown(): RequestHandler;
}

/** How long PostgreSQL may take to say who calls and how often; then the call is refused and had no effect. */
const PATIENCE_MS = 5_000;

/**
 * One gate for the whole server. A key in force is never hindered by its neighbours' guesses: only calls without one
 * count against the address they come from.
 */
export function createGate(parts: ApiParts): Gate {
  const { settings, clock } = parts;
  const proving = { findKey: createKeyring(parts), pepper: settings.apiKeyPepper, clock };
  const noteUse = useNotes(parts);
  const enterUnknown = async (request: Request, response: Response) => {
    const id = peerOf(request.ip);
    await take(parts, response, [{ scope: 'address', id }]);
  };
  return {
    enter:
      (scopes = []) =>
      async (request, response, next) => {
        response.set('cache-control', 'no-store');
        const key = await within(PATIENCE_MS, () => provedKey(proving, presentedKey(request)));
        if (!key) {
          await enterUnknown(request, response);
          throw new ApiProblem(unauthorized(request));
        }
        const isOpen = scopes.length === 0 || scopes.some((scope) => key.scopes.includes(scope));
        if (!isOpen) throw new ApiProblem(forbidden(scopes));
        await take(parts, response, claimsOf(key, request));
        noteUse(key, request);
        const { keyId, clientId, clientName, scopes: granted } = key;
        callers.set(response, { keyId, clientId, clientName, scopes: granted });
        next();
      },
    enterUnknown: () => async (request, response, next) => {
      await enterUnknown(request, response);
      next();
    },
  };
}

/** The caller of a request that came through the gate. */
export function callerOf(response: Response): Caller {
  const caller = callers.get(response);
  if (!caller) throw new Error('this route is not behind the gate');
  return caller;
}

const callers = new WeakMap<Response, Caller>();

async function take(
  { records }: ApiParts,
  response: Response,
  claims: readonly CallClaim[],
): Promise<void> {
  const quotas = await within(PATIENCE_MS, () => records.takeCall(claims));
  tellQuotas(response, quotas);
  const refusal = exceeded(quotas);
  if (refusal) throw new ApiProblem(refusal);
}

function claimsOf({ keyId, rateLimit }: ApiKeyView, { params }: Request): readonly CallClaim[] {
  const { userId } = params;
  const isPerson = typeof userId === 'string' && /^[1-9]\d{0,14}$/.test(userId);
  return [
    { scope: 'key', id: keyId, limit: rateLimit },
    ...(isPerson ? [{ scope: 'user', id: `${keyId}:${userId}` } as const] : []),
  ];
}

const MINUTE = 60_000;

/** Writes down that a key is used, once a minute; a call never waits for it and never fails by it. */
function useNotes({ records, clock }: ApiParts) {
  const noted = new Map<string, number>();
  return ({ keyId }: ApiKeyView, { log }: Request) => {
    const nowMs = clock.nowMs();
    if (nowMs - (noted.get(keyId) ?? -MINUTE) < MINUTE) return;
    noted.set(keyId, nowMs);
    records.noteKeyUse({ keyId, usedAt: new Date(nowMs) }).catch((error: unknown) => {
      log.warn({ err: error }, 'the use of an API key is not noted');
    });
  };
}

/** One answer for every way of not being known: what exists is nobody's business (API-2). */
function unauthorized(request: Request): Problem {
  const isSent = request.get('authorization') !== undefined;
  return {
    code: 'unauthorized',
    detail: 'Send `Authorization: Bearer <key>` with a key that is in force.',
    headers: { 'www-authenticate': isSent ? 'Bearer error="invalid_token"' : 'Bearer' },
  };
}

function forbidden(scopes: readonly Scope[]): Problem {
  return {
    code: 'forbidden_scope',
    detail: `This needs the scope ${scopes.join(' or ')}.`,
    members: { required_scopes: scopes },
  };
}
