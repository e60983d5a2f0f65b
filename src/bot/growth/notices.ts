import type { PlanParams, TemplateParams } from '../../domain/messages';
import { NEW_MESSAGE } from '../callback-data';
import { amountText, instantText, tokensText, type Place } from '../display';
import { receiptButton } from '../receipts/receipts';
import { button, type Button, type Screen } from '../screen';
import { say } from '../wording';

/** What people are told about trials, gifts and invitations. */
export const GROWTH_NOTICES = {
  'trial.started': (params: TemplateParams['trial.started'], place: Place): Screen => {
    const { locale } = place;
    const key = params.tokensUtok > 0 ? 'trial.started' : 'trial.started_period';
    return {
      text: say(locale, key, {
        plan: planOf(params, place),
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
  'gift.ready': (params: TemplateParams['gift.ready'], place: Place): Screen => {
    const { locale } = place;
    const { amountMinor: minor, currency, exponent, receiptId, receiptNo: no } = params;
    const text = say(locale, 'gift.ready', {
      amount: amountText({ minor, currency, exponent }, locale),
      plan: planOf(params, place),
      until: instantText(params.until, place),
    });
    const hasReceipt = receiptId !== undefined && no !== undefined;
    return {
      text: hasReceipt ? `${text} ${say(locale, 'receipt.no', { no })}` : text,
      rows: [
        [linkToGift(params.giftId, place)],
        hasReceipt ? [receiptButton(locale, { receiptId, no })] : [],
      ],
    };
  },
  'gift.reminder': (params: TemplateParams['gift.reminder'], place: Place): Screen => ({
    text: say(place.locale, 'gift.reminder', {
      plan: planOf(params, place),
      until: instantText(params.until, place),
    }),
    rows: [[linkToGift(params.giftId, place)]],
  }),
  'gift.received': (params: TemplateParams['gift.received'], place: Place): Screen => {
    const { locale } = place;
    const { until } = params;
    const withTokens = until === undefined ? 'gift.received_tokens' : 'gift.received_both';
    const key = params.tokensUtok > 0 ? withTokens : 'gift.received_period';
    return {
      text: say(locale, key, {
        plan: planOf(params, place),
        tokens: tokensText(params.tokensUtok, locale),
        balance: tokensText(params.balanceUtok, locale),
        until: until === undefined ? '' : instantText(until, place),
      }),
      rows: [[balanceButton(place)]],
    };
  },
  'gift.claimed': (params: TemplateParams['gift.claimed'], place: Place): Screen => ({
    text: say(place.locale, 'gift.claimed', { plan: planOf(params, place) }),
    rows: [],
  }),
  'gift.returned': (params: TemplateParams['gift.returned'], place: Place): Screen => {
    const { locale } = place;
    return {
      text: say(locale, params.tokensUtok > 0 ? 'gift.returned' : 'gift.returned_money', {
        plan: planOf(params, place),
        tokens: tokensText(params.tokensUtok, locale),
        balance: tokensText(params.balanceUtok, locale),
      }),
      rows: [[balanceButton(place)]],
    };
  },
  'referral.held': (params: TemplateParams['referral.held'], place: Place): Screen => {
    const tokens = tokensText(params.tokensUtok, place.locale);
    const until = instantText(params.until, place);
    return { text: say(place.locale, 'referral.held', { tokens, until }), rows: [] };
  },
  'referral.paid': (params: TemplateParams['referral.paid'], place: Place): Screen => {
    const { locale } = place;
    const tokens = tokensText(params.tokensUtok, locale);
    const balance = tokensText(params.balanceUtok, locale);
    return {
      text: say(locale, 'referral.paid', { tokens, balance }),
      rows: [[balanceButton(place)]],
    };
  },
  'referral.void': (params: TemplateParams['referral.void'], { locale }: Place): Screen => {
    const tokens = tokensText(params.tokensUtok, locale);
    return { text: say(locale, 'referral.void', { tokens }), rows: [] };
  },
  'referral.thanks': (_params: TemplateParams['referral.thanks'], { locale }: Place): Screen => ({
    text: say(locale, 'referral.thanks'),
    rows: [],
  }),
};

function planOf({ planRu, planEn }: PlanParams, { locale }: Place): string {
  return locale === 'ru' ? planRu : planEn;
}

function linkToGift(giftId: string, { locale }: Place): Button {
  return button(
    { locale, key: 'button.gift_link' },
    { route: 'gift:show', id: giftId, arg: NEW_MESSAGE },
  );
}

function balanceButton({ locale }: Place): Button {
  return button({ locale, key: 'button.balance' }, { route: 'nav:bal', arg: NEW_MESSAGE });
}
