import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { holds } from '../../../drizzle/schema';
import type { ActionParams } from '../../../src/domain/billing/operations';
import { holdSettledSignal } from '../../../workflows/billing/hold/contract';
import { settleHold } from '../work-holds/settlement';
import { defineOperation } from './definition';

/**
 * Gives the tokens of a job back whose client does not, such as one that keeps a lease for ever. The job may be
 * delivered all the same: what it reports later is charged without a hold.
 */
export const releaseJobHold = defineOperation<ActionParams['release_hold']>({
  roles: ['finance', 'admin'],
  params: z.strictObject({ holdId: z.uuid() }),
  run: async (tx, { params: { holdId }, asOf, settings }) => {
    const [row] = await tx.select().from(holds).where(eq(holds.id, holdId));
    if (row?.purpose !== 'work') return { kind: 'refused', reason: 'unknown_hold' };
    const settled = await settleHold(tx, { holdId, by: 'operator', asOf, settings });
    if (settled.isRepeat) return { kind: 'refused', reason: 'hold_closed' };
    const { hold, workflowId } = settled;
    return {
      kind: 'done',
      result: { releasedUtok: hold.releasedUtok },
      audit: {
        action: 'hold.released',
        entity: 'hold',
        entityId: holdId,
        before: { state: row.state },
        after: { state: hold.state, releasedUtok: hold.releasedUtok },
      },
      effects: [{ kind: 'signal', workflowId, signal: holdSettledSignal.name, args: [] }],
    };
  },
});
