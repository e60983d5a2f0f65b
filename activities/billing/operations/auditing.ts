import { operations } from '../../../drizzle/schema';
import { writeAudit, type AuditEntry } from '../../audit';
import type { ActivityDeps } from '../../deps';
import { inTransaction, stepKey } from '../../transactions';

/** A repair that changes no row of the database by itself, such as another try or a pause. */
export interface RepairRecord {
  /** Tells the repairs of one workflow apart; the id of the update that asked for it. */
  readonly step: string;
  readonly action: string;
  readonly entity: AuditEntry['entity'];
  readonly entityId: string;
  readonly operatorId: string;
  readonly reason: string;
  /** What it changed, if only the time at which something is done. */
  readonly before: object;
  readonly after: object;
  readonly asOf: string;
}

/** The trace of repairs that no other activity leaves. */
export function auditActivities({ db }: ActivityDeps) {
  return {
    /** Writes who repaired what and why (OPS-3); once for each step of a workflow. */
    async recordRepair(repair: RepairRecord): Promise<void> {
      const { action, entity, entityId, operatorId, reason, before, after } = repair;
      await inTransaction(db, async (tx) => {
        const taken = await tx
          .insert(operations)
          .values({ id: stepKey(repair.step), action, operator: digitsOf(operatorId), answer: {} })
          .onConflictDoNothing()
          .returning({ id: operations.id });
        if (taken.length === 0) return;
        await writeAudit(tx, {
          ...{ action, entity, entityId, reason, before, after },
          actor: { kind: 'operator', id: operatorId },
          asOf: new Date(repair.asOf),
        });
      });
    },
  };
}

/** Operators of the Web UI may sign with a name, which has no Telegram id. */
function digitsOf(operatorId: string): number {
  return /^\d{1,15}$/.test(operatorId) ? Number(operatorId) : 0;
}
