import type { TrackAnswer, TrackEvent } from '../domain/billing/track-event';

export type { TrackAnswer, TrackEvent };

/** Reports of one job that arrived together. */
export interface JobReport {
  readonly clientId: string;
  /** The API key that sent them. */
  readonly keyId?: string;
  /** All of one person, one source and one job. */
  readonly events: readonly TrackEvent[];
  /** When they arrived, ISO 8601. */
  readonly arrivedAt: string;
}

/** Jobs that report what they cost. */
export interface TrackCommands {
  /**
   * Writes reports down and, where they end their job, charges it; answers come in the order of the reports. A report
   * whose identity was taken before changes nothing and is answered from the books.
   */
  reportTrack(report: JobReport): Promise<readonly TrackAnswer[]>;
}
