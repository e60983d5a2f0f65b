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
    | 'notifier';
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
  const workflow = workflowId();
  await tx.insert(auditLog).values({
    actorKind: entry.actor?.kind ?? 'system',
    actorId: entry.actor?.id ?? workflow,
    action: entry.action,
    entity: entry.entity,
    entityId: entry.entityId,
    before: entry.before ?? null,
    after: entry.after ?? null,
    reason: entry.reason ?? null,
    requestId: requestId(),
    workflowId: workflow,
    asOf: entry.asOf,
  });
}
