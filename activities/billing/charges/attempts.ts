import { and, eq, inArray, ne } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { attempts, invoices } from '../../../drizzle/schema';
import { assert } from '../../../src/domain/assert';
import type { Money } from '../../../src/domain/money';
import { writeAudit } from '../../audit';

/** Until when a charge without an outcome is asked about, and how; instants in ISO 8601 (PC-11). */
export interface AskingTerms {
  readonly since: string;
  /** When its owner hears that checking goes on, and when the list of workflows shows it; absent in older plans. */
  readonly slowAt?: string;
  readonly alertAt?: string;
  /** From here on once a day, and an open item tells of it. */
  readonly overdueAt: string;
  /** From here on nobody asks any more: an operator has the last word. */
  readonly givenUpAt: string;
}

export type Attempt = typeof attempts.$inferSelect;

/** A charge in the state in which nobody may send another one. */
export const LIVE = ['created', 'sent', 'unknown'] as const;

/** What a workflow needs to know of a charge under way. */
export interface ChargeAttempt {
  readonly attemptId: string;
  readonly invoiceId: string;
  readonly invoiceNo: number;
  readonly provider: string;
  readonly amount: Money;
  /** It may have reached the provider: only asking tells. */
  readonly isSent: boolean;
  /** Until when its outcome is asked about, where its workflow keeps the timetable. */
  readonly asking?: AskingTerms;
}

/** A charge, locked until the transaction ends. */
export async function lockAttempt(tx: Transaction, attemptId: string): Promise<Attempt> {
  const [attempt] = await tx
    .select()
    .from(attempts)
    .where(eq(attempts.id, attemptId))
    .for('update');
  assert(attempt, `attempt ${attemptId} exists`);
  return attempt;
}

export async function describeAttempt(tx: Transaction, attempt: Attempt): Promise<ChargeAttempt> {
  assert(attempt.invoiceId, `attempt ${attempt.key} has an order`);
  const [invoice] = await tx.select().from(invoices).where(eq(invoices.id, attempt.invoiceId));
  assert(invoice, `attempt ${attempt.key} has an order`);
  const { payAmountMinor: minor, currency, exponent } = invoice;
  return {
    attemptId: attempt.id,
    invoiceId: invoice.id,
    invoiceNo: invoice.no,
    provider: invoice.provider,
    amount: { minor, currency, exponent },
    isSent: attempt.state !== 'created',
  };
}

/** True while no outcome is proved. */
export function isLive({ state }: Pick<Attempt, 'state'>): boolean {
  return LIVE.some((live) => live === state);
}

/** The money of an automatic order came, whatever we believed before. */
export async function succeedAttempt(tx: Transaction, invoiceId: string): Promise<void> {
  await tx
    .update(attempts)
    .set({ state: 'succeeded', declineCode: null })
    .where(and(eq(attempts.invoiceId, invoiceId), ne(attempts.state, 'succeeded')));
}

/** Closed for us, not for money: what comes all the same follows the rule of late payments (CO-9). */
export async function closeOrder(
  tx: Transaction,
  { invoiceId }: Attempt,
  { reason, asOf }: { reason: string; asOf: Date },
): Promise<void> {
  if (invoiceId === null) return;
  const [closed] = await tx
    .update(invoices)
    .set({ state: 'cancelled', closedAt: asOf })
    .where(and(eq(invoices.id, invoiceId), inArray(invoices.state, ['draft', 'pending'])))
    .returning({ id: invoices.id });
  if (!closed) return;
  await writeAudit(tx, {
    ...{ action: 'invoice.cancelled', entity: 'invoice', entityId: invoiceId, asOf },
    before: { state: 'pending' },
    after: { state: 'cancelled' },
    reason,
  });
}
