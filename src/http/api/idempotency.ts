import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import { callerOf } from './access';
import type { ApiParts } from './parts';
import { ApiProblem } from './problems';

/** A request that may be repeated: the same name means the same effect, once (API-4). */
export interface NamedRequest {
  /** Id of the calling client: the same name of another client is another request. */
  readonly caller: string;
  readonly key: string;
  readonly method: string;
  readonly path: string;
  /** SHA-256 of the canonical body, hexadecimal. */
  readonly bodyHash: string;
}

/** One to 255 visible characters of ASCII. */
const KEY = /^[\x21-\x7e]{1,255}$/;

/** Reads how the caller names the request. Whether it was made before is known to PostgreSQL alone. */
export function nameOf(request: Request, response: Response): NamedRequest {
  const body = (request.body ?? {}) as Readonly<Record<string, unknown>>;
  return {
    caller: callerOf(response).clientId,
    key: keyOf(request, body),
    method: request.method,
    path: request.originalUrl.split('?')[0] ?? '',
    bodyHash: hashOf(body),
  };
}

/** True when the request had its effect before. Another request under its name is refused. */
export async function wasRecorded({ reads }: ApiParts, named: NamedRequest): Promise<boolean> {
  const recorded = await reads.recordedRequest(named);
  if (!recorded) return false;
  const isSame =
    recorded.method === named.method &&
    recorded.path === named.path &&
    recorded.bodyHash.toString('hex') === named.bodyHash;
  if (!isSame) throw mismatch();
  return true;
}

/** The name was given to another request, perhaps one that still runs. */
export function mismatch(): ApiProblem {
  return new ApiProblem(mismatchProblem);
}

export const mismatchProblem = {
  code: 'idempotency_mismatch',
  detail: 'This Idempotency-Key was used for another request; use a new one.',
} as const;

/** SHA-256 of what a request means, whatever the order of its members; hexadecimal. */
export function fingerprintOf(meaning: Readonly<Record<string, unknown>>): string {
  return createHash('sha256').update(canonical(meaning)).digest('hex');
}

function keyOf(request: Request, body: Readonly<Record<string, unknown>>): string {
  const header = request.get('idempotency-key');
  const alias = body['idempotency_key'];
  const key = header ?? alias;
  if (key === undefined) {
    throw new ApiProblem({
      code: 'idempotency_key_required',
      detail: 'Send an Idempotency-Key, so that a repeat has no second effect.',
    });
  }
  const isClear = typeof key === 'string' && (alias === undefined || alias === key);
  if (isClear && KEY.test(key)) return key;
  throw new ApiProblem({
    code: 'validation_error',
    detail: 'Idempotency-Key is 1 to 255 visible ASCII characters, the same in header and body.',
    members: { errors: [{ path: 'idempotency_key', message: 'malformed or contradictory' }] },
  });
}

/** Members in one order and without the alias: what means the same hashes to the same. */
function hashOf(body: Readonly<Record<string, unknown>>): string {
  const meant = Object.entries(body).filter(([name]) => name !== 'idempotency_key');
  return fingerprintOf(Object.fromEntries(meant));
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`);
  return `{${members.join(',')}}`;
}
