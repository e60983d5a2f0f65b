import type { MoneyParams, TemplateParams } from '../../domain/messages';
import { NEW_MESSAGE } from '../callback-data';
import { amountText, instantText, tokensText, type Place } from '../display';
import { button, type Screen } from '../screen';
import { say } from '../wording';

type Template = Extract<
  keyof TemplateParams,
  | 'refund.considered'
  | 'refund.declined'
  | `dispute.${string}`
  | 'ops.refund'
  | `ops.dispute${string}`
>;

/** What people and operators are told about money that goes back, or is being fought about. */
export const REFUND_NOTICES: {
  readonly [T in Template]: (params: TemplateParams[T], place: Place) => Screen;
} = {
  'refund.considered': (params, place) => told('refund.considered', params, place),
  'refund.declined': (params, place) => told('refund.declined', params, place),
  'dispute.opened': (params, place) => told('dispute.opened', params, place),
  'dispute.won': (params, place) => told('dispute.won', params, place),
  'dispute.lost': (params, place) => told('dispute.lost', params, place),
  'ops.refund': (params, place) => ({
    text: say(place.locale, 'ops.refund', {
      ...orderOf(params, place),
      ...{ key: params.key, user: params.userId, reason: params.reason },
    }),
    rows: [],
  }),
  'ops.dispute': (params, place) => dispute('ops.dispute', params, place),
  'ops.dispute_due': (params, place) => dispute('ops.dispute_due', params, place),
};

type Told = MoneyParams & {
  readonly no: number;
  readonly balanceUtok?: number;
};

function told(key: Exclude<Template, `ops.${string}`>, params: Told, place: Place): Screen {
  const { locale } = place;
  const { balanceUtok: balance } = params;
  const label = { locale, key: 'button.balance' } as const;
  return {
    text: say(locale, key, {
      ...orderOf(params, place),
      ...(balance === undefined ? {} : { balance: tokensText(balance, locale) }),
    }),
    rows: [[button(label, { route: 'nav:bal', arg: NEW_MESSAGE })]],
  };
}

function dispute(
  key: 'ops.dispute' | 'ops.dispute_due',
  params: TemplateParams['ops.dispute'],
  place: Place,
): Screen {
  const until = instantText(params.until, place);
  const values = { until, key: params.key, user: params.userId };
  return { text: say(place.locale, key, { ...orderOf(params, place), ...values }), rows: [] };
}

function orderOf({ no, amountMinor: minor, currency, exponent }: Told, { locale }: Place) {
  return { no, amount: amountText({ minor, currency, exponent }, locale) };
}
