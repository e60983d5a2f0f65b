import type { Locale, TemplateParams } from '../../domain/messages';
import type { TextKey } from '../../texts';
import { NEW_MESSAGE } from '../callback-data';
import { receiptButton } from '../receipts/receipts';
import { amountText, instantText, tokensText, type Place } from '../display';
import { button, lines, type Screen } from '../screen';
import { say } from '../wording';
import { dunningRows, reminderRows } from './notice-buttons';
import { missingText } from './words';

/** What the owner of a subscription and the operators are told about its course. */
export const SUBSCRIPTION_NOTICES = {
  'sub.reminder': reminder,
  'sub.renewed': renewed,
  'sub.paid': paid,
  'sub.confirming': (params: TemplateParams['sub.confirming'], { locale }: Place): Screen =>
    withSubscription(locale, [
      say(locale, 'sub.confirming', { amount: moneyText(params, locale) }),
    ]),
  'sub.cancelled_refund': (
    params: TemplateParams['sub.cancelled_refund'],
    { locale }: Place,
  ): Screen =>
    withSubscription(locale, [
      say(locale, 'sub.cancelled_refund', { amount: moneyText(params, locale) }),
    ]),
  'sub.failed': failure,
  'sub.restricted': restricted,
  'sub.expired': (params: TemplateParams['sub.expired'], { locale }: Place): Screen =>
    withSubscription(locale, [
      say(locale, 'sub.expired', { balance: tokensText(params.balanceUtok, locale) }),
    ]),
  'sub.paused': (params: TemplateParams['sub.paused'], place: Place): Screen =>
    withCard(place.locale, say(place.locale, 'sub.paused', untilOf(params, place))),
  'sub.resumed': (params: TemplateParams['sub.resumed'], place: Place): Screen => {
    const key = params.isUnpaid === 1 ? 'sub.resumed.unpaid' : 'sub.resumed';
    return withCard(place.locale, say(place.locale, key, untilOf(params, place)));
  },
  'sub.given': (params: TemplateParams['sub.given'], place: Place): Screen =>
    withCard(place.locale, say(place.locale, 'sub.given', untilOf(params, place))),
  'ops.free_periods': (params: TemplateParams['ops.free_periods'], { locale }: Place): Screen => ({
    text: say(locale, 'ops.free_periods', {
      user: params.userId,
      count: params.count,
      subscription: params.subscriptionId,
    }),
    rows: [],
  }),
};

function untilOf({ until }: { readonly until: string }, place: Place) {
  return { until: instantText(until, place) };
}

/** Words that ask for no payment, with the way to the subscription. */
function withCard(locale: Locale, text: string): Screen {
  const open = { route: 'nav:sub', arg: NEW_MESSAGE } as const;
  return { text, rows: [[button({ locale, key: 'button.subscription' }, open)]] };
}

function withSubscription(locale: Locale, text: readonly (string | false)[]): Screen {
  const topup = button({ locale, key: 'button.topup' }, { route: 'nav:top', arg: NEW_MESSAGE });
  const open = button(
    { locale, key: 'button.subscription' },
    { route: 'nav:sub', arg: NEW_MESSAGE },
  );
  return { text: lines(...text), rows: [[topup, open]] };
}

function moneyText(
  params: { readonly amountMinor: number; readonly currency: string; readonly exponent: number },
  locale: Locale,
): string {
  const { amountMinor: minor, currency, exponent } = params;
  return amountText({ minor, currency, exponent }, locale);
}

function renewed(params: TemplateParams['sub.renewed'], place: Place): Screen {
  const { locale } = place;
  const fee = say(locale, 'sub.renewed.fee', { amount: tokensText(params.feeUtok, locale) });
  const until = instantText(params.until, place);
  const balance = tokensText(params.balanceUtok, locale);
  const text = `${say(locale, 'sub.renewed', { until, fee })} ${say(locale, 'sub.renewed.balance', { balance })}`;
  return withSubscription(locale, [text]);
}

/** What money renewed, with its receipt. */
function paid(params: TemplateParams['sub.paid'], place: Place): Screen {
  const { locale } = place;
  const amount = moneyText(params, locale);
  const balance = tokensText(params.balanceUtok, locale);
  const until = instantText(params.until, place);
  const screen = withSubscription(locale, [
    say(locale, 'sub.paid', { amount, until, balance }),
    params.tokensUtok > 0 &&
      say(locale, 'sub.paid.tokens', { tokens: tokensText(params.tokensUtok, locale) }),
  ]);
  const { receiptId, receiptNo: no } = params;
  if (receiptId === undefined || no === undefined) return screen;
  const text = `${screen.text} ${say(locale, 'receipt.no', { no })}`;
  return { text, rows: [[receiptButton(locale, { receiptId, no })], ...screen.rows] };
}

function reminder(params: TemplateParams['sub.reminder'], place: Place): Screen {
  const { locale } = place;
  const text = lines(
    endText(params, place),
    params.missingUtok !== undefined && missingText(locale, params.missingUtok),
    params.isLate === 1 && say(locale, 'sub.reminder.late'),
  );
  return { text, rows: reminderRows(locale, params.subscriptionId) };
}

/** When the period ends, and what then pays the next one. */
function endText(params: TemplateParams['sub.reminder'], place: Place): string {
  const { locale } = place;
  const when = instantText(params.until, place);
  const balance = tokensText(params.balanceUtok, locale);
  const { feeUtok, amountMinor, currency, exponent } = params;
  if (feeUtok !== undefined) {
    return say(locale, 'sub.reminder', { when, fee: tokensText(feeUtok, locale), balance });
  }
  if (amountMinor === undefined || currency === undefined || exponent === undefined) {
    return say(locale, 'sub.reminder.none', { when, balance });
  }
  const amount = moneyText({ amountMinor, currency, exponent }, locale);
  const key = params.driver === 'stars' ? 'sub.reminder.stars' : 'sub.reminder.card';
  return say(locale, key, { when, amount });
}

/** Unpaid still: the same ways out as under the message about the failed try. */
function restricted(params: TemplateParams['sub.restricted'], place: Place): Screen {
  const { locale } = place;
  const { subscriptionId } = params;
  const text = say(locale, 'sub.restricted', untilOf(params, place));
  // Messages of before do not name the subscription.
  if (subscriptionId === undefined) return withSubscription(locale, [text]);
  return { text, rows: dunningRows(locale, subscriptionId) };
}

function failure(params: TemplateParams['sub.failed'], place: Place): Screen {
  const { locale } = place;
  const { missingUtok: missing = 0, next } = params;
  const access = say(locale, `sub.access.${params.access}` as TextKey);
  const reason = say(locale, `sub.reason.${params.reason}` as TextKey, {
    missing: tokensText(missing, locale),
  });
  const text = lines(
    next === undefined
      ? say(locale, 'sub.failed.last', { reason, access })
      : say(locale, 'sub.failed', { reason, access, next: instantText(next, place) }),
    wayOut(params, locale),
  );
  return { text, rows: dunningRows(locale, params.subscriptionId) };
}

/** A method that is over asks for another one; where no try follows, money helps as well (SB-11). */
function wayOut({ reason, next }: TemplateParams['sub.failed'], locale: Locale): string | false {
  if (reason === 'refused' || reason === 'no_method') return say(locale, 'sub.failed.other_way');
  return next === undefined && say(locale, 'sub.failed.any_way');
}
