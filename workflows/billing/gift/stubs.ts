import type { GiftActivities } from '../../../activities/billing';
import { databaseStubs } from '../../stubs';

const database = databaseStubs<GiftActivities>();

export const loadGift = database('loadGift', 'Read where the gift stands');
export const remindGift = database('remindGift', 'Remind the buyer that nobody has claimed it');
export const claimGift = database('claimGift', 'Give the gift to whoever opened its link');
export const returnGift = database('returnGift', 'Give an unclaimed gift back to its buyer');
