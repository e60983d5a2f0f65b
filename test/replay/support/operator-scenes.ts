import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import {
  broadcastWorkflowId,
  pauseBroadcastUpdate,
  resumeBroadcastUpdate,
} from '../../../workflows/billing/broadcast/contract';
import {
  NOTIFIER_ID,
  paymentConfirmationId,
  pauseNotifierUpdate,
  paymentFactsQuery,
  resumeNotifierUpdate,
  retryDeliveryUpdate,
} from '../../../workflows/billing/contract';
import { operationWorkflowId } from '../../../workflows/billing/operation/contract';
import {
  approveUpdate,
  proposalQuery,
  proposalWorkflowId,
  rejectUpdate,
} from '../../../workflows/billing/proposal/contract';
import {
  priceChangeQuery,
  priceChangeWorkflowId,
  withdrawPricesUpdate,
} from '../../../workflows/billing/price-change/contract';
import { until } from '../../support/until';
import { fact, fulfilled, proposalOf, REPAIR } from '../../workflows/support/cast';
import { HOUR, type Theatre } from '../../workflows/support/theatre';

const OPERATOR = { operatorId: 7, reason: 'a mistake in the text' };

async function proposed(theatre: Theatre) {
  const proposalId = randomUUID();
  const handle = await theatre.start('proposal', {
    workflowId: proposalWorkflowId(proposalId),
    input: { proposalId },
  });
  await until('it waits', async () => (await handle.query(proposalQuery)) !== undefined);
  return handle;
}

async function operated(theatre: Theatre) {
  const operationId = randomUUID();
  const handle = await theatre.start('operation', {
    workflowId: operationWorkflowId(operationId),
    input: {
      operationId,
      action: 'grant_tokens',
      params: { userId: 42, amountUtok: 1_000_000, origin: 'grant' },
      operator: { userId: 7 },
      reason: OPERATOR.reason,
    },
  });
  await handle.result();
  return handle;
}

async function pricesOffered(theatre: Theatre) {
  const priceChangeId = randomUUID();
  const handle = await theatre.start('priceChange', {
    workflowId: priceChangeWorkflowId(priceChangeId),
    input: { priceChangeId },
  });
  await until('it waits for answers', async () => {
    const card = await handle.query(priceChangeQuery);
    return card.state === 'offered';
  });
  return handle;
}

/** What operators do, in each state worth keeping a history of. */
export const OPERATOR_SCENES: Readonly<
  Record<string, (theatre: Theatre) => Promise<WorkflowHandle>>
