import { and, eq, inArray } from 'drizzle-orm';
import { z } from 'zod';
import type { Transaction } from '../../../drizzle/client';
import { roles, users } from '../../../drizzle/schema';
import type { Role } from '../../../src/domain/billing/operations';

/** A Telegram id as params carry it. */
export const USER_ID = z.int().positive();

/** Whether somebody is known; actions about strangers are refused. */
export async function personExists(tx: Transaction, userId: number): Promise<boolean> {
  const [row] = await tx.select({ id: users.id }).from(users).where(eq(users.id, userId));
  return row !== undefined;
}

/** How far a test customer's clock is ahead; undefined for a person nobody knows. */
export async function clockOffsetOf(tx: Transaction, userId: number): Promise<number | undefined> {
  const [row] = await tx
    .select({ clockOffsetMs: users.clockOffsetMs })
    .from(users)
    .where(eq(users.id, userId));
  return row?.clockOffsetMs;
}

/**
 * Whether an unblocked person has one of the roles now. Their rows stay locked until the transaction ends, so a role
 * that is being taken away counts either before or after, never during.
 */
export async function hasRole(
  tx: Transaction,
  userId: number,
  wanted: readonly Role[],
): Promise<boolean> {
  const rows = await tx
    .select({ role: roles.role })
    .from(roles)
    .innerJoin(users, eq(users.id, roles.userId))
    .where(
      and(eq(roles.userId, userId), eq(users.isBlocked, false), inArray(roles.role, [...wanted])),
    )
    .for('share');
  return rows.length > 0;
}

/** Unblocked people with one of the roles, in the order of their ids. */
export async function peopleWithRole(
  tx: Transaction,
  wanted: readonly Role[],
): Promise<readonly number[]> {
  const rows = await tx
    .selectDistinct({ userId: roles.userId })
    .from(roles)
    .innerJoin(users, eq(users.id, roles.userId))
    .where(and(eq(users.isBlocked, false), inArray(roles.role, [...wanted])))
    .orderBy(roles.userId);
  return rows.map(({ userId }) => userId);
}
