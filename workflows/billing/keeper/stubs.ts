import type { KeeperActivities } from '../../../activities/billing';
import { BOOKS_CHECK } from '../../policies';
import { databaseStubs, stub } from '../../stubs';

const database = databaseStubs<KeeperActivities>();

export const sealAudit = database('sealAudit', 'Seal the audit rows that are certainly complete');

export const promiseDigest = database('promiseDigest', 'Promise the operators their digest');

export const recoverWork = database(
  'recoverWork',
  'Start what somebody terminated and nobody misses',
);

export const checkSeals = stub<KeeperActivities['checkSeals']>('checkSeals', {
  ...BOOKS_CHECK,
  summary: 'Compare the audit with its seals',
});
export const checkInvariants = stub<KeeperActivities['checkInvariants']>('checkInvariants', {
  ...BOOKS_CHECK,
  summary: 'Check the invariants of the books',
});
export const applyRetention = stub<KeeperActivities['applyRetention']>('applyRetention', {
  ...BOOKS_CHECK,
  summary: 'Empty what is kept for a limited time',
});
