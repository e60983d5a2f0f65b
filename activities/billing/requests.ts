import { and, eq } from 'drizzle-orm';
import type { Transaction } from '../../drizzle/client';
import { idempotencyKeys } from '../../drizzle/schema';
import type { RequestName } from '../../workflows/billing/refund/contract';

/** How long the answer of a request is kept (API-5). */
const KEPT_MS = 30 * 86_400_000;

/** What a request was told when it had its effect, or that its name belongs to another one (API-4). */
export type EarlierAnswer<T> =
  { readonly kind: 'same'; readonly response: T } | { readonly kind: 'other' };

/** Looks a name up; undefined when nothing had an effect under it. Whoever may race for it holds a lock by then. */
export async function earlierAnswer<T>(
  tx: Transaction,
  { caller, key, method, path, bodyHash }: RequestName,
): Promise<EarlierAnswer<T> | undefined> {
  const [row] = await tx
    .select()
    .from(idempotencyKeys)
    .where(and(eq(idempotencyKeys.caller, caller), eq(idempotencyKeys.key, key)));
  if (!row) return undefined;
  const isSame =
    row.method === method && row.path === path && row.bodyHash.toString('hex') === bodyHash;
  return isSame ? { kind: 'same', response: row.response as T } : { kind: 'other' };
}

export interface KeptAnswer {
  readonly request: RequestName;
  readonly status: number;
  readonly response: unknown;
  readonly resourceId: string;
  readonly asOf: Date;
}

/**
 * Keeps the answer of a request in the transaction of its effect. Throws when another request took the name in this
 * very moment: the effect is undone, and the next try finds whose it is.
 */
export async function keepAnswer(tx: Transaction, kept: KeptAnswer): Promise<void> {
  const { caller, key, method, path, bodyHash } = kept.request;
  const inserted = await tx
    .insert(idempotencyKeys)
    .values({
      ...{ caller, key, method, path },
      bodyHash: Buffer.from(bodyHash, 'hex'),
      status: kept.status,
      response: kept.response,
      resourceId: kept.resourceId,
      expiresAt: new Date(kept.asOf.getTime() + KEPT_MS),
    })
    .onConflictDoNothing()
    .returning({ key: idempotencyKeys.key });
  if (inserted.length === 0) throw new Error(`the request ${key} was named twice at once`);
}