> = {
  'operation-done': operated,
  'prices-offered': pricesOffered,
  'prices-closed': async (theatre) => {
    const handle = await pricesOffered(theatre);
    await theatre.pass(handle.workflowId, 31 * 24 * HOUR);
    await handle.result();
    return handle;
  },
  'prices-withdrawn': async (theatre) => {
    const handle = await pricesOffered(theatre);
    const repair = { ...OPERATOR, operatorId: '7' };
    await handle.executeUpdate(withdrawPricesUpdate, { args: [repair] });
    await handle.result();
    return handle;
  },
  'operation-proposed': async (theatre) => {
    const proposalId = randomUUID();
    theatre.play({
      runOperation: () =>
        Promise.resolve({
          outcome: { kind: 'proposed', proposalId, quorum: 1 },
          effects: [
            {
              kind: 'start',
              workflow: 'proposal',
              workflowId: proposalWorkflowId(proposalId),
              input: { proposalId },
              summary: 'grant_tokens proposed by 7',
            },
            { kind: 'signal', workflowId: 'sub:gone', signal: 'fundsArrived', args: [] },
          ],
        }),
    });
    return operated(theatre);
  },
  'proposal-executed': async (theatre) => {
    theatre.play({
      loadProposal: ({ proposalId }) => Promise.resolve(proposalOf(proposalId, { quorum: 2 })),
      castVote: ({ voter }) =>
        Promise.resolve(voter === 2 ? { kind: 'counted', missing: 1 } : { kind: 'approved' }),
    });
    const handle = await proposed(theatre);
    await handle.executeUpdate(approveUpdate, { args: [{ operatorId: 2 }] });
    await handle.executeUpdate(approveUpdate, { args: [{ operatorId: 3 }] });
    await handle.result();
    return handle;
  },
  'proposal-rejected': async (theatre) => {
    const handle = await proposed(theatre);
    await handle.executeUpdate(rejectUpdate, { args: [{ operatorId: 2 }] });
    await handle.result();
    return handle;
  },
  'proposal-expired': async (theatre) => {
    const handle = await proposed(theatre);
    await theatre.pass(handle.workflowId, 25 * HOUR);
    await handle.result();
    return handle;
  },
  'broadcast-done': async (theatre) => {
    let looks = 0;
    let state: 'running' | 'paused' = 'running';
    theatre.play({
      queueBroadcast: () => {
        looks += 1;
        const left = looks > 3 && state === 'running' ? 0 : 5;
        const shared = { state, added: looks === 1 ? 5 : 0, total: 5, queued: 5 };
        return Promise.resolve({ ...shared, inOutbox: left, due: left, isWalked: true });
      },
      steerBroadcast: ({ move }) => {
        state = move === 'pause' ? 'paused' : 'running';
        return Promise.resolve({ kind: 'moved', state });
      },
    });
    const broadcastId = randomUUID();
    const handle = await theatre.start('broadcast', {
      workflowId: broadcastWorkflowId(broadcastId),
      input: { broadcastId },
    });
    await handle.executeUpdate(pauseBroadcastUpdate, { args: [OPERATOR] });
    await handle.executeUpdate(resumeBroadcastUpdate, { args: [OPERATOR] });
    await handle.result();
    return handle;
  },
  'notifier-beside-broadcast': async (theatre) => {
    let next = 0;
    theatre.play({
      dueMessages: ({ bulkLimit = 0 }) => {
        const count = next < 40 ? bulkLimit : 0;
        const messages = Array.from({ length: count }, () => {
          next += 1;
          return { messageId: `m${next}`, chatId: next, isBulk: true };
        });
        return Promise.resolve({ messages, nextInMs: undefined });
      },
    });
    await theatre.start('notifier', { workflowId: NOTIFIER_ID, input: {}, signal: ['wake'] });
    const handle = theatre.client.workflow.getHandle(NOTIFIER_ID);
    await until('messages went out', async () => theatre.calls('deliverMessage').length > 30);
    await handle.executeUpdate(pauseNotifierUpdate, { args: [REPAIR] });
    await handle.executeUpdate(resumeNotifierUpdate, { args: [REPAIR] });
    await until('both are written down', async () => theatre.calls('recordRepair').length === 2);
    return handle;
  },
  'payment-delivery-retried': async (theatre) => {
    const providerPaymentId = randomUUID().slice(0, 8);
    // Not an id: the SDK refuses the search attribute, so the delivery fails and waits.
    const subscription = { subscriptionId: 42 as never, change: 'started' } as const;
    const outcome = { ...fulfilled(randomUUID()), subscription };
    theatre.play({ postPayment: () => Promise.resolve(outcome as never) });
    const handle = await theatre.start('paymentConfirmation', {
      workflowId: paymentConfirmationId('mock', providerPaymentId),
      input: { provider: 'mock', providerPaymentId },
      signal: ['hint', { source: 'webhook', fact: fact(providerPaymentId) }],
    });
    await until('it delivers', async () => {
      const { phase } = await handle.query(paymentFactsQuery);
      return phase === 'delivering';
    });
    await handle.executeUpdate(retryDeliveryUpdate, { args: [REPAIR] });
    await until('it is written down', async () => theatre.calls('recordRepair').length === 1);
    return handle;
  },
};
