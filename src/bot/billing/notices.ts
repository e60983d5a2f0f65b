import type {
  BonusParams,
  Locale,
  OutboxTemplate,
  ReceiptParams,
  TemplateParams,
} from '../../domain/messages';
import type { TextKey } from '../../texts';
import { AUTO_TOPUP_NOTICES, autoButton } from '../auto-topup/notices';
import { BROADCAST_NOTICES } from '../approvals/broadcast-notices';
import { DIGEST_NOTICES } from '../admin/digest';
import { WATCH_NOTICES } from '../admin/watch-notices';
import { APPROVAL_NOTICES } from '../approvals/notices';
import { GROWTH_NOTICES } from '../growth/notices';
import { LIMIT_NOTICES } from '../limits/notices';
import { METHOD_NOTICES } from '../methods/notices';
import { PLAN_NOTICES } from '../plans/notices';
import { PRICE_NOTICES } from '../prices/notices';
import { NEW_MESSAGE, type Route } from '../callback-data';
import { amountText, instantText, tokensText, type Place } from '../display';
import { receiptButton } from '../receipts/receipts';
import { REFUND_NOTICES } from '../refunds/notices';
import { SUBSCRIPTION_NOTICES } from '../subscription/notices';
import { PRIVACY_NOTICES } from '../privacy/notices';
import { button, lines, type Button, type Screen } from '../screen';
import { say, type TextParams } from '../wording';

type Renderers = {
  readonly [T in OutboxTemplate]: (params: TemplateParams[T], place: Place) => Screen;
};

/** A stored message as a person sees it; undefined when this build knows no such template. */
export function renderNotice(
  notice: { template: string; params: Readonly<Record<string, string | number>> },
  place: Place,
): Screen | undefined {
  if (!Object.hasOwn(RENDERERS, notice.template)) return undefined;
  const render = RENDERERS[notice.template as OutboxTemplate];
  return render(notice.params as never, place);
}

const RENDERERS: Renderers = {
  ...GROWTH_NOTICES,
  ...LIMIT_NOTICES,
  ...PLAN_NOTICES,
  ...PRICE_NOTICES,
  ...AUTO_TOPUP_NOTICES,
  ...METHOD_NOTICES,
  'pay.ok.topup': topupReceipt,
  'pay.ok.activated': (params, place) => receipt('pay.ok.activated', params, place),
  'pay.ok.order': orderReceipt,
  'pay.ok.fee_missing': (params, place) => {
    const screen = again('pay.ok.fee_missing', params, place);
    return withReceipt(screen, params, place);
  },
  'pay.late.wallet': (params, place) => receipt('pay.late.wallet', params, place),
  'pay.late.honoured': (params, place) => receipt('pay.late.honoured', params, place),
  'pay.late.suspense': (params, place) => worry('pay.late.suspense', params, place),
  'pay.duplicate.wallet': (params, place) => receipt('pay.duplicate.wallet', params, place),
  'pay.duplicate.refund': (params, place) => receipt('pay.duplicate.refund', params, place),
  'pay.quarantine': (params, place) => worry('pay.quarantine', params, place),
  'pay.refunded': (params, place) => receipt('pay.refunded', params, place),
  'pay.confirming': (params, place) => aboutOrder('pay.confirming', params, place),
  'pay.failed': (params, place) => failed(params, place),
  'inv.reminder': (params, place) => aboutOrder('inv.reminder', params, place),
  'inv.expired': (params, place) => again('inv.expired', params, place),
  'inv.cancelled': (params, place) => again('inv.cancelled', params, place),
  'inv.unavailable': (params, place) => again('inv.unavailable', params, place),
  ...SUBSCRIPTION_NOTICES,
  'tokens.granted': (params, place) => receipt('tokens.granted', params, place),
  'tokens.taken': (params, place) => receipt('tokens.taken', params, place),
  'lot.expiring': (params, place) => receipt('lot.expiring', params, place),
  'lot.expired': (params, place) => again('lot.expired', params, place),
  ...APPROVAL_NOTICES,
  ...REFUND_NOTICES,
  'refund.done': (params, place) => receipt('refund.done', params, place),
  ...PRIVACY_NOTICES,
  ...BROADCAST_NOTICES,
  ...DIGEST_NOTICES,
  'ops.open_item': openItem,
  ...WATCH_NOTICES,
  'ops.payment': (params, { locale }) => ({
    text: say(locale, 'ops.payment', {
      amount: amountOf(params, locale) ?? '',
      no: params.no,
      user: params.userId,
    }),
    rows: [],
  }),
  'ops.stuck': ({ workflowId, activity, tries, reason }, { locale }) => ({
    text: say(locale, 'ops.stuck', { workflow: workflowId, activity, tries, reason }),
    rows: [],
  }),
  'ops.incident': (params, { locale }) => ({
    text: say(locale, 'ops.incident', { incident: params.incidentId, summary: params.summary }),
    rows: [],
  }),
};

function receipt(key: TextKey, params: object, place: Place): Screen {
  const text = lines(say(place.locale, key, readable(params, place)), bonusLine(params, place));
  return withReceipt({ text, rows: [[balanceButton(place.locale)]] }, params, place);
}

