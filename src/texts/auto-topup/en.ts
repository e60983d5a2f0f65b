import type { autoTopupRu } from './ru';

export const autoTopupEn: Readonly<Record<keyof typeof autoTopupRu, string>> = {
  'command.autotopup': 'Automatic top-up',
  'button.auto': '🔁 Automatic top-up',
  'button.auto_agree': '✅ I agree, switch on with {card}',
  'button.auto_card': '💳 Pay once and save the card',
  'button.auto_other_card': '💳 Save another card',
  'button.auto_pay': '💳 Pay {amount} and save the card',
  'button.auto_off': '⏸ Switch off',
  'button.auto_withdraw': '🚫 Withdraw consent',
  'button.auto_threshold': '📉 Threshold',
  'button.auto_target': '🎯 Balance to reach',
  'button.auto_cap': '🛡 Daily limit',
  'auto.title': '<b>Automatic top-up</b>',
  'auto.is_on': 'It is on.',
  'auto.is_off': 'It is off. This is how it works:',
  'auto.rule':
    'When less than {threshold} tokens are left, we charge your card so that your balance reaches {target} tokens.',
  'auto.cap': 'Never more than {amount} a day; what does not fit waits for the next day.',
  'auto.card': 'Card: {card}.',
  'auto.waits': 'Next try: {until}.',
  'auto.consent':
    'By pressing “I agree” you allow us to charge this card without you by the rule above. If you already have fewer tokens than the threshold, the first charge happens at once. Every charge comes with a message and a receipt. You can switch it off and withdraw your consent here at any time: /autotopup',
  'auto.no_card':
    'There is no saved card yet. Pay once and let us save it, then switch automatic top-up on with a button of its own.',
  'auto.saving':
    'You now top up {amount} yourself and get {tokens} tokens, and we remember the card. We do not have its number: the payment provider keeps it. Without your separate consent we charge nothing to this card.',
  'auto.tokens': '{tokens} tokens',
  'auto.ask_threshold': 'Below which balance shall we top up?',
  'auto.ask_target': 'Which balance shall it reach?',
  'auto.ask_cap': 'How much may be charged in one day?',
  'auto.done.on': 'Automatic top-up is on',
  'auto.done.off': 'Automatic top-up is off',
  'auto.done.withdraw': 'Consent withdrawn, nothing will be charged',
  'auto.done.change': 'Saved',
  'auto.refused': 'This does not fit any more: the settings have changed. Have a look at them now.',
  'auto.card_gone': 'This card is gone. Please open /autotopup once more.',
  'auto.unavailable': 'Automatic top-up is not offered here at the moment.',
  'auto.no_saver': 'A card cannot be saved right now. Please try later.',
  'auto.made': 'This was an automatic top-up.',
  'method.saved':
    'The card {card} is saved. Without your consent we charge nothing to it. You can switch on automatic top-up now.',
  'auto.deferred':
    'Automatic top-up is waiting: the limit of {amount} is used up. It goes on at {until}. Until then you can top up yourself.',
  'auto.declined':
    'The automatic top-up of {amount} did not go through: the bank declined the card. We try again at {until}. You can also top up yourself.',
  'auto.confirming':
    'Automatic top-up of {amount}: we are checking the charge with the provider. No action is needed, and nothing will be charged twice.',
  'auto.off.declined':
    'Automatic top-up is off: the bank declined the card. Top up yourself, or switch it on again with another card.',
  'auto.off.method':
    'Automatic top-up is off: the card has expired or can no longer be charged. Please save another card.',
  'auto.off.cap':
    'Automatic top-up is off: the daily limit is below the least top-up. Change the limit and switch it on again.',
  'auto.off.other': 'Automatic top-up is off.',
};
