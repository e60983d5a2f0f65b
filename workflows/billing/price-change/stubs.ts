import type { PriceChangeActivities } from '../../../activities/billing';
import { databaseStubs } from '../../stubs';

const database = databaseStubs<PriceChangeActivities>();

export const offerPrices = database('offerPrices', 'Offer the new price to the next subscribers');
export const closePrices = database('closePrices', 'Close what nobody answered');
export const withdrawPrices = database('withdrawPrices', 'Take the offers back');
