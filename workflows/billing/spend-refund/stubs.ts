import type { SpendRefundActivities } from '../../../activities/billing';
import { databaseStubs } from '../../stubs';

const database = databaseStubs<SpendRefundActivities>();

export const refundSpend = database('refundSpend', 'Give tokens of a charge back to their lots');
