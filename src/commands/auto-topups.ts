import type { Client } from '@temporalio/client';
import {
  autoTopupId,
  TOPUP_SWEEP_ID,
  topupNeededSignal,
} from '../../workflows/billing/auto-topup/contract';
import { billingUserId } from '../../workflows/contract';
import { startOnce, type SignalWithStart } from './start';

export interface AutoTopupCommands {
  /** Makes a person's standing order look at the balance now; harmless when there is nothing to do. */
  wakeAutoTopup(person: { userId: number; clockOffsetMs: number }): Promise<void>;
  /** Starts the sweep for standing orders whose nudge was lost, unless it runs. */
  ensureTopupSweep(): Promise<void>;
}

export function autoTopupCommands(
  client: Client,
  taskQueue: string,
  signalWithStart: SignalWithStart,
): AutoTopupCommands {
  return {
    wakeAutoTopup: ({ userId, clockOffsetMs }) =>
      signalWithStart('autoTopup', {
        taskQueue,
        workflowId: autoTopupId(userId),
        input: { userId, ...(clockOffsetMs > 0 ? { clockOffsetMs } : {}) },
        summary: `Automatic top-up of ${userId}`,
        attributes: [{ key: billingUserId, value: String(userId) }],
        idReuse: 'ALLOW_DUPLICATE',
        signal: topupNeededSignal.name,
        signalArgs: [],
      }),
    ensureTopupSweep: () =>
      startOnce(client, 'autoTopupSweep', {
        taskQueue,
        workflowId: TOPUP_SWEEP_ID,
        input: {},
        summary: 'Looks after standing orders',
        attributes: [],
        idReuse: 'ALLOW_DUPLICATE',
      }),
  };
}
