import type { SpendRequest } from '../../commands/spend-gate';
import type { Caller } from './access';
import { fingerprintOf } from './idempotency';

/** What a caller wants to be paid for. */
export interface Wish {
  readonly userId: number;
  readonly amountUtok: number;
  readonly description: string;
  readonly track?: string | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * The request as the gate takes it. Its fingerprint is of what was meant and names the spend's own address, so that an
 * item of a batch and the same spend alone are one request: a caller may repeat either as the other.
 */
export function requestOf(
  wish: Wish,
  by: { caller: Caller; key: string; asOf: string },
): SpendRequest {
  const { userId, amountUtok, description, track, metadata } = wish;
  const { clientId, keyId } = by.caller;
  const details = {
    description,
    ...(track === undefined ? {} : { track }),
    ...(metadata === undefined ? {} : { metadata }),
  };
  return {
    key: `${clientId}:${by.key}`,
    clientId,
    keyId,
    userId,
    amountUtok,
    kind: 'spend',
    ...details,
    name: {
      key: by.key,
      method: 'POST',
      path: `/api/v1/users/${userId}/spend`,
      bodyHash: fingerprintOf({ amountUtok, ...details }),
    },
    asOf: by.asOf,
  };
}
