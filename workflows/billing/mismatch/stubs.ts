import type { ReconciliationActivities } from '../../../activities/billing';
import { databaseStubs } from '../../stubs';

const database = databaseStubs<ReconciliationActivities>();

export const loadMismatch = database('loadMismatch', 'Read what differs');
export const weighMismatch = database('weighMismatch', 'Compare both sides again');
export const escalateMismatch = database('escalateMismatch', 'Show operators what does not heal');
export const alertOverdue = database('alertOverdue', 'Tell operators that it is overdue');
export const acceptMismatch = database('acceptMismatch', 'Close what an operator explains');
export const assignMismatch = database('assignMismatch', 'Give it to another owner');
