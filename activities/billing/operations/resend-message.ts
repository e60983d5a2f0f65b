import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { outboxMessages, users } from '../../../drizzle/schema';
import type { ActionParams } from '../../../src/domain/billing/operations';
import { traceParent } from '../../../src/tracing/spans';
import { defineOperation } from './definition';

/**
 * Sends a message to its person once more, in the language they use now (OPS-3). It is a message of its own: one that
 * is still on its way, or whose contents are not kept any more, is not sent again.
 */
export const resendMessage = defineOperation<ActionParams['resend_message']>({
  roles: ['support', 'finance', 'admin'],
  params: z.strictObject({ messageId: z.uuid() }),
  run: async (tx, { params: { messageId }, key }) => {
    const [row] = await tx
      .select({ old: outboxMessages, person: users })
      .from(outboxMessages)
      .innerJoin(users, eq(users.id, outboxMessages.userId))
      .where(eq(outboxMessages.id, messageId));
    if (!row) return { kind: 'refused', reason: 'unknown_message' };
    const { old, person } = row;
    if (old.state === 'queued') return { kind: 'refused', reason: 'message_queued' };
    if (person.pseudonymisedAt !== null || isEmptied(old)) {
      return { kind: 'refused', reason: 'message_emptied' };
    }
    const again = `${old.key}:again:${key.replace(/^op:/, '')}`;
    const { template, params, category, chatId, userId } = old;
    await tx.insert(outboxMessages).values({
      ...{ key: again, template, params, category, chatId, userId },
      locale: person.locale,
      traceParent: traceParent() ?? null,
    });
    return {
      kind: 'done',
      result: { key: again },
      audit: {
        action: 'message.resent',
        entity: 'user',
        entityId: String(person.id),
        before: { key: old.key, state: old.state },
        after: { key: again, template },
      },
    };
  },
});

/** Contents go after a while (AU-5); the few messages that never had any say so by their names. */
function isEmptied({ params, template }: typeof outboxMessages.$inferSelect): boolean {
  return Object.keys(params).length === 0 && !template.startsWith('erasure.');
}
