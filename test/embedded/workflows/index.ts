import {
  continueAsNew,
  executeChild,
  proxyActivities,
  sleep,
  startChild,
} from '@temporalio/workflow';
import type { ClockActivities } from '../clock-activities';

const { failsUntilThirdAttempt } = proxyActivities<ClockActivities>({
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '1 hour', backoffCoefficient: 1 },
});

/** Sleeps a day; says when it woke by its own clock. */
export async function oneDay(): Promise<string> {
  await sleep('24 hours');
  return new Date().toISOString();
}

/** Sleeps a day, then lets a child sleep another. */
export async function parentOfOneDay(): Promise<string> {
  await sleep('24 hours');
  return executeChild(oneDay, { workflowId: 'child-of-one-day' });
}

/** Has a child that never ends by itself. */
export async function parentOfEndless(input: { childId: string }): Promise<void> {
  await sleep('1 hour');
  const child = await startChild(daily, { workflowId: input.childId, args: [{ days: 0 }] });
  await child.result();
}

/** Wakes every day, as a new run. */
export async function daily(input: { days: number }): Promise<void> {
  await sleep('24 hours');
  await continueAsNew<typeof daily>({ days: input.days + 1 });
}

export async function retrying(): Promise<number> {
  return failsUntilThirdAttempt();
}
