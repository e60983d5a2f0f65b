import { and, eq, inArray } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { openItems, reconBreaks } from '../../../drizzle/schema';
import type { WireFact } from '../../../src/domain/billing/payment';
import {
  differenceText,
  isNewsForUs,
  type BreakKind,
  type BreakState,
} from '../../../src/domain/billing/reconciliation';
import { exponentOf, type Money } from '../../../src/domain/money';
import { writeAudit, type AuditEntry } from '../../audit';
import type { ActivityDeps } from '../../deps';
import { promiseToOperators } from '../../outbox';
import { inTransaction, readSettings, stepKey } from '../../transactions';
import { closeItem, openItem } from '../open-items';
import { differenceOf, type FoundDifference } from './differences';

/** A payment as its provider and we both call it. */
export interface MismatchName {
  readonly provider: string;
  readonly providerPaymentId: string;
}

/** A difference as its workflow and the operators see it. */
export interface MismatchSnapshot {
  readonly kind: BreakKind;
  readonly state: BreakState;
  readonly difference: string;
  /** True when booking what the provider says heals it. */
  readonly isNewsForUs: boolean;
  /** What the provider last said; undefined when it lists no such payment. */
  readonly fact: WireFact | undefined;
  readonly owner: string;
  /** ISO 8601. */
  readonly dueAt: string;
  readonly userId: number | undefined;
  readonly invoiceId: string | undefined;
  readonly amountMinor: number | undefined;
  readonly currency: string | undefined;
}

export type Break = typeof reconBreaks.$inferSelect;

/** The difference of a payment that nobody has closed, locked; each payment has one at most. */
export async function lockBreak(
  tx: Transaction,
  { provider, providerPaymentId }: MismatchName,
): Promise<Break | undefined> {
  const [row] = await tx
    .select()
    .from(reconBreaks)
    .where(
      and(
        eq(reconBreaks.provider, provider),
        eq(reconBreaks.providerPaymentId, providerPaymentId),
        inArray(reconBreaks.state, ['found', 'open']),
      ),
    )
    .for('update');
  return row;
}

/** Reads a difference that nobody has closed; null when there is none. */
export async function loadMismatch(
  { db }: ActivityDeps,
  name: MismatchName,
): Promise<MismatchSnapshot | null> {
  return inTransaction(db, async (tx) => {
    const row = await lockBreak(tx, name);
    return row ? snapshotOf(row) : null;
  });
}

export function snapshotOf(row: Break): MismatchSnapshot {
  const { kind, state, owner, fact } = row;
  const difference = differenceIn(row);
  const known = row.theirs ?? row.ours;
  return {
    ...{ kind, state, owner, fact: fact ?? undefined },
    difference: differenceText(difference),
    isNewsForUs: isNewsForUs(difference),
    dueAt: row.dueAt.toISOString(),
    userId: row.userId ?? undefined,
    invoiceId: row.invoiceId ?? undefined,
    amountMinor: known?.amountMinor ?? undefined,
    currency: known?.currency ?? undefined,
  };
}

function differenceIn({ kind, theirs, ours }: Break) {
  return { kind, theirs: theirs ?? undefined, ours: ours ?? undefined };
}

/** `differs` goes on; `closed` is healed, or was closed by somebody. */
export type Weighed =
  | { readonly kind: 'closed'; readonly state: 'healed' | 'resolved' | 'gone' }
  | { readonly kind: 'differs'; readonly mismatch: MismatchSnapshot };

/**
 * Compares a payment again: our books as they are now with what the provider says now, or said last when it does not
 * answer. Where they agree the difference is healed and its item closed; what an operator wrote off is closed, too.
 */
export async function weighMismatch(
  { db }: ActivityDeps,
  weighed: MismatchName & { readonly fact?: WireFact; readonly asOf: string },
): Promise<Weighed> {
  return inTransaction(db, async (tx) => {
    const row = await lockBreak(tx, weighed);
    if (!row) return { kind: 'closed', state: 'gone' };
    const { provider, providerPaymentId, asOf } = weighed;
    const fact = weighed.fact ?? row.fact ?? undefined;
    const difference = await differenceOf(tx, { provider, providerPaymentId, fact });
    if (!difference) {
      await closeHealed(tx, row, asOf);
      return { kind: 'closed', state: 'healed' };
    }
    const writtenOff = row.state === 'open' ? await closedItem(tx, row) : undefined;
    if (writtenOff) {
      const { resolution, resolvedBy } = writtenOff;
      await closeBreak(tx, row, { state: 'resolved', resolution, resolvedBy, asOf });
      return { kind: 'closed', state: 'resolved' };
    }
    return { kind: 'differs', mismatch: snapshotOf(await note(tx, row, difference)) };
  });
}

/** Key of the item that shows a difference to operators; a payment may differ again another day. */
export function itemKey({ id }: Break): string {
  return stepKey(`differs:${id}`);
}

