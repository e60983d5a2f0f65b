import type { TemplateParams } from '../../domain/messages';
import { NEW_MESSAGE } from '../callback-data';
import { instantText, tokensText, type Place } from '../display';
import { button, type Button, type Screen } from '../screen';
import { say } from '../wording';

/** What people are told about trials. */
export const GROWTH_NOTICES = {
  'trial.started': (params: TemplateParams['trial.started'], place: Place): Screen => {
    const { locale } = place;
    const key = params.tokensUtok > 0 ? 'trial.started' : 'trial.started_period';
    return {
      text: say(locale, key, {
        plan: locale === 'ru' ? params.planRu : params.planEn,
        until: instantText(params.until, place),
        tokens: tokensText(params.tokensUtok, locale),
        balance: tokensText(params.balanceUtok, locale),
      }),
      rows: [[balanceButton(place)]],
    };
  },
  'trial.ending': (params: TemplateParams['trial.ending'], place: Place): Screen => {
    const { locale } = place;
    const balance = tokensText(params.balanceUtok, locale);
    const plans = button({ locale, key: 'button.tariffs' }, { route: 'nav:tar', arg: NEW_MESSAGE });
    return {
      text: say(locale, 'trial.ending', { until: instantText(params.until, place), balance }),
      rows: [[plans, balanceButton(place)]],
    };
  },
};

function balanceButton({ locale }: Place): Button {
  return button({ locale, key: 'button.balance' }, { route: 'nav:bal', arg: NEW_MESSAGE });
}
