import { and, eq } from 'drizzle-orm';
import { v7 } from 'uuid';
import { sealFor } from '../../../drizzle/person-keys';
import { invoices, paymentMethods, payments } from '../../../drizzle/schema';
import type { SavedMethod } from '../../../src/payments/provider';
import { writeAudit } from '../../audit';
import type { ActivityDeps } from '../../deps';
import { promiseToUser } from '../../outbox';
import { inTransaction, readSettings } from '../../transactions';
import { requireProvider } from '../provider-calls';
import { driveByMethod } from '../method-drivers';
import { isBeingErased } from '../standing';

export interface PaidOrder {
  readonly provider: string;
  readonly providerPaymentId: string;
  readonly invoiceId: string;
  readonly asOf: string;
}

export type KeptMethod =
  | { readonly kind: 'none' }
  /** `isDriving`: from now on it renews the subscription that the order began or extended. */
  | { readonly kind: 'kept'; readonly isDriving?: boolean };

/**
 * Keeps the way an order was paid, where its owner agreed to that when they ordered and the payer agreed at the
 * provider. The token is sealed before it is written and goes nowhere else. A repeat keeps nothing twice; throws when
 * the provider gives no clear answer.
 */
export async function keepMethod(deps: ActivityDeps, paid: PaidOrder): Promise<KeptMethod> {
  const provider = requireProvider(deps.providers, paid.provider);
  if (!provider.savedMethod) return { kind: 'none' };
  const { providerPaymentId } = paid;
  const saved = await provider.savedMethod({ providerPaymentId });
  if (saved.kind === 'unknown')
    throw new Error(`saved method of ${providerPaymentId}: ${saved.reason}`);
  return saved.kind === 'saved' ? writeMethod(deps, paid, saved.method) : { kind: 'none' };
}

async function writeMethod(
  { db, secrets, settings: defaults }: ActivityDeps,
  paid: PaidOrder,
  { token, label, expiresOn }: SavedMethod,
): Promise<KeptMethod> {
  return inTransaction(db, async (tx) => {
    const { provider, providerPaymentId: firstChargeId } = paid;
    const asOf = new Date(paid.asOf);
    const [order] = await tx
      .select()
      .from(invoices)
      .where(eq(invoices.id, paid.invoiceId))
      .for('update');
    const isAgreed = order?.savesMethod && order.state === 'paid';
    if (!isAgreed || (await isBeingErased(tx, order.userId))) return { kind: 'none' };
    const { userId } = order;
    const isThisCharge = and(
      eq(paymentMethods.userId, userId),
      eq(paymentMethods.provider, provider),
      eq(paymentMethods.firstChargeId, firstChargeId),
    );
    const [known] = await tx.select().from(paymentMethods).where(isThisCharge);
    if (known) return driven(order.renewsBy === 'saved_method');
    const tokenEnc = await sealFor(tx, secrets.dataKey, { userId, bytes: Buffer.from(token) });
    const id = v7();
    const method = { id, userId, provider, tokenEnc, label, expiresOn: expiresOn ?? null };
    await tx.insert(paymentMethods).values({ ...method, state: 'active', firstChargeId });
    await tx
      .update(payments)
      .set({ methodId: id })
      .where(and(eq(payments.provider, provider), eq(payments.providerPaymentId, firstChargeId)));
    const isDriving = await driveByMethod(tx, order, { methodId: id, asOf });
    await writeAudit(tx, {
      ...{ action: 'method.saved', entity: 'user', entityId: String(userId), asOf },
      actor: { kind: 'user', id: String(userId) },
      after: { methodId: id, provider, label, invoiceId: order.id },
    });
    await promiseToUser(tx, userId, {
      key: `${userId}:method.saved:${id}`,
      template: 'method.saved',
      params: { label },
      category: 'money',
      asOf,
      settings: await readSettings(tx, defaults),
    });
    return driven(isDriving);
  });
}

function driven(isDriving: boolean): KeptMethod {
  return isDriving ? { kind: 'kept', isDriving } : { kind: 'kept' };
}
