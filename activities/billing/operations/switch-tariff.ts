import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { tariffs } from '../../../drizzle/schema';
import type { ActionParams } from '../../../src/domain/billing/operations';
import { defineOperation } from './definition';

/**
 * Puts a tariff on sale or takes it off, shows or hides it. Off sale withdraws its open quotes too: money that comes
 * for them later becomes credit (TP-8). Tariffs are never deleted (DM-5).
 */
export const switchTariff = defineOperation<ActionParams['switch_tariff']>({
  roles: ['admin'],
  params: z
    .strictObject({
      tariffId: z.uuid(),
      isActive: z.boolean().optional(),
      isHidden: z.boolean().optional(),
    })
    .refine(({ isActive, isHidden }) => isActive !== undefined || isHidden !== undefined, {
      message: 'name what to switch',
    }),
  run: async (tx, { params }) => {
    const [tariff] = await tx
      .select()
      .from(tariffs)
      .where(eq(tariffs.id, params.tariffId))
      .for('update');
    if (!tariff) return { kind: 'refused', reason: 'unknown_tariff' };
    const before = { isActive: tariff.isActive, isHidden: tariff.isHidden };
    const after = {
      isActive: params.isActive ?? tariff.isActive,
      isHidden: params.isHidden ?? tariff.isHidden,
    };
    if (before.isActive === after.isActive && before.isHidden === after.isHidden) {
      return { kind: 'refused', reason: 'nothing_to_change' };
    }
    await tx.update(tariffs).set(after).where(eq(tariffs.id, tariff.id));
    return {
      kind: 'done',
      result: { slug: tariff.slug, ...after },
      audit: {
        action: 'tariff.switched',
        entity: 'tariff',
        entityId: tariff.id,
        before,
        after: { ...after, slug: tariff.slug },
      },
    };
  },
});
