import { z } from 'zod';
import type { ActionParams } from '../../../src/domain/billing/operations';
import { defineOperation } from './definition';

/** Notes who takes a table of people away, how many of them and why, before they get it (AU-1). */
export const exportPeople = defineOperation<ActionParams['export_people']>({
  roles: ['finance', 'admin'],
  params: z.strictObject({ rows: z.number().int().nonnegative() }),
  run: (_tx, { params: { rows }, key }) =>
    Promise.resolve({
      kind: 'done',
      result: { rows },
      audit: { action: 'people.exported', entity: 'export', entityId: key, after: { rows } },
    }),
});
