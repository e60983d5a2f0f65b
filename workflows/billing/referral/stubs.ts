import type { ReferralActivities } from '../../../activities/billing';
import { databaseStubs } from '../../stubs';

const database = databaseStubs<ReferralActivities>();

export const payReferral = database('payReferral', 'Pay the reward, or say why not yet or never');
