import { and, desc, eq, ne } from 'drizzle-orm';
import { z } from 'zod';
import type { Transaction } from '../../../drizzle/client';
import { countPriceAudience } from '../../../drizzle/price-audience';
import { priceChanges, tariffs, tariffVersions } from '../../../drizzle/schema';
import type { ActionParams } from '../../../src/domain/billing/operations';
import { OFFER_DAYS } from '../../../src/domain/billing/price-change';
import { priceChangeWorkflowId } from '../../../workflows/billing/price-change/contract';
import { endOpen } from '../price-changes';
import { defineOperation, type OperationTask } from './definition';

const DAY_MS = 86_400_000;

type Task = OperationTask<ActionParams['offer_prices']>;

/**
 * Begins to offer the newest version of a tariff to those who have an older one (SB-23). Nobody is charged by it: who
 * does not agree keeps the price there was.
 */
export const offerPrices = defineOperation<ActionParams['offer_prices']>({
  roles: ['admin'],
  params: z.strictObject({ priceChangeId: z.uuid(), tariffId: z.uuid(), version: z.int().min(1) }),
  run: async (tx, task) => {
    const newest = await lockNewest(tx, task.params.tariffId);
    if (!newest) return { kind: 'refused', reason: 'unknown_tariff' };
    const { tariff, version } = newest;
    if (version.version !== task.params.version) {
      return { kind: 'refused', reason: 'newer_version' };
    }
    const offered = { tariffId: tariff.id, tariffVersionId: version.id, version: version.version };
    const { touched: total } = await countPriceAudience(tx, offered);
    if (total === 0) return { kind: 'refused', reason: 'nobody_to_offer' };
    if (await isRunning(tx, tariff.id)) return { kind: 'refused', reason: 'offer_running' };
    await replaceOlder(tx, offered);
    await insertChange(tx, task, { ...offered, total });
    const { priceChangeId } = task.params;
    return {
      kind: 'done',
      result: { priceChangeId, total },
      audit: {
        action: 'price.offered',
        entity: 'price_change',
        entityId: priceChangeId,
        after: { slug: tariff.slug, version: version.version, total },
      },
      effects: [
        {
          kind: 'start',
          workflow: 'priceChange',
          workflowId: priceChangeWorkflowId(priceChangeId),
          input: { priceChangeId },
          summary: `Price of ${tariff.slug} v${version.version} offered to ${total}`,
        },
      ],
    };
  },
});

/** The tariff's row is the lock, as for a new version: what is offered is the newest. */
async function lockNewest(tx: Transaction, tariffId: string) {
  const [tariff] = await tx.select().from(tariffs).where(eq(tariffs.id, tariffId)).for('update');
  const [version] = await tx
    .select()
    .from(tariffVersions)
    .where(eq(tariffVersions.tariffId, tariffId))
    .orderBy(desc(tariffVersions.version))
    .limit(1);
  return tariff && version && { tariff, version };
}

async function isRunning(tx: Transaction, tariffId: string): Promise<boolean> {
  const running = and(eq(priceChanges.tariffId, tariffId), eq(priceChanges.state, 'running'));
  return (await tx.$count(priceChanges, running)) > 0;
}

/** Nobody is asked about a price that is not sold any more. */
async function replaceOlder(
  tx: Transaction,
  { tariffId, tariffVersionId }: { readonly tariffId: string; readonly tariffVersionId: string },
): Promise<void> {
  const replaced = await tx
    .update(priceChanges)
    .set({ state: 'replaced' })
    .where(
      and(
        eq(priceChanges.tariffId, tariffId),
        eq(priceChanges.state, 'offered'),
        ne(priceChanges.tariffVersionId, tariffVersionId),
      ),
    )
    .returning({ id: priceChanges.id });
  for (const { id } of replaced) await endOpen(tx, id, 'replaced');
}

async function insertChange(
  tx: Transaction,
  { params, operator, asOf }: Task,
  change: { readonly tariffId: string; readonly tariffVersionId: string; readonly total: number },
): Promise<void> {
  const { tariffId, tariffVersionId, total } = change;
  await tx.insert(priceChanges).values({
    ...{ id: params.priceChangeId, tariffId, tariffVersionId, total, createdBy: operator.userId },
    closesAt: new Date(asOf.getTime() + OFFER_DAYS * DAY_MS),
  });
}
