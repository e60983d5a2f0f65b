import { and, eq } from 'drizzle-orm';
import type { Transaction } from '../../drizzle/client';
import { openItems, type OpenItemKind } from '../../drizzle/schema';
import type { BillingSettings } from '../../src/domain/billing/settings';
import type { Money } from '../../src/domain/money';
import { promiseToOperators } from '../outbox';
import { writeAudit } from '../audit';

/** Hours an operator has before an item counts as overdue. */
const DUE_HOURS = 24;

export interface NewOpenItem {
  readonly key: string;
  readonly kind: OpenItemKind;
  readonly reason: string;
  readonly asOf: Date;
  readonly userId?: number | undefined;
  readonly invoiceId?: string | undefined;
  readonly paymentId?: string | undefined;
  readonly amount?: Money | undefined;
  /** A day after `asOf` when absent. */
  readonly dueAt?: Date;
}

/** Records what a human must see and tells the operators once; false for a repeat of the key, which changes nothing. */
export async function openItem(
  tx: Transaction,
  settings: BillingSettings,
  item: NewOpenItem,
): Promise<boolean> {
  const [created] = await tx
    .insert(openItems)
    .values({
      key: item.key,
      kind: item.kind,
      userId: item.userId ?? null,
      invoiceId: item.invoiceId ?? null,
      paymentId: item.paymentId ?? null,
      amountMinor: item.amount?.minor ?? null,
      currency: item.amount?.currency ?? null,
      reason: item.reason,
      dueAt: item.dueAt ?? new Date(item.asOf.getTime() + DUE_HOURS * 3_600_000),
    })
    .onConflictDoNothing({ target: openItems.key })
    .returning({ id: openItems.id });
  if (!created) return false;
  await promiseToOperators(tx, settings, {
    key: `ops:ops.open_item:${item.key}`,
    template: 'ops.open_item',
    params: { kind: item.kind, key: item.key, reason: item.reason, ...moneyParams(item.amount) },
    asOf: item.asOf,
  });
  return true;
}

/** True while nobody has decided about the item. */
export async function isItemOpen(tx: Transaction, key: string): Promise<boolean> {
  const [row] = await tx
    .select({ state: openItems.state })
    .from(openItems)
    .where(eq(openItems.key, key));
  return row?.state === 'open';
}

export interface ItemResolution {
  readonly key: string;
  readonly state: 'resolved' | 'written_off';
  readonly resolution: string;
  readonly operatorId: string;
  readonly reason: string;
  readonly asOf: Date;
}

/** Closes an item with what was done and why; one that is closed already stays as it was. */
export async function closeItem(tx: Transaction, resolution: ItemResolution): Promise<void> {
  const [closed] = await tx
    .update(openItems)
    .set({
      state: resolution.state,
      resolution: resolution.resolution,
      resolvedBy: resolution.operatorId,
    })
    .where(and(eq(openItems.key, resolution.key), eq(openItems.state, 'open')))
    .returning({ id: openItems.id });
  if (!closed) return;
  await writeAudit(tx, {
    action: 'payment.resolved',
    entity: 'open_item',
    entityId: closed.id,
    actor: { kind: 'operator', id: resolution.operatorId },
    before: { state: 'open' },
    after: { state: resolution.state, resolution: resolution.resolution },
    reason: resolution.reason,
    asOf: resolution.asOf,
  });
}

function moneyParams(amount: Money | undefined) {
  return amount === undefined
    ? {}
    : { amountMinor: amount.minor, currency: amount.currency, exponent: amount.exponent };
}
