import type { TemplateParams } from '../../domain/messages';
import { NEW_MESSAGE } from '../callback-data';
import { instantText, type Place } from '../display';
import { button, type Screen } from '../screen';
import { say } from '../wording';

/** What people are told about a plan that changed. */
export const PLAN_NOTICES = {
  'plan.changed': (params: TemplateParams['plan.changed'], place: Place): Screen => {
    const { locale } = place;
    const plan = locale === 'ru' ? params.planRu : params.planEn;
    const open = button(
      { locale, key: 'button.subscription' },
      { route: 'nav:sub', arg: NEW_MESSAGE },
    );
    return {
      text: say(locale, 'plan.changed', { plan, until: instantText(params.until, place) }),
      rows: [[open]],
    };
  },
};
