import { isOpen } from '../../domain/billing/invoice';
import type { Locale } from '../../domain/messages';
import type { InvoiceView } from '../../reads/billing';
import type { TextKey } from '../../texts';
import type { Route } from '../callback-data';
import { amountText, instantText, tokensText, type Place } from '../display';
import { providersFor, type BotParts, type PaymentChoice } from '../parts';
import { button, lines, linkButton, openButton, type Button, type Screen } from '../screen';
import { receiptButton } from '../receipts/receipts';
import { say } from '../wording';
import { periodOf, providerText } from './plans';

/** What a card needs besides the order: with whom it could be paid. */
export type CardParts = Pick<BotParts, 'paymentProviders'>;

/** An order as its owner sees it, with what can still be done about it. */
export function invoiceScreen(place: Place, parts: CardParts, invoice: InvoiceView): Screen {
  const { locale } = place;
  const period = periodOf(invoice, locale);
  const text = lines(
    say(locale, 'invoice.title', { no: invoice.no }),
    contentsText(invoice, locale),
    '',
    invoice.tokensUtok > 0 &&
      say(locale, 'invoice.tokens', { tokens: tokensText(invoice.tokensUtok, locale) }),
    invoice.tariffKind !== 'topup' &&
      period !== undefined &&
      say(locale, 'invoice.period', { period }),
    ...promoLines(invoice, locale),
    say(locale, 'invoice.amount', { amount: amountText(invoice.amount, locale) }),
    say(locale, 'invoice.provider', { provider: providerText(invoice.provider, locale) }),
    isOpen(invoice.state) &&
      say(locale, 'invoice.until', { until: instantText(invoice.expiresAt, place) }),
    invoice.paidAt !== null &&
      say(locale, 'invoice.paid_at', { at: instantText(invoice.paidAt, place) }),
    '',
    say(locale, stateKey(invoice)),
  );
  return { text, rows: rowsOf(locale, parts, invoice) };
}

/** The state in words; a payment under way hides nothing of an order that is settled already. */
export function stateKey(invoice: InvoiceView): TextKey {
  if (isOpen(invoice.state) && invoice.isConfirming) return 'invoice.state.confirming';
  const isCredited = invoice.state === 'paid' && invoice.fulfilledAs === 'wallet_credit';
  return isCredited ? 'invoice.state.paid_to_wallet' : `invoice.state.${invoice.state}`;
}

/** The other providers an open order could be paid with. */
export function otherMethods(parts: CardParts, invoice: InvoiceView): readonly PaymentChoice[] {
  const fitting = providersFor(parts, invoice.amount.currency);
  return fitting.filter(({ name }) => name !== invoice.provider);
}

/** The choice of another provider for an order. */
export function methodsScreen({ locale }: Place, parts: CardParts, invoice: InvoiceView): Screen {
  const id = invoice.invoiceId;
  const methods = otherMethods(parts, invoice).map(({ name }) => {
    const params = { provider: providerText(name, locale) };
    const label = { locale, key: 'button.confirm_provider', params } as const;
    return [button(label, { route: 'inv:use', id, arg: name })];
  });
  const back = button({ locale, key: 'button.back' }, { route: 'inv:show', id });
  return {
    text: lines(say(locale, 'invoice.title', { no: invoice.no }), say(locale, 'invoice.methods')),
    rows: [...methods, [back]],
  };
}

/** What the promo code did to the order. */
function promoLines(invoice: InvoiceView, locale: Locale): readonly (string | false)[] {
  const { promoCode: code, discountMinor: minor, bonusUtok, bonusDays: days, amount } = invoice;
  const discount = amountText({ ...amount, minor }, locale);
  return [
    code !== null && say(locale, 'invoice.promo', { code }),
    minor > 0 && say(locale, 'invoice.discount', { amount: discount }),
    bonusUtok > 0 && say(locale, 'invoice.bonus', { tokens: tokensText(bonusUtok, locale) }),
    days > 0 && say(locale, 'invoice.bonus_days', { days }),
  ];
}

function contentsText(invoice: InvoiceView, locale: Locale): string {
  return invoice.tariffKind === 'topup'
    ? say(locale, 'invoice.topup')
    : say(locale, 'invoice.contents', { plan: invoice.planName[locale] });
}

function rowsOf(locale: Locale, parts: CardParts, invoice: InvoiceView): Screen['rows'] {
  const menu = openButton(locale, 'button.menu', 'nav:menu');
  if (isOpen(invoice.state)) return [...openRows(locale, parts, invoice), [menu]];
  const isPaid = invoice.state === 'paid' || invoice.state === 'partially_refunded';
  const next = isPaid
    ? openButton(locale, 'button.balance', 'nav:bal')
    : openButton(locale, 'button.topup', 'nav:top');
  const papers = invoice.receipts.slice(0, 5).map((one) => [receiptButton(locale, one)]);
  return [...papers, [next, menu]];
}

/** While a payment is under way, paying again or elsewhere is not offered (PC-11). */
function openRows(locale: Locale, parts: CardParts, invoice: InvoiceView): Screen['rows'] {
  const about = (key: TextKey, route: Route): Button =>
    button({ locale, key }, { route, id: invoice.invoiceId });
  const check = about('button.check', 'inv:chk');
  if (invoice.isConfirming) return [[check]];
  const amount = amountText(invoice.amount, locale);
  const url = invoice.paymentUrl;
  const pay =
    url === null ? [] : [linkButton({ locale, key: 'button.pay', params: { amount } }, url)];
  const other =
    otherMethods(parts, invoice).length > 0 ? [about('button.other_method', 'inv:alt')] : [];
  return [pay, [check], [...other, about('button.cancel_invoice', 'inv:can')]];
}
