import { eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Transaction } from '../../../drizzle/client';
import { roles, users } from '../../../drizzle/schema';
import type { ActionParams } from '../../../src/domain/billing/operations';
import { noteFunds } from '../../funds';
import {
  defineOperation,
  type OperationDone,
  type OperationRefused,
  type OperationTask,
} from './definition';
import { USER_ID } from './people';

const PARAMS = z.strictObject({ userId: USER_ID });

/**
 * Stops everything new that moves money; what runs already settles, and nothing is given back (OPS-14). Somebody with
 * a role is not blocked: taking the role away needs another admin, and a block must not be the way around that.
 */
export const blockUser = defineOperation<ActionParams['block_user']>({
  roles: ['admin'],
  params: PARAMS,
  run: async (tx, task) => {
    if ((await rolesOf(tx, task.params.userId)) > 0) {
      return { kind: 'refused', reason: 'has_roles' };
    }
    return setBlocked(tx, task, true);
  },
});

/** Lets somebody in again; whatever waited for them resumes by itself. */
export const unblockUser = defineOperation<ActionParams['unblock_user']>({
  roles: ['admin'],
  params: PARAMS,
  run: (tx, task) => setBlocked(tx, task, false),
});

async function rolesOf(tx: Transaction, userId: number): Promise<number> {
  const rows = await tx.select({ role: roles.role }).from(roles).where(eq(roles.userId, userId));
  return rows.length;
}

async function setBlocked(
  tx: Transaction,
  task: OperationTask<{ readonly userId: number }>,
  isBlocked: boolean,
): Promise<OperationDone | OperationRefused> {
  const { userId } = task.params;
  const [person] = await tx
    .select({ isBlocked: users.isBlocked })
    .from(users)
    .where(eq(users.id, userId))
    .for('update');
  if (!person) return { kind: 'refused', reason: 'unknown_user' };
  if (person.isBlocked === isBlocked) {
    return { kind: 'refused', reason: isBlocked ? 'blocked_already' : 'not_blocked' };
  }
  await tx.update(users).set({ isBlocked }).where(eq(users.id, userId));
  if (!isBlocked) noteFunds(tx, userId);
  return {
    kind: 'done',
    result: { isBlocked },
    audit: {
      action: isBlocked ? 'user.blocked' : 'user.unblocked',
      entity: 'user',
      entityId: String(userId),
      before: { isBlocked: person.isBlocked },
      after: { isBlocked },
    },
  };
}
