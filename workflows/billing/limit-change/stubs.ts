import type { LimitActivities } from '../../../activities/billing';
import { databaseStubs } from '../../stubs';

const database = databaseStubs<LimitActivities>();

export const setLimits = database('setLimits', 'Write the limits and what is used of them');
