import type { TemplateParams } from '../../domain/messages';
import type { Place } from '../display';
import type { Screen } from '../screen';
import { say } from '../wording';
import { offerScreen, planText } from './offer';

/** What subscribers and operators are told about a price that is to change. */
export const PRICE_NOTICES = {
  'price.offer': offerScreen,
  'price.over': (params: TemplateParams['price.over'], place: Place): Screen => {
    const { offered, accepted, kept } = params;
    const silent = Math.max(0, offered - accepted - kept);
    const counted = { offered, accepted, kept, silent, plan: planText(params, place) };
    return { text: say(place.locale, 'price.over', counted), rows: [] };
  },
};
