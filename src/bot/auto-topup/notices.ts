import type { Locale, TemplateParams } from '../../domain/messages';
import type { TextKey } from '../../texts';
import { NEW_MESSAGE } from '../callback-data';
import { amountText, instantText, type Place } from '../display';
import { button, type Button, type Screen } from '../screen';
import { say } from '../wording';

/** What people are told about what their standing order does, or could not do. */
export const AUTO_TOPUP_NOTICES = {
  'method.saved': ({ label }: TemplateParams['method.saved'], { locale }: Place): Screen => ({
    text: say(locale, 'method.saved', { card: label }),
    rows: [[autoButton(locale)]],
  }),
  'auto.deferred': (params: TemplateParams['auto.deferred'], place: Place): Screen =>
    held('auto.deferred', params, place),
  'auto.declined': (params: TemplateParams['auto.declined'], place: Place): Screen =>
    held('auto.declined', params, place),
  'auto.confirming': (params: TemplateParams['auto.confirming'], { locale }: Place): Screen => ({
    text: say(locale, 'auto.confirming', { amount: amountOf(params, locale) }),
    rows: [],
  }),
  'auto.off': ({ because }: TemplateParams['auto.off'], { locale }: Place): Screen => ({
    text: say(locale, REASONS[because] ?? 'auto.off.other'),
    rows: [[topupButton(locale), autoButton(locale)]],
  }),
};

const REASONS: Readonly<Record<string, TextKey>> = {
  declined: 'auto.off.declined',
  method: 'auto.off.method',
  cap: 'auto.off.cap',
};

function held(
  key: 'auto.deferred' | 'auto.declined',
  params: TemplateParams['auto.deferred'],
  place: Place,
): Screen {
  const { locale } = place;
  const until = instantText(params.until, place);
  return {
    text: say(locale, key, { amount: amountOf(params, locale), until }),
    rows: [[topupButton(locale), autoButton(locale)]],
  };
}

function amountOf(params: TemplateParams['auto.confirming'], locale: Locale): string {
  const { amountMinor: minor, currency, exponent } = params;
  return amountText({ minor, currency, exponent }, locale);
}

/** Opens the standing order under a message, which stays as it is. */
export function autoButton(locale: Locale): Button {
  return button({ locale, key: 'button.auto' }, { route: 'nav:auto', arg: NEW_MESSAGE });
}

function topupButton(locale: Locale): Button {
  return button({ locale, key: 'button.topup' }, { route: 'nav:top', arg: NEW_MESSAGE });
}
