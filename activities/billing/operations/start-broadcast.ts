import { z } from 'zod';
import { broadcasts } from '../../../drizzle/schema';
import { AUDIENCES, LONGEST_BROADCAST } from '../../../src/domain/broadcast';
import type { ActionParams } from '../../../src/domain/billing/operations';
import { broadcastWorkflowId } from '../../../workflows/billing/broadcast/contract';
import { countAudience } from '../broadcasts';
import { defineOperation } from './definition';

const TEXT = z.string().trim().min(1).max(LONGEST_BROADCAST);

/** Begins to write to everybody of an audience who agreed to marketing (NT-5). */
export const startBroadcast = defineOperation<ActionParams['start_broadcast']>({
  roles: ['admin'],
  params: z.strictObject({
    broadcastId: z.uuid(),
    audience: z.enum(AUDIENCES),
    textRu: TEXT,
    textEn: TEXT,
  }),
  run: async (tx, task) => {
    const { broadcastId: id, audience, textRu, textEn } = task.params;
    const createdBy = task.operator.userId;
    const total = await countAudience(tx, audience);
    if (total === 0) return { kind: 'refused', reason: 'nobody_to_write_to' };
    const written = await tx
      .insert(broadcasts)
      .values({ id, createdBy, audience, textRu, textEn, state: 'running', total })
      .onConflictDoNothing()
      .returning({ id: broadcasts.id });
    if (written.length === 0) return { kind: 'refused', reason: 'started_already' };
    return {
      kind: 'done',
      result: { broadcastId: id, total },
      audit: {
        action: 'broadcast.started',
        entity: 'broadcast',
        entityId: id,
        after: { audience, total, textRu, textEn },
      },
      effects: [
        {
          kind: 'start',
          workflow: 'broadcast',
          workflowId: broadcastWorkflowId(id),
          input: { broadcastId: id },
          summary: `Broadcast to ${total}`,
        },
      ],
    };
  },
});
