import { and, eq } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { idempotencyKeys } from '../../../drizzle/schema';
import type { RefundWish } from './planning';

const CREATED = 201;
const DAY = 86_400_000;
/** How long the answer of a request is kept (API-5). */
const KEPT_DAYS = 30;

/**
 * Takes the name under which an API request asked for a refund, in the transaction of its effect: two requests of one
 * name cannot both have one (API-4). False when another request has it.
 */
export async function claimRequest(tx: Transaction, wish: RefundWish): Promise<boolean> {
  const { request } = wish;
  if (!request) return true;
  const { caller, key, method, path } = request;
  const inserted = await tx
    .insert(idempotencyKeys)
    .values({
      ...{ caller, key, method, path },
      bodyHash: Buffer.from(request.bodyHash, 'hex'),
      status: CREATED,
      response: {},
      expiresAt: new Date(Date.parse(wish.asOf) + KEPT_DAYS * DAY),
    })
    .onConflictDoNothing()
    .returning({ key: idempotencyKeys.key });
  return inserted.length > 0;
}

/** Notes which refund the request led to, so that a repeat is told of the same one. */
export async function completeRequest(
  tx: Transaction,
  { request }: RefundWish,
  refundId: string,
): Promise<void> {
  if (!request) return;
  await tx
    .update(idempotencyKeys)
    .set({ resourceId: refundId, response: { refundId } })
    .where(and(eq(idempotencyKeys.caller, request.caller), eq(idempotencyKeys.key, request.key)));
}
