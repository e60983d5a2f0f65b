import type { TrackActivities } from '../../../activities/billing';
import { databaseStubs } from '../../stubs';

const database = databaseStubs<TrackActivities>();

export const recordReports = database(
  'recordReports',
  'Write the reports down and charge what they end',
);
export const loadTrackJob = database('loadTrackJob', 'Look at how the job stands');
export const settleMissingTrack = database(
  'settleMissingTrack',
  'Charge what is due without a final report',
);
export const settlePricedTrack = database(
  'settlePricedTrack',
  'Charge what can be computed by now',
);
