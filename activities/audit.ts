import type { SQL } from 'drizzle-orm';
import type { Transaction } from '../drizzle/client';
import { insertRows } from '../drizzle/rows';
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
  return signedInsert(entries.map(signed));
}

/** An entry with the workflow on whose behalf it is written, and the very request. */
export type SignedEntry = ReturnType<typeof signed>;

/** Signs an entry in the name of the running activity, for a statement that writes those of several. */
export function signed(entry: AuditEntry) {
  const [workflow, request] = [workflowId(), requestId()];
  return {
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
  };
}

/** The statement that writes signed entries. */
export function signedInsert(entries: readonly SignedEntry[]): SQL {
  return insertRows(auditLog, entries);
}
