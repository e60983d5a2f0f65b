import type { OperationActivities } from '../../../activities/billing';
import { databaseStubs } from '../../stubs';

const database = databaseStubs<OperationActivities>();

export const runOperation = database('runOperation', 'Do what the operator asked, or propose it');
