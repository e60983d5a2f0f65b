import { getExternalWorkflowHandle, isCancellation } from '@temporalio/workflow';
import { holdSettledSignal } from './contract';

/**
 * Tells the keeper of a hold that it was settled, so that it ends now and not with the lease. One that has ended
 * already needs no telling; one that never hears of it finds the hold settled when the lease is over.
 */
export async function tellHoldSettled(workflowId: string): Promise<void> {
  try {
    await getExternalWorkflowHandle(workflowId).signal(holdSettledSignal);
  } catch (error) {
    if (isCancellation(error)) throw error;
  }
}
