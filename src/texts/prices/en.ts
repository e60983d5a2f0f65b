import type { pricesRu } from './ru';

export const pricesEn: Readonly<Record<keyof typeof pricesRu, string>> = {
  'price.terms': '{amount} ({period})',
  'price.terms_tokens': '{amount} ({period}, {tokens} tokens)',
  'price.offer.title': '<b>A new price for the plan “{plan}”</b>',
  'price.offer.now': 'You pay {old} now.',
  'price.offer.from': 'From {from} it would be {new}, if you agree.',
  'price.offer.next': 'The next period would be {new}, if you agree.',
  'price.offer.silence':
    'You can decide until {until}. Without an answer the price stays as it is.',
  'button.price_yes': '✅ Agree to the new price',
  'button.price_no': '↩️ Keep the old one',
  'price.agreed': 'Agreed: {new} from {from}. Until then everything stays as it is.',
  'price.agreed_next': 'Agreed: the next period is {new}.',
  'price.kept': 'All right, the price stays as it is: {old}.',
  'price.unknown': 'There is no such offer. Your subscription: /subscription',
  'price.next': 'From {from} the new price holds that you agreed to.',
  'next.price': 'the new price begins that you agreed to',
  'price.over':
    'New price of the plan “{plan}”: subscribers asked: {offered}, {accepted} agreed, {kept} declined, {silent} did not answer. Without consent the price stays.',
  'plans.refused.offer_over': 'This offer does not hold any more. Your subscription: /subscription',
  'plans.refused.offer_changed':
    'The subscription is renewed in another way since then, so the amounts differ. Please look again.',

  'offers.price.touched':
    '{count, plural, one {# subscriber pays} other {# subscribers pay}} by older versions.',
  'offers.price.running':
    'New price offered: {offered} of {total}. {accepted} agreed, {kept} declined. Answers until {until}.',
  'offers.button.price': '💬 Offer the new price ({count})',
  'offers.button.unprice': '🚫 Withdraw the offer',
  'offers.price.ask':
    'Offer version {version} of <b>{slug}</b> to those who have an older one: {count, plural, one {# subscriber} other {# subscribers}}.',
  'offers.price.rest':
    'Not asked: {byTelegram} whom Telegram renews, {ending} who are not renewed, {offered} asked before.',
  'offers.price.rule':
    'Only those who agree get the new price. A no, or no answer within {days, plural, one {# day} other {# days}}, keeps the old one.',
  'offers.price.withdraw':
    'Withdraw the offer of the new price: {open, plural, one {# subscriber has} other {# subscribers have}} not answered. Those who agreed pay the new price.',
  'offers.price.withdrawn': 'The offer is withdrawn.',
  'offers.price.not_withdrawn': 'There is nothing to withdraw: the offer is over.',
  'action.offer_prices': 'Offer a new price',
  'admin.refused.newer_version': 'there is a newer version by now',
  'admin.refused.nobody_to_offer': 'there is nobody to offer it to',
  'admin.refused.offer_running': 'an offer for this tariff is still being sent',
};