/** A charge that nobody made by hand says so, and shows where it can be switched off. */
function topupReceipt(params: TemplateParams['pay.ok.topup'], place: Place): Screen {
  const screen = receipt('pay.ok.topup', params, place);
  if (params.isAutomatic === undefined) return screen;
  const { locale } = place;
  const text = lines(say(locale, 'auto.made'), screen.text);
  return { text, rows: [...screen.rows, [autoButton(locale)]] };
}

function bonusLine({ bonusUtok }: BonusParams, { locale }: Place): string | undefined {
  if (bonusUtok === undefined) return undefined;
  return say(locale, 'pay.bonus', { bonus: tokensText(bonusUtok, locale) });
}

/** The number of the receipt after the words, and the button that makes its document (NT-3). */
function withReceipt(screen: Screen, params: ReceiptParams, { locale }: Place): Screen {
  const { receiptId, receiptNo: no } = params;
  if (receiptId === undefined || no === undefined) return screen;
  const text = `${screen.text} ${say(locale, 'receipt.no', { no })}`;
  return { text, rows: [[receiptButton(locale, { receiptId, no })], ...screen.rows] };
}

function orderReceipt(params: TemplateParams['pay.ok.order'], place: Place): Screen {
  const hasTokens = params.tokensUtok > 0;
  const period = hasTokens ? 'pay.ok.order_both' : 'pay.ok.order_period';
  const plan = place.locale === 'ru' ? params.planRu : params.planEn;
  const values = { ...readable(params, place), plan };
  const key = params.until === undefined ? 'pay.ok.order_tokens' : period;
  const text = lines(say(place.locale, key, values), bonusLine(params, place));
  return withReceipt({ text, rows: [[balanceButton(place.locale)]] }, params, place);
}

/** Something people will want to ask about. */
function worry(key: TextKey, params: object, place: Place): Screen {
  return {
    text: say(place.locale, key, readable(params, place)),
    rows: [[ask(place.locale, 'button.help', 'nav:help'), balanceButton(place.locale)]],
  };
}

function aboutOrder(
  key: TextKey,
  params: { readonly no: number; readonly invoiceId?: string },
  place: Place,
): Screen {
  const { invoiceId: id, no } = params;
  const open = { locale: place.locale, key: 'button.open_invoice', params: { no } } as const;
  return {
    text: say(place.locale, key, readable(params, place)),
    rows: id === undefined ? [] : [[button(open, { route: 'inv:show', id, arg: NEW_MESSAGE })]],
  };
}

/** A payment that failed is offered another way at once; the choice says so where there is none. */
function failed(params: TemplateParams['pay.failed'], place: Place): Screen {
  const { text, rows } = aboutOrder('pay.failed', params, place);
  const { invoiceId: id } = params;
  if (id === undefined) return { text, rows };
  const label = { locale: place.locale, key: 'button.other_method' } as const;
  return { text, rows: [...rows, [button(label, { route: 'inv:alt', id, arg: NEW_MESSAGE })]] };
}

function again(key: TextKey, params: object, place: Place): Screen {
  return {
    text: say(place.locale, key, readable(params, place)),
    rows: [[ask(place.locale, 'button.topup', 'nav:top'), balanceButton(place.locale)]],
  };
}

function openItem(params: TemplateParams['ops.open_item'], { locale }: Place): Screen {
  const { kind, key, reason } = params;
  const amount = amountOf(params, locale);
  const text =
    amount === undefined
      ? say(locale, 'ops.open_item', { kind, key, reason })
      : say(locale, 'ops.open_item_amount', { kind, key, reason, amount });
  return { text, rows: [] };
}

function ask(locale: Locale, key: TextKey, route: Route): Button {
  return button({ locale, key }, { route, arg: NEW_MESSAGE });
}

function balanceButton(locale: Locale): Button {
  return ask(locale, 'button.balance', 'nav:bal');
}

/** The members every template shares, as people read them. */
function readable(params: object, place: Place): TextParams {
  const row = params as Readonly<Record<string, string | number | undefined>>;
  const { locale } = place;
  const tokens = (name: string): string | undefined => {
    const value = row[`${name}Utok`];
    return typeof value === 'number' ? tokensText(value, locale) : undefined;
  };
  const until = row['until'];
  return defined({
    amount: amountOf(row, locale),
    no: row['no'],
    until: typeof until === 'string' ? instantText(until, place) : undefined,
    tokens: tokens('tokens'),
    balance: tokens('balance'),
    fee: tokens('fee'),
    missing: tokens('missing'),
  });
}

function amountOf(params: object, locale: Locale): string | undefined {
  const {
    amountMinor: minor,
    currency,
    exponent,
  } = params as Partial<TemplateParams['pay.refunded']>;
  if (minor === undefined || currency === undefined || exponent === undefined) return undefined;
  return amountText({ minor, currency, exponent }, locale);
}

function defined(values: Readonly<Record<string, string | number | undefined>>): TextParams {
  return Object.fromEntries(
    Object.entries(values).filter(
      (entry): entry is [string, string | number] => entry[1] !== undefined,
    ),
  );
}
