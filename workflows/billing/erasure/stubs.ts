import type { ErasureActivities } from '../../../activities/billing';
import { PROVIDER_QUESTION } from '../../policies';
import { databaseStubs, stub } from '../../stubs';

const database = databaseStubs<ErasureActivities>();

export const beginErasure = database(
  'beginErasure',
  'Stop every charge of the person, record the wish',
);
export const cancelOpenOrders = database('cancelOpenOrders', 'Cancel the person’s open orders');
export const runningHolds = database('runningHolds', 'Count the holds that still run');
export const showUnstopped = database(
  'showUnstopped',
  'Show operators what a provider still holds',
);
export const awaitErasure = database('awaitErasure', 'Record that all is settled');
export const withdrawErasure = database('withdrawErasure', 'Lift the stop: the person stays');
export const erasePerson = database('erasePerson', 'Empty the wallet, erase names, texts and keys');

export const stopMethod = stub<ErasureActivities['stopMethod']>('stopMethod', {
  ...PROVIDER_QUESTION,
  summary: 'Take the permission to charge back at the provider',
});
