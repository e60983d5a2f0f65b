import { WorkflowNotFoundError, WorkflowUpdateFailedError, type Client } from '@temporalio/client';
import { trackJobKey, type TrackAnswer } from '../domain/billing/track-event';
import {
  reportTrackUpdate,
  trackJobId,
  type JobReports,
  type TrackJobInput,
} from '../../workflows/billing/track-job/contract';
import { billingState, billingUserId } from '../../workflows/contract';
import { startOperation } from './start';
import type { JobReport, TrackCommands } from './tracks-contract';

/** Brings reports of costs to the workflows of their jobs. */
export function trackCommands(client: Client, taskQueue: string): TrackCommands {
  return { reportTrack: (report) => reportTrack(client, taskQueue, report) };
}

/** A job that ends in this very moment takes nothing any more; its next run answers from the books. */
const MOST_TRIES = 3;

async function reportTrack(
  client: Client,
  taskQueue: string,
  { clientId, keyId, events, arrivedAt }: JobReport,
): Promise<readonly TrackAnswer[]> {
  const [first] = events;
  if (!first) return [];
  const jobKey = trackJobKey(clientId, first);
  const input: TrackJobInput = { jobKey, clientId, userId: first.userId };
  const reports: JobReports = { events, arrivedAt, ...(keyId === undefined ? {} : { keyId }) };
  for (let tries = 1; ; tries += 1) {
    try {
      return await client.workflow.executeUpdateWithStart(reportTrackUpdate, {
        args: [reports],
        startWorkflowOperation: startOperation('trackJob', taskQueue, {
          workflowId: trackJobId(jobKey),
          input,
          summary: `Track ${first.track} of ${first.userId}`,
          attributes: [
            { key: billingState, value: 'open' },
            { key: billingUserId, value: String(first.userId) },
          ],
          idReuse: 'ALLOW_DUPLICATE',
        }),
      });
    } catch (error) {
      if (tries >= MOST_TRIES || !hasJustEnded(error)) throw error;
    }
  }
}

function hasJustEnded(error: unknown): boolean {
  return error instanceof WorkflowNotFoundError || error instanceof WorkflowUpdateFailedError;
}
