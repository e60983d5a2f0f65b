import type { promoRu } from './ru';

export const promoEn: Readonly<Record<keyof typeof promoRu, string>> = {
  'command.promo': 'Promo code',

  'button.promo': '🎟 Promo code',
  'button.promo_remove': '✖️ Without the code',
  'button.promo_forget': '✖️ Forget the code',
  'button.confirm_free': '✅ Confirm',

  'promo.ask': 'Type your promo code. Changed your mind? /cancel',
  'promo.ask_for_quote': 'Type a promo code for this order. Changed your mind? /cancel',
  'promo.kept_already':
    'The code <b>{code}</b> is kept for your next order. Another one replaces it.',
  'promo.try_again': 'Type another code or press /cancel',
  'promo.in_invoice':
    'You have already used this code in invoice #{no}. Cancel the invoice and the code is free again.',
  'promo.accepted': 'The code <b>{code}</b> is accepted.',
  'promo.effect.percent': '• {percent}% off',
  'promo.effect.fixed': '• {amount} off',
  'promo.effect.bonus': '• {tokens} bonus tokens',
  'promo.effect.days': '• the period is {days, plural, one {# day} other {# days}} longer',
  'promo.effect.one_tariff': 'It works for one plan.',
  'promo.until': 'Use it before {until}',
  'promo.next_order': 'It goes into your next order:',
  'promo.to_tariff': '🛍 See the plan',
  'promo.forgotten': 'The code is forgotten. Your next order comes without it.',
  'promo.not_applied': 'The code {code} does not fit this order, so this is the price without it.',

  'quote.promo': 'Promo code: {code}',
  'quote.bonus_days': 'Period longer by {days, plural, one {# day} other {# days}}',
  'invoice.promo': 'Promo code: {code}',
  'invoice.discount': 'Discount: {amount}',
  'invoice.bonus': 'Bonus: {tokens} tokens',
  'invoice.bonus_days': 'Period longer by {days, plural, one {# day} other {# days}}',
  'pay.bonus': 'Bonus of the promo code: {bonus} tokens.',
};
