import { eq } from 'drizzle-orm';
import type { Transaction } from '../../drizzle/client';
import { payments, users } from '../../drizzle/schema';
import { FACT_RANK, type WireFact } from '../../src/domain/billing/payment';
import type { ActivityDeps } from '../deps';
import { inTransaction, readSettings } from '../transactions';
import { lockOrderOfFact, type Order } from './orders';

/** What is known of a payment before anything is asked: whose clock it lives by, and its timing rules. */
export interface PaymentContext {
  readonly clockOffsetMs: number;
  readonly userId: number | undefined;
  readonly invoiceId: string | undefined;
  readonly unknownAlertMinutes: number;
  readonly unknownDeadlineHours: number;
  readonly slowMinutes: number;
}

export interface LocatedHint {
  readonly fact: WireFact;
  /** Absent in the calls of older workflows, which note nothing. */
  readonly provider?: string;
}

/**
 * Looks up whose order a payment names and notes that its outcome is not known yet, so that its owner sees that it is
 * being confirmed (PC-11). Repeating it changes nothing.
 */
export async function locatePayment(
  { db, settings: defaults }: ActivityDeps,
  hint: LocatedHint,
): Promise<PaymentContext> {
  return inTransaction(db, async (tx) => {
    const settings = await readSettings(tx, defaults);
    const order = await lockOrderOfFact(tx, hint.fact);
    await noteUnknown(tx, hint, order);
    const [person] = order
      ? await tx
          .select({ clockOffsetMs: users.clockOffsetMs })
          .from(users)
          .where(eq(users.id, order.invoice.userId))
      : [];
    return {
      clockOffsetMs: person?.clockOffsetMs ?? 0,
      userId: order?.invoice.userId,
      invoiceId: order?.invoice.id,
      unknownAlertMinutes: settings.unknownAlertMinutes,
      unknownDeadlineHours: settings.unknownDeadlineHours,
      slowMinutes: settings.paymentSlowMinutes,
    };
  });
}

async function noteUnknown(
  tx: Transaction,
  { provider, fact }: LocatedHint,
  order: Order | undefined,
): Promise<void> {
  if (provider === undefined) return;
  const invoiceId = order?.invoice.id ?? null;
  const row = { provider, providerPaymentId: fact.providerPaymentId, invoiceId, ...claimsOf(fact) };
  await tx
    .insert(payments)
    .values({ ...row, state: 'unknown', rank: FACT_RANK.unknown })
    .onConflictDoNothing();
}

/** What a fact says of the money; a currency that cannot be read is none. */
export function claimsOf({ amount, userId }: WireFact) {
  return {
    payerUserId: userId ?? null,
    amountMinor: amount?.minor ?? 0,
    currency: amount?.currency ?? 'XXX',
    exponent: amount?.exponent ?? 0,
  };
}
