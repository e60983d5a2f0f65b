import type { BreakActivities } from '../../../activities/billing';
import { databaseStubs } from '../../stubs';

const database = databaseStubs<BreakActivities>();

export const openBreak = database('openBreak', 'Show operators a transfer that does not add up');
