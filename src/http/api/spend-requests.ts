import type { SpendAnswer, SpendRequest } from '../../commands/spend-gate';
import type { Caller } from './access';
import { fingerprintOf } from './idempotency';
import { ApiProblem } from './problems';

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

/** How long an item of a batch is waited for before its caller is told to come again with the same key (API-4). */
const PATIENCE_MS = 10_000;

/** The answer, or the refusal to wait longer; a failure means that the outcome is unknown. */
export async function awaited(answer: Promise<SpendAnswer>): Promise<SpendAnswer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new ApiProblem(IN_PROGRESS)), PATIENCE_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

const IN_PROGRESS = {
  code: 'request_in_progress',
  detail: 'The request is still being worked on; repeat it with the same key.',
} as const;
