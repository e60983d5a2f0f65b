import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { payments } from '../../../drizzle/schema';
import type { ActionParams } from '../../../src/domain/billing/operations';
import { refundWorkflowId } from '../../../workflows/billing/refund/contract';
import { defineOperation } from './definition';

/**
 * Begins the refund of a payment: the workflow `refund` plans it anew and carries it out. Above the limit others must
 * agree first, and their consent travels with it (RF-6).
 */
export const refundPayment = defineOperation<ActionParams['refund']>({
  roles: ['support', 'finance', 'admin'],
  params: z.strictObject({
    paymentId: z.uuid(),
    refundMinor: z.number().int().positive(),
    policy: z.enum(['unspent_only', 'full_with_debt', 'goodwill']).optional(),
  }),
  approval: ({ refundMinor }, { refundAutoLimitMinor }) =>
    refundMinor > refundAutoLimitMinor ? { amountMinor: refundMinor } : undefined,
  run: async (tx, task) => {
    const { paymentId, refundMinor, policy } = task.params;
    const [payment] = await tx
      .select({ id: payments.id })
      .from(payments)
      .where(eq(payments.id, paymentId));
    if (!payment) return { kind: 'refused', reason: 'unknown_payment' };
    const workflowId = refundWorkflowId(paymentId, task.key.replaceAll(':', '-'));
    return {
      kind: 'done',
      result: { workflowId },
      audit: {
        action: 'refund.ordered',
        entity: 'payment',
        entityId: paymentId,
        after: { refundMinor, policy, workflowId },
      },
      effects: [
        {
          kind: 'start',
          workflow: 'refund',
          workflowId,
          summary: `Refund ordered by ${task.operator.userId}`,
          input: {
            ...{ paymentId, origin: 'operator', reason: task.reason, amountMinor: refundMinor },
            requestedBy: { kind: 'operator', id: String(task.operator.userId) },
            approvedBy: task.approvers.map(String),
            ...(policy === undefined ? {} : { policy }),
          },
        },
      ],
    };
  },
});
