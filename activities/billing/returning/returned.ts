import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { refunds } from '../../../drizzle/schema';
import type { WireFact } from '../../../src/domain/billing/payment';
import type { Payment } from '../suspense';
import { isGiven } from './case';

/** Money of a booked payment that went back without us: its refund has yet to be booked. */
export interface ReturnedMoney {
  readonly paymentId: string;
  /** All that the provider has given back of it, what we sent ourselves included. */
  readonly returnedMinor: number;
}

/** What a fact says went back beyond what we sent ourselves; undefined when the books know of all of it. */
export async function returnedMoney(
  tx: Transaction,
  payment: Payment,
  fact: WireFact,
): Promise<ReturnedMoney | undefined> {
  const returnedMinor = totalOf(payment, fact);
  if (returnedMinor === undefined || !isGiven(payment.outcome)) return undefined;
  const [row] = await tx
    .select({ minor: sql<number>`coalesce(sum(${refunds.amountMinor}), 0)`.mapWith(Number) })
    .from(refunds)
    .where(
      and(
        eq(refunds.paymentId, payment.id),
        inArray(refunds.state, ['frozen', 'sent', 'unknown', 'done']),
      ),
    );
  const knownMinor = row?.minor ?? 0;
  return returnedMinor > knownMinor ? { paymentId: payment.id, returnedMinor } : undefined;
}

/** A provider that names no sum can only be understood when all of it went back. */
function totalOf(payment: Payment, fact: WireFact): number | undefined {
  if (fact.state === 'refunded') return fact.refundedMinor ?? payment.amountMinor;
  return fact.state === 'partially_refunded' ? fact.refundedMinor : undefined;
}
