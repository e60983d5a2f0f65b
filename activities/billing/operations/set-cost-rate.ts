import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Transaction } from '../../../drizzle/client';
import { costRates, trackJobs } from '../../../drizzle/schema';
import type { ActionParams } from '../../../src/domain/billing/operations';
import type { OperationEffect } from '../../../workflows/billing/operation/contract';
import { costTermsChangedSignal, trackJobId } from '../../../workflows/billing/track-job/contract';
import { defineOperation } from './definition';

/**
 * Says what a unit of a currency of costs is worth in rubles from an instant on (TC-1). The first rate of a currency
 * holds for all that came before it, too, and jobs that waited for it are charged at once.
 */
export const setCostRate = defineOperation<ActionParams['set_cost_rate']>({
  roles: ['admin'],
  params: z.strictObject({
    currency: z
      .string()
      .regex(/^[A-Z]{3,5}$/)
      .refine((currency) => currency !== 'RUB', 'a ruble is worth one'),
    rubPerUnit: z.string().regex(/^(?=.*[1-9])\d{1,10}(\.\d{1,10})?$/),
    from: z.iso.datetime().optional(),
  }),
  run: async (tx, { params: { currency, rubPerUnit, from }, asOf }) => {
    const known = await tx.select().from(costRates).where(eq(costRates.currency, currency));
    const usual = known.length === 0 ? new Date(0) : asOf;
    const validFrom = from === undefined ? usual : new Date(from);
    const inserted = await tx
      .insert(costRates)
      .values({ currency, rubPerUnit, validFrom })
      .onConflictDoNothing()
      .returning({ currency: costRates.currency });
    if (inserted.length === 0) {
      return { kind: 'refused', reason: 'bad_term', detail: 'another rate begins at that instant' };
    }
    const after = { currency, rubPerUnit, from: validFrom.toISOString() };
    return {
      kind: 'done',
      result: after,
      audit: { action: 'cost_rate.set', entity: 'setting', entityId: `rate:${currency}`, after },
      effects: await waitingJobs(tx, currency),
    };
  },
});

/** More than this look again by themselves within a day. */
const MOST_TOLD = 500;

async function waitingJobs(tx: Transaction, currency: string): Promise<OperationEffect[]> {
  const jobs = await tx
    .select({ key: trackJobs.key })
    .from(trackJobs)
    .where(and(eq(trackJobs.currency, currency), eq(trackJobs.state, 'open')))
    .limit(MOST_TOLD);
  return jobs.map(({ key }) => ({
    kind: 'signal',
    workflowId: trackJobId(key),
    signal: costTermsChangedSignal.name,
    args: [],
  }));
}
