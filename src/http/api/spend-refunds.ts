import { z } from 'zod';
import type { SpendRefundResult } from '../../commands/spend-refunds';
import { mismatch, wasRecorded } from './idempotency';
import { ApiProblem } from './problems';
import { route } from './route';
import { amountOut, amountShape, positiveTokens, uuid } from './schemas';

const wish = z
  .strictObject({
    amount: positiveTokens.optional().meta({ description: 'All that is left when absent' }),
    reason: z.string().trim().min(1).max(500),
  })
  .meta({ id: 'SpendRefundWish' });
const refund = z
  .object({
    spend_id: uuid,
    transfer_id: uuid.nullable(),
    ...amountShape('amount'),
    ...amountShape('returned'),
    ...amountShape('lapsed'),
    ...amountShape('waived'),
    ...amountShape('left'),
    ...amountShape('balance_after'),
    ...amountShape('available_after'),
    lots: z.array(z.object({ lot_id: uuid, ...amountShape('amount') })),
  })
  .meta({
    id: 'SpendRefund',
    description:
      '`returned` came back to the wallet, `lapsed` to lots whose time was over, `waived` off what was never collected; `left` can still go back.',
  });

/** Tokens of a charge that its client gives back. */
export const spendRefundRoutes = [
  route({
    method: 'post',
    path: '/charges/{chargeId}/refund',
    operationId: 'refundSpend',
    tag: 'Spends',
    summary: 'Give tokens of a charge back, as a whole or in part',
    description:
      'They go back to the lots they came from with their expiry; a debt is repaid first. Only the client that charged may do it.',
    scopes: ['spend:write'],
    params: z.strictObject({
      chargeId: uuid.meta({ description: '`spend_id` of a spend', format: 'uuid' }),
    }),
    body: wish,
    isNamed: true,
    answers: { 200: { description: 'The tokens are back', schema: refund } },
    refusals: ['not_found', 'conflict', 'invalid_amount'],
    handle: async (parts, { params: { chargeId }, body, caller, named }) => {
      if (!named) throw new Error('this route is named');
      await wasRecorded(parts, named);
      const { clientId, clientName } = caller;
      const { caller: by, key, method, path, bodyHash } = named;
      const result = await parts.commands.refundSpend({
        request: { caller: by, key, method, path, bodyHash },
        ...{ chargeId, clientId, clientName, reason: body.reason },
        ...(body.amount === undefined ? {} : { amountUtok: body.amount }),
      });
      if (result.fingerprint !== bodyHash) throw mismatch();
      if (result.kind === 'refused') throw refusal(result);
      return { status: 200, body: refundView(result), isReplay: result.isReplay };
    },
  }),
] as const;

function refusal(result: Extract<SpendRefundResult, { kind: 'refused' }>): ApiProblem {
  switch (result.reason) {
    case 'mismatch':
      return mismatch();
    case 'not_found':
      return new ApiProblem({ code: 'not_found', detail: 'No such charge of yours is known.' });
    case 'too_much':
      return new ApiProblem({
        code: 'conflict',
        detail: 'More than is left of the charge cannot go back.',
        members: { reason: 'too_much', ...amountOut('most', result.mostUtok) },
      });
  }
}

function refundView(result: Extract<SpendRefundResult, { kind: 'refunded' }>) {
  return {
    spend_id: result.chargeId,
    transfer_id: result.transferId,
    ...amountOut('amount', result.amountUtok),
    ...amountOut('returned', result.returnedUtok),
    ...amountOut('lapsed', result.lapsedUtok),
    ...amountOut('waived', result.waivedUtok),
    ...amountOut('left', result.leftUtok),
    ...amountOut('balance_after', result.balanceAfterUtok),
    ...amountOut('available_after', result.availableAfterUtok),
    lots: result.lots.map(({ lotId, amountUtok }) => ({
      lot_id: lotId,
      ...amountOut('amount', amountUtok),
    })),
  };
}
