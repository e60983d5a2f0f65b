import type { Locale } from '../../domain/messages';
import type { TextKey } from '../../texts';
import { NEW_MESSAGE, type Route } from '../callback-data';
import { button, type Button, type Screen } from '../screen';

/** The ways out of an unpaid subscription; once it is paid or over, each of them says so (SB-16). */
export function dunningRows(locale: Locale, subscriptionId: string): Screen['rows'] {
  const way = (key: TextKey, route: Route): Button =>
    button({ locale, key }, { route, id: subscriptionId });
  return [
    [way('button.topup', 'dun:top'), way('button.sub_pay_unpaid', 'dun:pay')],
    [way('button.sub_how', 'dun:how'), way('button.dun_later', 'dun:later')],
    [way('button.dun_small', 'dun:small'), way('button.sub_pause', 'dun:pause')],
  ];
}

/** What somebody may want of a renewal that is announced; the message itself stays as it is. */
export function reminderRows(locale: Locale, subscriptionId: string): Screen['rows'] {
  const open = (key: TextKey, route: Route): Button =>
    button({ locale, key }, { route, arg: NEW_MESSAGE });
  const ask = (key: TextKey, route: Route): Button =>
    button({ locale, key }, { route, id: subscriptionId, arg: NEW_MESSAGE });
  return [
    [open('button.topup', 'nav:top'), open('button.subscription', 'nav:sub')],
    [ask('button.sub_cancel', 'sub:cancel'), ask('button.sub_mute', 'sub:mute')],
  ];
}
