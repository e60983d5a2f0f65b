import { defineUpdate } from '@temporalio/workflow';
import type { ChangeProviderOutcome, Repair } from '../contract';

// Repairs of orders and payments that people never ask for (OPS-3). Fields are only added, and only optional.

/** Gives an open order whose provider is dead another one’s link; its owner is shown it. */
export const switchProviderUpdate = defineUpdate<
  ChangeProviderOutcome,
  [Repair & { provider: string }]
>('switchProvider');

/** Asks the provider of an order now, also about late money of a closed one. */
export const askAboutOrderUpdate = defineUpdate<{ readonly accepted: string }, [Repair]>(
  'retryNow',
);

/** Asks the provider of a payment now instead of at the next time of the timetable. */
export const askNowUpdate = defineUpdate<{ readonly accepted: string }, [Repair]>('retryNow');

/** What became of suspended money whose provider cannot tell, or that was sent back by hand. */
export interface ReturnWord {
  readonly how: 'made' | 'not_made';
  readonly evidence: string;
}

/** Declares on evidence whether suspended money went back. */
export const declareRefundUpdate = defineUpdate<
  { readonly accepted: string },
  [Repair & ReturnWord]
>('declareRefund');
