import { and, desc, eq, inArray, ne, sql } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { attempts, invoices } from '../../../drizzle/schema';
import { assert } from '../../../src/domain/assert';
import type { Money } from '../../../src/domain/money';

export type Attempt = typeof attempts.$inferSelect;

/** A charge in the state in which nobody may send another one. */
export const LIVE = ['created', 'sent', 'unknown'] as const;

/** What a workflow needs to know of a charge under way. */
export interface TopupAttempt {
  readonly attemptId: string;
  readonly invoiceId: string;
  readonly invoiceNo: number;
  readonly provider: string;
  readonly amount: Money;
  /** It may have reached the provider: only asking tells. */
  readonly isSent: boolean;
}

/** The one charge of a person that is under way. */
export async function liveAttempt(tx: Transaction, userId: number): Promise<Attempt | undefined> {
  const [attempt] = await tx
    .select()
    .from(attempts)
    .where(
      and(
        eq(attempts.userId, userId),
        eq(attempts.purpose, 'auto_topup'),
        inArray(attempts.state, [...LIVE]),
      ),
    )
    .orderBy(desc(attempts.id))
    .limit(1);
  return attempt;
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

export async function describeAttempt(tx: Transaction, attempt: Attempt): Promise<TopupAttempt> {
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

/** What charges took of a person since two instants, those included whose outcome is open. */
export async function takenSince(
  tx: Transaction,
  userId: number,
  since: { readonly day: Date; readonly week: Date },
): Promise<{ takenTodayMinor: number; takenThisWeekMinor: number }> {
  const counts = inArray(attempts.state, [...LIVE, 'succeeded']);
  const sumSince = (at: Date) =>
    sql<number>`coalesce(sum(${attempts.amountMinor}) filter (
      where ${attempts.asOf} >= ${at.toISOString()}::timestamptz), 0)`.mapWith(Number);
  const [taken] = await tx
    .select({ takenTodayMinor: sumSince(since.day), takenThisWeekMinor: sumSince(since.week) })
    .from(attempts)
    .where(and(eq(attempts.userId, userId), eq(attempts.purpose, 'auto_topup'), counts));
  return taken ?? { takenTodayMinor: 0, takenThisWeekMinor: 0 };
}
