import { randomUUID } from 'node:crypto';
import {
  freeOrderOutcomeUpdate,
  freeOrderWorkflowId,
} from '../../../workflows/billing/free-order/contract';
import { USER_ID } from '../../workflows/support/cast';
import type { Theatre } from '../../workflows/support/theatre';
import type { Scene } from './scenes';

async function confirmed(theatre: Theatre) {
  const quoteId = randomUUID();
  const handle = await theatre.start('freeOrder', {
    workflowId: freeOrderWorkflowId(quoteId),
    input: { quoteId, userId: USER_ID },
  });
  await handle.executeUpdate(freeOrderOutcomeUpdate).catch(() => undefined);
  await handle.result();
  return handle;
}

/** Orders that cost nothing. */
export const TRIAL_SCENES: Readonly<Record<string, Scene>> = {
  'free-order-fulfilled': async (theatre) => {
    theatre.play({
      completeFreeOrder: () =>
        Promise.resolve({
          kind: 'fulfilled',
          subscription: { subscriptionId: randomUUID(), change: 'started' },
          hasExpiringLots: true,
        }),
    });
    return confirmed(theatre);
  },
  'free-order-refused': async (theatre) => {
    theatre.play({
      completeFreeOrder: () => Promise.resolve({ kind: 'refused', reason: 'trial_used' }),
    });
    return confirmed(theatre);
  },
};
