import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { TrackAnswer, TrackEvent } from '../../../src/domain/billing/track-event';
import type { Repair } from '../contract';

// Every type here is a wire format between processes of different age: fields are only added, and only optional.

/** A job that reports its costs, named by its key (`trackJobKey`). */
export function trackJobId(jobKey: string): string {
  return `track:${jobKey}`;
}

export interface TrackJobInput {
  readonly jobKey: string;
  readonly clientId: string;
  readonly userId: number;
  /** Test customers only: what a run that goes on found at its beginning (OPS-20). */
  readonly clockOffsetMs?: number;
}

/** Reports of the job that arrived together, each with its own identity. */
export interface JobReports {
  readonly events: readonly TrackEvent[];
  /** The API key that sent them. */
  readonly keyId?: string;
  /** When they arrived, ISO 8601 by the server's clock; a test customer's own is added where their row is read. */
  readonly arrivedAt: string;
}

/** Returns when the reports are in the books and, where they ended the job, the charge is. One answer for each. */
export const reportTrackUpdate = defineUpdate<readonly TrackAnswer[], [JobReports]>('report');

/** A rate or a multiplier came that the job may have waited for. */
export const costTermsChangedSignal = defineSignal('costTermsChanged');

/** Operators: computes the cost again now. */
export const priceNowUpdate = defineUpdate<{ readonly accepted: string }, [Repair]>('retryNow');

/** How a job stands; `unknown` when nothing of it was ever taken. */
export type TrackJobState = 'open' | 'priced_later' | 'settled' | 'missing' | 'unknown';

export interface TrackJobCard {
  readonly jobKey: string;
  readonly state: TrackJobState;
  readonly waitingFor: string;
  readonly nextActionAt: string | undefined;
}

export const trackJobQuery = defineQuery<TrackJobCard>('job');

export interface TrackJobResult {
  readonly state: TrackJobState;
}
