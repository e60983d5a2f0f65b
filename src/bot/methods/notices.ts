import type { TemplateParams } from '../../domain/messages';
import { NEW_MESSAGE } from '../callback-data';
import { instantText, type Place } from '../display';
import { button, lines, type Screen } from '../screen';
import { say } from '../wording';

/** What people are told about the ways to pay that they left with us. */
export const METHOD_NOTICES = {
  'method.removed': (params: TemplateParams['method.removed'], place: Place): Screen => {
    const { label, renewedUntil, stopsTopup } = params;
    const { locale } = place;
    return {
      text: lines(
        say(locale, 'method.removed', { card: label }),
        renewedUntil !== undefined &&
          say(locale, 'method.removed.renewal', { until: instantText(renewedUntil, place) }),
        stopsTopup !== undefined && say(locale, 'method.removed.topup'),
      ),
      rows: [[button({ locale, key: 'button.methods' }, { route: 'nav:pm', arg: NEW_MESSAGE })]],
    };
  },
};
