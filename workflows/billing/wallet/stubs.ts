import type { WalletActivities } from '../../../activities/billing';
import { databaseStubs } from '../../stubs';

const database = databaseStubs<WalletActivities>();

export const expiringLots = database('expiringLots', 'Read which lots end and when');
export const settleExpiry = database('settleExpiry', 'Book what expired, promise the notices');
