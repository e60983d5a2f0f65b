import type { LimitParams, Locale, TemplateParams } from '../../domain/messages';
import { autoButton } from '../auto-topup/notices';
import { NEW_MESSAGE, type Route } from '../callback-data';
import { instantText, tokensText, type Place } from '../display';
import { button, type Button, type Screen } from '../screen';
import { say, sayPlainly, type TextParams } from '../wording';
import type { TextKey } from '../../texts';

/** What people and operators are told when tokens run low or a limit fills. */
export const LIMIT_NOTICES = {
  'low.balance': lowBalance,
  'limit.reached': (params: TemplateParams['limit.reached'], place: Place): Screen => ({
    text: say(
      place.locale,
      params.percent >= 100 ? 'limit.reached_all' : 'limit.reached',
      figures(params, place),
    ),
    rows: [[balanceButton(place.locale)]],
  }),
  'ops.limit': (params: TemplateParams['ops.limit'], place: Place): Screen => {
    const { scope, name } = params;
    return {
      text: say(place.locale, 'ops.limit', { ...figures(params, place), scope, name }),
      rows: [],
    };
  },
};

/** Plain words, whatever happened: nobody is blamed for work that was delivered (TC-9). */
function lowBalance(
  { balanceUtok, offersAuto }: TemplateParams['low.balance'],
  { locale }: Place,
): Screen {
  const rows = [
    [open(locale, 'button.topup', 'nav:top'), balanceButton(locale)],
    offersAuto === undefined ? [] : [autoButton(locale)],
  ];
  if (balanceUtok > 0) {
    return { text: say(locale, 'low.balance', { balance: tokensText(balanceUtok, locale) }), rows };
  }
  if (balanceUtok === 0) return { text: say(locale, 'low.empty'), rows };
  return { text: say(locale, 'low.debt', { debt: tokensText(-balanceUtok, locale) }), rows };
}

function figures(params: LimitParams, place: Place): TextParams {
  const { locale } = place;
  return {
    percent: params.percent,
    window: sayPlainly(locale, `limit.window.${params.window}`),
    limit: tokensText(params.limitUtok, locale),
    used: tokensText(params.usedUtok, locale),
    until: instantText(params.until, place),
  };
}

function balanceButton(locale: Locale): Button {
  return open(locale, 'button.balance', 'nav:bal');
}

function open(locale: Locale, key: TextKey, route: Route): Button {
  return button({ locale, key }, { route, arg: NEW_MESSAGE });
}
