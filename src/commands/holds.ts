import type { Client, WorkflowHandle } from '@temporalio/client';
import {
  captureHoldUpdate,
  heartbeatHoldUpdate,
  holdWorkflowId,
  placeHoldUpdate,
  releaseHoldUpdate,
  type HoldAnswer,
  type HoldInput,
  type HoldUpdate,
} from '../../workflows/billing/hold/contract';
import { billingState, billingUserId } from '../../workflows/contract';
import { tokenText } from '../domain/tokens';
import { isGone } from './gone';
import type { HoldCommands, KnownHold } from './holds-contract';
import { startOperation, type Workflows } from './start';

/** A hold's keeper may end in the very moment it is asked; the next one to be started knows how. */
const TRIES = 3;

/** Places, reports and settles holds: each is one update of the hold's own workflow. */
export function holdCommands(client: Client, taskQueue: string): HoldCommands {
  const start = (input: HoldInput) => startOperation('hold', taskQueue, startOf(input));
  return {
    placeHold: (order) =>
      persistently(() =>
        client.workflow.executeUpdateWithStart(placeHoldUpdate, {
          args: [{ request: order.wish.request }],
          startWorkflowOperation: start(order),
        }),
      ),
    heartbeatHold: (hold, order) => tell(hold, heartbeatHoldUpdate, order),
    captureHold: (hold, order) => tell(hold, captureHoldUpdate, order),
    releaseHold: (hold, order) => tell(hold, releaseHoldUpdate, order),
  };

  /** A hold that stands without its keeper, which somebody terminated, gets a new one with the next word about it. */
  async function tell<Order>(
    { holdKey, userId }: KnownHold,
    update: HoldUpdate<Order>,
    order: Order,
  ): Promise<HoldAnswer> {
    try {
      return await handleOf(client, holdKey).executeUpdate(update, { args: [order] });
    } catch (error) {
      if (!isGone(error)) throw error;
    }
    return persistently(() =>
      client.workflow.executeUpdateWithStart(update, {
        args: [order],
        startWorkflowOperation: start({ holdKey, userId }),
      }),
    );
  }
}

async function persistently<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      if (tries >= TRIES || !isGone(error)) throw error;
    }
  }
}

function handleOf(client: Client, holdKey: string): WorkflowHandle<Workflows['hold']> {
  return client.workflow.getHandle<Workflows['hold']>(holdWorkflowId(holdKey));
}

/** A refusal is an outcome, so the same key may try again (WF-1); a key that was placed answers with its hold. */
function startOf(input: HoldInput) {
  const { holdKey, userId, wish } = input;
  const what = wish ? `${tokenText(wish.amountUtok)} tokens` : 'tokens';
  return {
    workflowId: holdWorkflowId(holdKey),
    input,
    summary: `Hold of ${what} of ${userId}`,
    attributes: [
      { key: billingState, value: 'placing' },
      { key: billingUserId, value: String(userId) },
    ],
    idReuse: 'ALLOW_DUPLICATE' as const,
  };
}
