import { and, eq, isNull } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { consents, paymentMethods } from '../../../drizzle/schema';

export type Method = typeof paymentMethods.$inferSelect;

/** A method that can be charged now; undefined when it was taken back or is past its last day. */
export async function chargeableMethod(
  tx: Pick<Transaction, 'select'>,
  methodId: string,
  asOf: Date,
): Promise<Method | undefined> {
  const [method] = await tx.select().from(paymentMethods).where(eq(paymentMethods.id, methodId));
  const isOver = method?.expiresOn != null && method.expiresOn < asOf.toISOString().slice(0, 10);
  return method?.state === 'active' && !isOver ? method : undefined;
}

/** Whether somebody's word that lets us charge them still stands. */
export async function isConsentInForce(
  tx: Pick<Transaction, 'select'>,
  consentId: string,
  kind: (typeof consents.$inferSelect)['kind'],
): Promise<boolean> {
  const [given] = await tx
    .select({ id: consents.id })
    .from(consents)
    .where(and(eq(consents.id, consentId), eq(consents.kind, kind), isNull(consents.withdrawnAt)));
  return given !== undefined;
}
