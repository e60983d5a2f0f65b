import type { DisputeActivities } from '../../../activities/billing';
import { databaseStubs } from '../../stubs';

const database = databaseStubs<DisputeActivities>();

export const locateDispute = database('locateDispute', 'Find whose clock the dispute lives by');
export const openDispute = database('openDispute', 'Freeze money and tokens of the payment');
export const collectEvidence = database('collectEvidence', 'Collect what the bank will ask for');
export const noteEvidence = database('noteEvidence', 'Note that evidence was handed over');
export const remindOfDispute = database('remindOfDispute', 'Remind operators of the due date');
export const winDispute = database('winDispute', 'Restore everything: the money stays with us');
export const loseDispute = database('loseDispute', 'Book the loss and take the tokens back');
export const noteContradiction = database(
  'noteContradiction',
  'Show operators that the bank says otherwise',
);
