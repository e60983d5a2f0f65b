import { eq, ne, and } from 'drizzle-orm';
import { openSealed } from '../../../drizzle/person-keys';
import { paymentMethods } from '../../../drizzle/schema';
import type { PaymentProvider, StopOutcome } from '../../../src/payments/provider';
import { writeAudit } from '../../audit';
import type { ActivityDeps } from '../../deps';
import { inTransaction } from '../../transactions';
import { requireProvider } from '../provider-calls';

type Method = typeof paymentMethods.$inferSelect;

/**
 * Takes the permission to charge a saved method back at its provider, and ends what the provider renews by itself.
 * Only when the provider has confirmed both is the method revoked here and its token forgotten. A repeat is harmless.
 */
export async function stopMethod(
  deps: ActivityDeps,
  { methodId, asOf }: { readonly methodId: string; readonly asOf: string },
): Promise<StopOutcome> {
  const [method] = await deps.db
    .select()
    .from(paymentMethods)
    .where(eq(paymentMethods.id, methodId));
  if (!method || method.state === 'revoked') return { kind: 'done' };
  const provider = requireProvider(deps.providers, method.provider);
  const ended = await endSubscription(provider, method);
  if (ended.kind !== 'done') return ended;
  const revoked = await revoke(deps, provider, method);
  if (revoked.kind === 'done') await forgetMethod(deps, method, { asOf: new Date(asOf) });
  return revoked;
}

async function endSubscription(provider: PaymentProvider, method: Method): Promise<StopOutcome> {
  const { userId, firstChargeId } = method;
  if (!provider.cancelSubscription || firstChargeId === null) return { kind: 'done' };
  return provider.cancelSubscription({ userId, firstChargeId });
}

async function revoke(
  { db, secrets }: ActivityDeps,
  provider: PaymentProvider,
  { tokenEnc }: Method,
): Promise<StopOutcome> {
  if (!provider.revokeMethod || tokenEnc.length === 0) return { kind: 'done' };
  const token = await openSealed(db, secrets.dataKey, tokenEnc);
  // Without its key the token is nobody's any more, ours included.
  return token ? provider.revokeMethod({ token: token.toString('utf8') }) : { kind: 'done' };
}

/** Revokes a method in our own books: its sealed token is gone. A repeat changes nothing. */
export async function forgetMethod(
  { db }: Pick<ActivityDeps, 'db'>,
  method: Pick<Method, 'id' | 'userId' | 'provider'>,
  { asOf, reason }: { readonly asOf: Date; readonly reason?: string },
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const [revoked] = await tx
      .update(paymentMethods)
      .set({ state: 'revoked', tokenEnc: Buffer.alloc(0) })
      .where(and(eq(paymentMethods.id, method.id), ne(paymentMethods.state, 'revoked')))
      .returning({ id: paymentMethods.id });
    if (!revoked) return;
    await writeAudit(tx, {
      ...{ action: 'method.revoked', entity: 'user', entityId: String(method.userId), asOf },
      after: { methodId: method.id, provider: method.provider },
      ...(reason === undefined ? {} : { reason }),
    });
  });
}
