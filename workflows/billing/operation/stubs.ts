import type { AuditActivities, OperationActivities } from '../../../activities/billing';
import { databaseStubs } from '../../stubs';

const database = databaseStubs<AuditActivities & OperationActivities>();

export const runOperation = database('runOperation', 'Do what the operator asked, or propose it');
export const recordRepair = database('recordRepair', 'Write down who repaired this and why');
