import { and, eq, gt, isNull, or } from 'drizzle-orm';
import type { Transaction } from '../../drizzle/client';
import { apiClients, apiKeys } from '../../drizzle/schema';
import { assert } from '../../src/domain/assert';

type KeyRow = typeof apiKeys.$inferSelect;

/** What is stored of a key: its readable beginning and a hash; the key itself never comes here. */
export interface StoredKey {
  readonly prefix: string;
  readonly hash: Buffer;
}

export interface NewKey extends StoredKey {
  /** The client is made when new. */
  readonly client: string;
  readonly scopes: readonly string[];
  readonly rateLimit?: number | undefined;
  readonly spendLimitDayUtok?: number | undefined;
  readonly expiresAt?: Date | undefined;
}

/** Issues a key to a client. */
export async function issueApiKey(tx: Transaction, key: NewKey): Promise<void> {
  const { client: name, prefix, hash, scopes, rateLimit, spendLimitDayUtok, expiresAt } = key;
  await tx.insert(apiClients).values({ name }).onConflictDoNothing();
  const [client] = await tx.select().from(apiClients).where(eq(apiClients.name, name));
  assert(client, `client ${name} was just written`);
  await tx.insert(apiKeys).values({
    ...{ clientId: client.id, prefix, hash, scopes: [...scopes] },
    rateLimit: rateLimit ?? null,
    spendLimitDayUtok: spendLimitDayUtok ?? null,
    expiresAt: expiresAt ?? null,
  });
}

export interface Rotation {
  /** Beginning of the key that is replaced. */
  readonly prefix: string;
  readonly successor: StoredKey;
  readonly asOf: Date;
  /** Until when both open; the old one's own end comes first if it is earlier. */
  readonly overlapUntil: Date;
}

/**
 * Gives a key in force a successor with the same client, scopes and limits, and no end of its own. Undefined when
 * there is no such key in force: what is over is not brought back by rotating it.
 */
export async function rotateApiKey(
  tx: Transaction,
  { prefix, successor, asOf, overlapUntil }: Rotation,
): Promise<KeyRow | undefined> {
  const [old] = await tx.select().from(apiKeys).where(inForce(prefix, asOf)).for('update');
  if (!old) return undefined;
  const { clientId, scopes, rateLimit, spendLimitDayUtok } = old;
  await tx.insert(apiKeys).values({
    ...{ clientId, scopes, rateLimit, spendLimitDayUtok },
    ...{ prefix: successor.prefix, hash: successor.hash },
  });
  const isSooner = old.expiresAt !== null && old.expiresAt < overlapUntil;
  const expiresAt = isSooner ? old.expiresAt : overlapUntil;
  await tx.update(apiKeys).set({ expiresAt }).where(eq(apiKeys.id, old.id));
  return { ...old, expiresAt };
}

/** Ends a key at once; undefined when no key in force begins like this. */
export async function revokeApiKey(
  tx: Transaction,
  { prefix, asOf }: { prefix: string; asOf: Date },
): Promise<KeyRow | undefined> {
  const [row] = await tx
    .update(apiKeys)
    .set({ revokedAt: asOf })
    .where(inForce(prefix, asOf))
    .returning();
  return row;
}

function inForce(prefix: string, asOf: Date) {
  const isOpen = or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, asOf));
  return and(eq(apiKeys.prefix, prefix), isNull(apiKeys.revokedAt), isOpen);
}
