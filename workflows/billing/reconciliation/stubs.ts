import type { ReconciliationActivities } from '../../../activities/billing';
import { LIST_MATCH, PROVIDER_LIST } from '../../policies';
import { databaseStubs, stub } from '../../stubs';

const database = databaseStubs<ReconciliationActivities>();

export const planReconciliation = database(
  'planReconciliation',
  'Read up to when the books were compared',
);
export const openSilentItem = database('openSilentItem', 'Show operators that no list comes');
export const startMismatches = database(
  'startMismatches',
  'Start a workflow for each difference that is open',
);

export const pullStatement = stub<ReconciliationActivities['pullStatement']>('pullStatement', {
  ...PROVIDER_LIST,
  summary: 'Ask the provider for its list of a day',
});
export const matchStatement = stub<ReconciliationActivities['matchStatement']>('matchStatement', {
  ...LIST_MATCH,
  summary: 'Compare the list with the books',
});
