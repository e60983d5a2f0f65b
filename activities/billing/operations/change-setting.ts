import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { settings } from '../../../drizzle/schema';
import type { ActionParams } from '../../../src/domain/billing/operations';
import { settingProblem } from '../../../src/domain/billing/settings';
import { defineOperation } from './definition';

/** Overrides a live setting; orders that are open keep the one they began with. */
export const changeSetting = defineOperation<ActionParams['change_setting']>({
  roles: ['admin'],
  params: z.strictObject({
    key: z.string(),
    value: z.union([z.string(), z.number(), z.boolean()]),
  }),
  run: async (tx, { params: { key, value }, operator }) => {
    const problem = settingProblem(key, value);
    if (problem !== undefined) return { kind: 'refused', reason: 'bad_setting', detail: problem };
    const [before] = await tx.select().from(settings).where(eq(settings.key, key)).for('update');
    const updatedBy = String(operator.userId);
    await tx
      .insert(settings)
      .values({ key, value, updatedBy })
      .onConflictDoUpdate({ target: settings.key, set: { value, updatedBy } });
    return {
      kind: 'done',
      result: { key, value },
      audit: {
        action: 'setting.changed',
        entity: 'setting',
        entityId: key,
        before: { value: before?.value ?? null },
        after: { value },
      },
    };
  },
});
