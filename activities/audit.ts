import type { Transaction } from '../drizzle/client';
import { auditLog } from '../drizzle/schema';
import { requestId, workflowId } from './transactions';

export interface AuditEntry {
  readonly action: string;
  readonly entity:
    | 'invoice'
    | 'payment'
    | 'subscription'
    | 'transfer'
    | 'open_item'
    | 'refund'
    | 'dispute'
    | 'promo'
    | 'trial'
    | 'gift'
    | 'referral'
    | 'lot'
    | 'hold'
    | 'proposal'
    | 'broadcast'
    | 'tariff'
    | 'setting'
    | 'user'
    | 'export'
    | 'erasure'
    | 'receipt'
    | 'notifier'
    | 'api_key';
  readonly entityId: string;
  readonly asOf: Date;
  readonly actor?: {
    readonly kind: 'user' | 'operator' | 'system' | 'provider';
    readonly id: string;
  };
  readonly before?: unknown;
  readonly after?: unknown;
  readonly reason?: string;
}

/** Writes who did what and why, in the transaction that did it (AU-1). */
export async function writeAudit(tx: Transaction, entry: AuditEntry): Promise<void> {
  await writeAudits(tx, [entry]);
}

/** The same for many at once. */
export async function writeAudits(tx: Transaction, entries: readonly AuditEntry[]): Promise<void> {
  const [workflow, request] = [workflowId(), requestId()];
  if (entries.length === 0) return;
  await tx.insert(auditLog).values(
    entries.map((entry) => ({
      actorKind: entry.actor?.kind ?? 'system',
      actorId: entry.actor?.id ?? workflow,
      action: entry.action,
      entity: entry.entity,
      entityId: entry.entityId,
      before: entry.before ?? null,
      after: entry.after ?? null,
      reason: entry.reason ?? null,
      requestId: request,
      workflowId: workflow,
      asOf: entry.asOf,
    })),
  );
}
