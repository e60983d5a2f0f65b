import type { FreeOrderActivities } from '../../../activities/billing';
import { databaseStubs } from '../../stubs';

const database = databaseStubs<FreeOrderActivities>();

export const completeFreeOrder = database(
  'completeFreeOrder',
  'Consume the quote and give what it promised',
);
