import type { WalletActivities } from '../../../activities/billing';
import { databaseStubsAtOnce } from '../../stubs';

const atOnce = databaseStubsAtOnce<WalletActivities>();

export const expiringLots = atOnce('expiringLots', 'Read which lots end and when');
export const settleExpiry = atOnce('settleExpiry', 'Book what expired, promise the notices');
