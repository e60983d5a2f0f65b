import type { AdminFeature } from '../admin/gate';
import type { BotParts } from '../parts';
import { refundOrderFeature } from './refund-order';
import { waitingRefundsFeature } from './waiting';

/** What operators do about money that goes back: /refundop begins it, /refunds decides about what others began. */
export function refundsAdminFeature(parts: BotParts): AdminFeature<'ref:agree' | 'ref:drop'> {
  const order = refundOrderFeature(parts);
  const waiting = waitingRefundsFeature(parts);
  return {
    commands: [...order.commands, ...waiting.commands],
    callbacks: waiting.callbacks,
    actions: [...(order.actions ?? []), ...(waiting.actions ?? [])],
  };
}
