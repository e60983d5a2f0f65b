import { eq } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { subscriptions } from '../../../drizzle/schema';
import type {
  TariffChange,
  TariffChangeOutcome,
  TariffChangeRefusal,
} from '../../../workflows/billing/contract';
import { writeAudit } from '../../audit';
import type { Subscription } from '../timelines';

export interface ScheduledChange extends TariffChange {
  readonly subscriptionId: string;
  readonly asOf: string;
}

/** Notes which version the next period is of, or that it is the one that runs. Repeating it changes nothing. */
export async function noteNext(
  tx: Transaction,
  live: Subscription,
  { tariffVersionId, actor, asOf }: Pick<ScheduledChange, 'tariffVersionId' | 'actor' | 'asOf'>,
): Promise<TariffChangeOutcome> {
  const outcome: TariffChangeOutcome =
    tariffVersionId === null
      ? { kind: 'withdrawn' }
      : { kind: 'scheduled', from: live.periodEnd.toISOString() };
  if (live.nextTariffVersionId === tariffVersionId) return outcome;
  await tx
    .update(subscriptions)
    .set({ nextTariffVersionId: tariffVersionId })
    .where(eq(subscriptions.id, live.id));
  await writeAudit(tx, {
    ...{ action: 'subscription.edited', entity: 'subscription', entityId: live.id, actor },
    before: { nextTariffVersionId: live.nextTariffVersionId },
    after: { nextTariffVersionId: tariffVersionId },
    asOf: new Date(asOf),
  });
  return outcome;
}

export function refused(reason: TariffChangeRefusal): TariffChangeOutcome {
  return { kind: 'refused', reason };
}