/** The workflow of a difference by the key of its item; undefined for the item of anything else. */
export function mismatchOfItem(key: string): string | undefined {
  return /^(mismatch:.+):differs:\d+$/.exec(key)?.[1];
}

async function closedItem(tx: Transaction, row: Break) {
  const [item] = await tx
    .select({
      state: openItems.state,
      resolution: openItems.resolution,
      resolvedBy: openItems.resolvedBy,
    })
    .from(openItems)
    .where(eq(openItems.key, itemKey(row)));
  return item && item.state !== 'open' ? item : undefined;
}

async function note(tx: Transaction, row: Break, found: FoundDifference): Promise<Break> {
  const { kind, theirs = null, ours = null, fact = null } = found;
  const { paymentId = null, invoiceId = null, userId = null } = found;
  const change = { kind, theirs, ours, fact, paymentId, invoiceId, userId };
  await tx.update(reconBreaks).set(change).where(eq(reconBreaks.id, row.id));
  return { ...row, ...change };
}

async function closeHealed(tx: Transaction, row: Break, asOf: string): Promise<void> {
  const { provider } = row;
  await closeBreak(tx, row, {
    ...{ state: 'healed', resolution: 'both sides agree', resolvedBy: provider, asOf },
  });
  await closeItem(tx, {
    ...{ key: itemKey(row), state: 'resolved', resolution: 'both sides agree' },
    ...{ operatorId: provider, reason: 'the difference is gone', asOf: new Date(asOf) },
  });
}

export interface Closing {
  readonly state: 'healed' | 'resolved';
  readonly resolution: string | null;
  readonly resolvedBy: string | null;
  readonly asOf: string;
  readonly actor?: NonNullable<AuditEntry['actor']>;
  readonly reason?: string;
}

/** Ends a difference and writes who ended it. */
export async function closeBreak(tx: Transaction, row: Break, closing: Closing): Promise<void> {
  const { state, resolution, resolvedBy, asOf, ...by } = closing;
  await tx
    .update(reconBreaks)
    .set({ state, resolution, resolvedBy, closedAt: new Date(asOf) })
    .where(eq(reconBreaks.id, row.id));
  await writeAudit(tx, {
    ...{ action: `mismatch.${state}`, entity: 'mismatch', entityId: entityOf(row), ...by },
    before: { state: row.state, difference: differenceText(differenceIn(row)), owner: row.owner },
    after: { state, resolution },
    asOf: new Date(asOf),
  });
}

export function entityOf({ provider, providerPaymentId }: MismatchName): string {
  return `${provider}:${providerPaymentId}`;
}

/** Shows operators a difference that does not heal; once. It is due when the time of its owner is over. */
export async function escalateMismatch(
  { db, settings: defaults }: ActivityDeps,
  escalated: MismatchName & { readonly asOf: string },
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const row = await lockBreak(tx, escalated);
    if (row?.state !== 'found') return;
    const asOf = new Date(escalated.asOf);
    await openItem(tx, await readSettings(tx, defaults), {
      key: itemKey(row),
      kind: 'break',
      reason: differenceText(differenceIn(row)),
      ...{ asOf, dueAt: row.dueAt, amount: amountOf(row) },
      ...{ userId: row.userId ?? undefined, invoiceId: row.invoiceId ?? undefined },
      paymentId: row.paymentId ?? undefined,
    });
    await tx.update(reconBreaks).set({ state: 'open' }).where(eq(reconBreaks.id, row.id));
    await writeAudit(tx, {
      ...{ action: 'mismatch.opened', entity: 'mismatch', entityId: entityOf(row), asOf },
      before: { state: row.state },
      after: { state: 'open', owner: row.owner, dueAt: row.dueAt },
    });
  });
}

function amountOf({ theirs, ours }: Break): Money | undefined {
  const { amountMinor: minor, currency } = theirs ?? ours ?? {};
  const exponent = currency ? exponentOf(currency) : undefined;
  if (minor == null || !currency || exponent === undefined) return undefined;
  return { minor, currency, exponent };
}

/** Tells operators once that nobody saw to a difference in time. */
export async function alertOverdue(
  { db, settings: defaults }: ActivityDeps,
  overdue: MismatchName & { readonly asOf: string },
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const row = await lockBreak(tx, overdue);
    if (!row) return;
    await promiseToOperators(tx, await readSettings(tx, defaults), {
      key: `ops:ops.overdue:${itemKey(row)}:${row.dueAt.toISOString()}`,
      template: 'ops.overdue',
      params: {
        ...{ kind: 'break', key: itemKey(row), owner: row.owner, dueAt: row.dueAt.toISOString() },
        reason: differenceText(differenceIn(row)),
      },
      asOf: new Date(overdue.asOf),
    });
  });
}
