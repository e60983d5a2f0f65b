import { proxyLocalActivities, sleep, upsertSearchAttributes } from '@temporalio/workflow';
import {
  attemptNumber,
  billingState,
  billingUserId,
  nextActionAt,
  periodEndAttribute,
  stuckReason,
} from '../../workflows/contract';

const { doNothing } = proxyLocalActivities<{ doNothing(): Promise<void> }>({
  startToCloseTimeout: '10 seconds',
});

interface Nap {
  readonly untilMs: number;
}

/** What it costs to wake and do nothing. */
export async function napWorkflow({ untilMs }: Nap): Promise<void> {
  await sleep(Math.max(1, untilMs - Date.now()));
}

/**
 * What it costs to wake, have nothing done by a local activity, show that in the list of workflows and sleep on: the
 * shape of a subscription without its work, before and after the wake.
 */
export async function turnWorkflow({ untilMs }: Nap): Promise<void> {
  await turn('asleep', untilMs);
  await turn('woken', untilMs + 30 * 86_400_000);
}

async function turn(state: string, untilMs: number): Promise<void> {
  await doNothing();
  const until = new Date(untilMs);
  upsertSearchAttributes([
    { key: billingState, value: state },
    { key: stuckReason, value: null },
    { key: nextActionAt, value: until },
    { key: billingUserId, value: '1' },
    { key: periodEndAttribute, value: until },
    { key: attemptNumber, value: null },
  ]);
  await sleep(Math.max(1, untilMs - Date.now()));
}
