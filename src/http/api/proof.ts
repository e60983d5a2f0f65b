import type { Request } from 'express';
import type { ApiKeyView } from '../../reads/api';
import type { Clock } from '../ports';
import type { FindKey } from './keyring';
import { hashKey, isSameHash, prefixOf } from './keys';

/** What it takes to prove a presented key. */
export interface Proving {
  readonly findKey: FindKey;
  readonly pepper: string;
  readonly clock: Clock;
}

/** The key a request presents as its bearer; undefined for anything else. */
export function presentedKey(request: Request): string | undefined {
  return /^Bearer +([\x21-\x7e]{1,200})$/i.exec(request.get('authorization') ?? '')?.[1];
}

/** The row of a presented key that is in force. */
export async function provedKey(
  { findKey, pepper, clock }: Proving,
  presented: string | undefined,
): Promise<ApiKeyView | undefined> {
  const prefix = presented === undefined ? undefined : prefixOf(presented);
  if (presented === undefined || prefix === undefined) return undefined;
  const known = await findKey(prefix);
  // An unknown beginning costs as much as a known one.
  const hash = hashKey(presented, pepper);
  const isProved = isSameHash(hash, known?.hash ?? Buffer.alloc(hash.length));
  return known && isProved && isInForce(known, clock.nowMs()) ? known : undefined;
}

export function isInForce(key: ApiKeyView, nowMs: number): boolean {
  const isOver = key.expiresAt !== undefined && Date.parse(key.expiresAt) <= nowMs;
  return key.isClientActive && key.revokedAt === undefined && !isOver;
}
