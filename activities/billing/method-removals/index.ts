import { eq } from 'drizzle-orm';
import { paymentMethods } from '../../../drizzle/schema';
import type { ActivityDeps } from '../../deps';
import { inTransaction, readSettings, stepKey } from '../../transactions';
import { forgetMethod } from '../erasures/methods';
import { openItem } from '../open-items';
import { beginMethodRemoval, type RemovalOrder } from './beginning';

/** A method whose provider does not confirm that it is revoked. */
export interface UnrevokedMethod extends RemovalOrder {
  readonly reason: string;
}

/** What the `methodRemoval` workflow does besides asking the provider. Repeating any of it changes nothing. */
export function methodRemovalActivities(deps: ActivityDeps) {
  return {
    beginMethodRemoval: (order: RemovalOrder) => beginMethodRemoval(deps, order),
    showUnrevoked: (method: UnrevokedMethod) => showUnrevoked(deps, method),
    abandonMethod: (method: UnrevokedMethod) => abandonMethod(deps, method),
  };
}

/** A provider refuses, or has been silent for long: somebody must look in its cabinet. */
async function showUnrevoked(
  { db, settings: defaults }: ActivityDeps,
  { methodId, userId, reason, asOf }: UnrevokedMethod,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    await openItem(tx, await readSettings(tx, defaults), {
      key: stepKey('unrevoked'),
      kind: 'unknown_outcome',
      userId,
      reason: `saved method ${methodId} was removed by its owner and is not revoked at its provider: ${reason}`,
      asOf: new Date(asOf),
    });
  });
}

/** The provider never confirmed: we forget the token all the same, so that nobody can charge by it from here. */
async function abandonMethod(
  { db }: ActivityDeps,
  { methodId, reason, asOf }: UnrevokedMethod,
): Promise<void> {
  const [method] = await db.select().from(paymentMethods).where(eq(paymentMethods.id, methodId));
  if (method) await forgetMethod({ db }, method, { asOf: new Date(asOf), reason });
}
