import { eq } from 'drizzle-orm';
import { subscriptions } from '../../drizzle/schema';
import { writeAudit } from '../audit';
import type { ActivityDeps } from '../deps';
import { promiseToUser } from '../outbox';
import { inTransaction, readSettings } from '../transactions';
import { balanceOf } from './ledger';
import { trialCourse, type TrialCourse } from './trial-course';

/** What the subscription's workflow lives by; instants are ISO 8601. */
export interface SubscriptionSnapshot {
  readonly subscriptionId: string;
  readonly userId: number;
  readonly state: string;
  readonly isLive: boolean;
  readonly periodN: number;
  readonly periodEnd: string;
  /** How its trial goes on; absent when it is in none. */
  readonly trial?: TrialCourse;
}

type Row = typeof subscriptions.$inferSelect;

/** Side effects of the `subscription` workflow. Each is one transaction; repeating it changes nothing. */
export function subscriptionActivities({ db, settings: defaults }: ActivityDeps) {
  return {
    /** Reads where the subscription stands. */
    async loadSubscription(asked: {
      subscriptionId: string;
    }): Promise<SubscriptionSnapshot | null> {
      const [row] = await db
        .select()
        .from(subscriptions)
        .where(eq(subscriptions.id, asked.subscriptionId));
      if (!row) return null;
      const trial = await trialCourse(db, row);
      return trial ? { ...describe(row), trial } : describe(row);
    },

    /**
     * Ends a subscription whose last period is over and tells its owner. One that was extended meanwhile is left
     * alone: the row decides, not the timer. Returns where it then stands.
     */
    async expireSubscription(due: {
      subscriptionId: string;
      asOf: string;
    }): Promise<SubscriptionSnapshot | null> {
      return inTransaction(db, async (tx) => {
        const asOf = new Date(due.asOf);
        const [row] = await tx
          .select()
          .from(subscriptions)
          .where(eq(subscriptions.id, due.subscriptionId))
          .for('update');
        if (!row) return null;
        if (!describe(row).isLive || row.periodEnd > asOf) return describe(row);
        const ended = { state: 'expired', access: 'none' } as const;
        await tx.update(subscriptions).set(ended).where(eq(subscriptions.id, row.id));
        await writeAudit(tx, {
          action: 'subscription.expired',
          entity: 'subscription',
          entityId: row.id,
          before: { state: row.state },
          after: ended,
          asOf,
        });
        await promiseToUser(tx, row.userId, {
          key: `${row.userId}:sub.expired:${row.id}:${row.periodN}`,
          template: 'sub.expired',
          params: { balanceUtok: await balanceOf(tx, row.userId) },
          category: 'service',
          asOf,
          settings: await readSettings(tx, defaults),
        });
        return describe({ ...row, ...ended });
      });
    },
  };
}

function describe(row: Row): SubscriptionSnapshot {
  return {
    subscriptionId: row.id,
    userId: row.userId,
    state: row.state,
    isLive: row.state !== 'expired' && row.state !== 'ended',
    periodN: row.periodN,
    periodEnd: row.periodEnd.toISOString(),
  };
}
