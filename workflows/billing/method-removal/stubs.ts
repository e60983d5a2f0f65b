import type { MethodRemovalActivities } from '../../../activities/billing';
import { databaseStubs } from '../../stubs';

const database = databaseStubs<MethodRemovalActivities>();

export const beginMethodRemoval = database(
  'beginMethodRemoval',
  'Take the method out of use: stop renewals and automatic top-ups by it',
);
export const showUnrevoked = database(
  'showUnrevoked',
  'Show operators what a provider still holds',
);
export const abandonMethod = database(
  'abandonMethod',
  'Forget the token of a method that its provider did not revoke',
);
