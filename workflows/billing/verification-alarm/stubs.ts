import type { VerificationActivities } from '../../../activities/billing';
import { databaseStubs } from '../../stubs';

const database = databaseStubs<VerificationActivities>();

export const weighUnverified = database(
  'weighUnverified',
  'Count notifications that did not verify',
);
