import { sql, type SQL } from 'drizzle-orm';
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
    | 'mismatch'
    | 'reconciliation'
    | 'promo'
    | 'trial'
    | 'gift'
    | 'referral'
    | 'limit'
    | 'lot'
    | 'hold'
    | 'proposal'
    | 'broadcast'
    | 'price_change'
    | 'price_offer'
    | 'tariff'
    | 'setting'
    | 'user'
    | 'export'
    | 'erasure'
    | 'receipt'
    | 'notifier'
    | 'keeper'
    | 'track_job'
    | 'method'
    | 'auto_topup'
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
  if (entries.length > 0) await tx.execute(auditInsert(entries));
}

/**
 * The same as a statement, to travel inside another one. One value however many rows: a batch of spends writes hundreds,
 * always with the same text.
 */
export function auditInsert(entries: readonly AuditEntry[]): SQL {
  const [workflow, request] = [workflowId(), requestId()];
  const rows = entries.map((entry) => ({
    actor_kind: entry.actor?.kind ?? 'system',
    actor_id: entry.actor?.id ?? workflow,
    action: entry.action,
    entity: entry.entity,
    entity_id: entry.entityId,
    before: entry.before ?? null,
    after: entry.after ?? null,
    reason: entry.reason ?? null,
    request_id: request,
    workflow_id: workflow,
    as_of: entry.asOf,
  }));
  return sql`
    insert into ${auditLog} (actor_kind, actor_id, action, entity, entity_id, before, after, reason, request_id,
      workflow_id, as_of)
    select * from json_to_recordset(${JSON.stringify(rows)}::json)
      as entry (actor_kind text, actor_id text, action text, entity text, entity_id text, before jsonb, after jsonb,
        reason text, request_id text, workflow_id text, as_of timestamptz)`;
}
