import type { Database } from './client';
import { auditLog, roles, users } from './schema';

export interface AdminGrant {
  /** Telegram ids. */
  readonly userIds: readonly number[];
  /** Where people live who have not chosen yet. */
  readonly timeZone: string;
  readonly asOf: Date;
}

/**
 * Makes people administrators whom the configuration names: the way in to a fresh installation, where nobody could
 * grant a role. Who never wrote to the bot gets a row of their own first. Repeating it changes nothing and audits
 * nothing.
 */
export async function grantAdmins(db: Database, grant: AdminGrant): Promise<void> {
  const { userIds, timeZone, asOf } = grant;
  if (userIds.length === 0) return;
  await db.transaction(async (tx) => {
    const people = userIds.map((userId) => ({ id: userId, timeZone }));
    await tx.insert(users).values(people).onConflictDoNothing();
    const granted = await tx
      .insert(roles)
      .values(userIds.map((userId) => ({ userId, role: 'admin' as const, grantedBy: SOURCE })))
      .onConflictDoNothing()
      .returning({ userId: roles.userId });
    if (granted.length === 0) return;
    await tx.insert(auditLog).values(
      granted.map(({ userId }) => ({
        actorKind: 'system' as const,
        actorId: SOURCE,
        action: 'role.granted',
        entity: 'user',
        entityId: String(userId),
        after: { role: 'admin' },
        reason: 'named by the configuration',
        asOf,
      })),
    );
  });
}

const SOURCE = 'ADMIN_USER_IDS';
