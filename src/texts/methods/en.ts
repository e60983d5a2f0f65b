import type { methodsRu } from './ru';

export const methodsEn: Readonly<Record<keyof typeof methodsRu, string>> = {
  'command.methods': 'Saved cards',
  'button.methods': '💳 Saved cards',
  'button.method': '💳 {card}',
  'button.method_remove': '🗑 Remove',
  'button.method_remove_yes': '🗑 Yes, remove',
  'methods.title': '<b>Saved cards</b>',
  'methods.none':
    'There are no saved cards. You can save one when you pay: when you buy a plan, or in /autotopup',
  'methods.choose': 'Press a card to see what you agreed to, or to remove it.',
  'methods.card': '<b>{card}</b>',
  'methods.provider': 'Kept by: {provider}',
  'methods.expires': 'Valid until: {month}',
  'methods.saved': 'Saved: {at}',
  'methods.renews': 'Renews the plan “{plan}”, paid until {until}.',
  'methods.tops_up': 'Pays the automatic top-ups.',
  'methods.unused': 'Not used for anything now.',
  'methods.agreed': 'You agreed on {at}:',
  'methods.words': '<blockquote>{words}</blockquote>',
  'methods.words_changed':
    'The words have been changed since. You agreed to version {version}, and that one is in force.',
  'methods.no_consent':
    'You let us keep it when you paid. Without your separate consent we charge nothing to it.',
  'methods.stars':
    'Telegram itself renews a subscription in Stars. Cancel it on the screen of the subscription; we have no card.',
  'methods.ask': '<b>Remove {card}?</b>',
  'methods.follows.renewal':
    'The plan “{plan}” will not renew itself any more. What is paid until {until} stays yours.',
  'methods.follows.topup': 'Automatic top-up will be switched off.',
  'methods.follows.always':
    'Nothing will be charged to this card any more: your consent ends, we forget the card and ask the payment provider to do the same. To use it again you would have to save it anew.',
  'methods.done': 'Removed, nothing will be charged to this card',
  'methods.refused.charging':
    'This card is being charged right now. It can be removed as soon as we know what came of that. Please try later.',
  'methods.refused.not_found': 'This card is gone. Please open /methods once more.',
  'methods.refused.stars':
    'Telegram renews this one. Cancel the subscription on its screen: /subscription',
  'method.removed': 'The card {card} is removed. Nothing will be charged to it any more.',
  'method.removed.renewal':
    'It no longer renews your subscription; what is paid until {until} stays yours.',
  'method.removed.topup': 'Automatic top-up is off.',
};
