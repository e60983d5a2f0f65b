import { eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Transaction } from '../../../drizzle/client';
import { promoCampaigns, promoCodes } from '../../../drizzle/schema';
import type { ActionParams } from '../../../src/domain/billing/operations';
import { defineOperation } from './definition';

/**
 * Turns a code or a whole campaign on or off. Orders that hold a slot keep it: what was promised is given. Codes are
 * never deleted (DM-5).
 */
export const switchPromo = defineOperation<ActionParams['switch_promo']>({
  roles: ['admin'],
  params: z.strictObject({
    what: z.enum(['code', 'campaign']),
    id: z.uuid(),
    isActive: z.boolean(),
  }),
  run: async (tx, { params }) => {
    const before = await lockSwitch(tx, params);
    if (!before) return { kind: 'refused', reason: 'unknown_promo' };
    const { id, isActive, what } = params;
    if (before.isActive === isActive) return { kind: 'refused', reason: 'nothing_to_change' };
    const table = tableOf(what);
    await tx.update(table).set({ isActive }).where(eq(table.id, id));
    return {
      kind: 'done',
      result: { name: before.name, isActive },
      audit: {
        action: isActive ? 'promo.switched_on' : 'promo.switched_off',
        entity: 'promo',
        entityId: id,
        before: { isActive: before.isActive },
        after: { isActive, what, name: before.name },
      },
    };
  },
});

function tableOf(what: 'code' | 'campaign') {
  return what === 'code' ? promoCodes : promoCampaigns;
}

async function lockSwitch(
  tx: Transaction,
  { what, id }: ActionParams['switch_promo'],
): Promise<{ name: string; isActive: boolean } | undefined> {
  const [row] =
    what === 'code'
      ? await tx
          .select({ name: promoCodes.code, isActive: promoCodes.isActive })
          .from(promoCodes)
          .where(eq(promoCodes.id, id))
          .for('update')
      : await tx
          .select({ name: promoCampaigns.name, isActive: promoCampaigns.isActive })
          .from(promoCampaigns)
          .where(eq(promoCampaigns.id, id))
          .for('update');
  return row;
}
