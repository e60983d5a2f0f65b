import type { AutoTopupActivities } from '../../../activities/billing';
import { PROVIDER_CHARGE, SAVED_METHOD } from '../../policies';
import { databaseStubs, stub } from '../../stubs';

const database = databaseStubs<AutoTopupActivities>();

export const planAutoTopup = database('planAutoTopup', 'Decide what the standing order does now');
export const dismissTopupCharge = database(
  'dismissTopupCharge',
  'Close a charge that an operator calls not made',
);
export const recordTopupDecline = database(
  'recordTopupDecline',
  'Book that the charge was refused',
);
export const topupAttemptState = database('topupAttemptState', 'Read whether the money is booked');
export const tellUnknownTopup = database('tellUnknownTopup', 'Say that the outcome is not known');
export const sweepTopups = database('sweepTopups', 'Start the standing orders nobody works on');

export const sendTopupCharge = stub<AutoTopupActivities['sendTopupCharge']>('sendTopupCharge', {
  ...PROVIDER_CHARGE,
  summary: 'Charge the saved card',
});
export const keepMethod = stub<AutoTopupActivities['keepMethod']>('keepMethod', {
  ...SAVED_METHOD,
  summary: 'Keep the card the payer left with us',
});
