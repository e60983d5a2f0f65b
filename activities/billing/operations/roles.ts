import { and, asc, eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Transaction } from '../../../drizzle/client';
import { roles } from '../../../drizzle/schema';
import { ROLES, type ActionParams, type Role } from '../../../src/domain/billing/operations';
import { defineOperation, type OperationDone, type OperationTask } from './definition';
import { personExists, USER_ID } from './people';

const PARAMS = z.strictObject({ userId: USER_ID, role: z.enum(ROLES) });

/** A change of roles always needs another admin, whatever it is worth (OPS-12). */
const ROLE_CHANGE = {
  roles: ['admin'],
  approvers: ['admin'],
  params: PARAMS,
  approval: () => ({ amountMinor: 0 }),
} as const;

/** Makes somebody an operator. */
export const grantRole = defineOperation<ActionParams['grant_role']>({
  ...ROLE_CHANGE,
  run: async (tx, task) => {
    const { userId, role } = task.params;
    if (!(await personExists(tx, userId))) return { kind: 'refused', reason: 'unknown_user' };
    const before = await lockedRolesOf(tx, userId);
    if (before.includes(role)) return { kind: 'refused', reason: 'has_role_already' };
    const grantedBy = String(task.operator.userId);
    await tx.insert(roles).values({ userId, role, grantedBy });
    return changed(task, { action: 'role.granted', before, after: [...before, role] });
  },
});

/** Takes a role away; the last admin stays, because nobody could ever name another. */
export const revokeRole = defineOperation<ActionParams['revoke_role']>({
  ...ROLE_CHANGE,
  run: async (tx, task) => {
    const { userId, role } = task.params;
    const before = await lockedRolesOf(tx, userId);
    if (!before.includes(role)) return { kind: 'refused', reason: 'has_no_such_role' };
    if (role === 'admin' && (await countAdmins(tx)) === 1) {
      return { kind: 'refused', reason: 'last_admin' };
    }
    await tx.delete(roles).where(and(eq(roles.userId, userId), eq(roles.role, role)));
    const after = before.filter((one) => one !== role);
    return changed(task, { action: 'role.revoked', before, after });
  },
});

async function lockedRolesOf(tx: Transaction, userId: number): Promise<readonly Role[]> {
  const rows = await tx
    .select({ role: roles.role })
    .from(roles)
    .where(eq(roles.userId, userId))
    .orderBy(asc(roles.role))
    .for('update');
  return rows.map(({ role }) => role);
}

/** Locks them all, so that two admins cannot remove each other at once. */
async function countAdmins(tx: Transaction): Promise<number> {
  const rows = await tx
    .select({ userId: roles.userId })
    .from(roles)
    .where(eq(roles.role, 'admin'))
    .orderBy(asc(roles.userId))
    .for('update');
  return rows.length;
}

function changed(
  task: OperationTask<ActionParams['grant_role']>,
  change: { action: string; before: readonly Role[]; after: readonly Role[] },
): OperationDone {
  return {
    kind: 'done',
    result: { roles: change.after },
    audit: {
      action: change.action,
      entity: 'user',
      entityId: String(task.params.userId),
      before: { roles: change.before },
      after: { roles: change.after },
    },
  };
}
