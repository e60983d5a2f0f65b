import { randomUUID } from 'node:crypto';
import {
  paymentConfirmationId,
  paymentFactsQuery,
  writeOffPaymentUpdate,
} from '../../../workflows/billing/contract';
import { until } from '../../support/until';
import { fact, happyActivities, quarantined } from '../../workflows/support/cast';
import { MINUTE, type Theatre } from '../../workflows/support/theatre';
import { silent } from '../../workflows/support/troubles';
import type { Scene } from './scenes';

async function arrived(theatre: Theatre) {
  const providerPaymentId = randomUUID().slice(0, 8);
  return theatre.start('paymentConfirmation', {
    workflowId: paymentConfirmationId('mock', providerPaymentId),
    input: { provider: 'mock', providerPaymentId },
    signal: ['hint', { source: 'webhook', fact: fact(providerPaymentId, { state: 'pending' }) }],
  });
}

/** Payments whose payer and operators hear of them between two questions, and one that others let go. */
export const LANDMARK_SCENES: Readonly<Record<string, Scene>> = {
  'payment-stuck-on-time': async (theatre) => {
    const { locatePayment } = happyActivities();
    theatre.play({
      learnPayment: silent,
      locatePayment: async (asked) => ({
        ...(await locatePayment(asked)),
        invoiceId: randomUUID(),
      }),
    });
    const handle = await arrived(theatre);
    await theatre.pass(handle.workflowId, 18 * MINUTE);
    return handle;
  },
  'payment-write-off-proposed': async (theatre) => {
    const openItemId = randomUUID();
    theatre.play({
      postPayment: () => Promise.resolve(quarantined()),
      findOpenItem: () => Promise.resolve({ openItemId, amountMinor: 15_000 }),
      runOperation: () => {
        const outcome = { kind: 'proposed', proposalId: openItemId, quorum: 1 } as const;
        return Promise.resolve({ outcome, effects: [] });
      },
    });
    const handle = await arrived(theatre);
    await until('it waits for an operator', async () => {
      return (await handle.query(paymentFactsQuery)).phase === 'quarantined';
    });
    const repair = { operatorId: '7', reason: 'nobody claims this money' };
    await handle.executeUpdate(writeOffPaymentUpdate, { args: [repair] });
    return handle;
  },
};
