import type { subscriptionRu } from './ru';

export const subscriptionEn: Readonly<Record<keyof typeof subscriptionRu, string>> = {
  'sub.reminder': 'Your subscription ends {when}. We will take {fee} tokens; balance {balance}.',
  'sub.reminder.card': 'Your subscription ends {when}. We will charge {amount} to your saved card.',
  'sub.reminder.stars': 'Your subscription ends {when}. Telegram will charge {amount}.',
  'sub.reminder.none':
    'Your subscription ends {when}. It does not renew by itself and nothing is charged. Your balance {balance} is kept.',
  'sub.topup': 'Top up, and the subscription will renew by itself.',
  'sub.reminder.late': 'This reminder came later than it was due: we are sorry.',
  'sub.renewed': 'Subscription renewed until {until}. Charged {fee}.',
  'sub.renewed.fee': '{amount} tokens',
  'sub.renewed.balance': 'Balance: {balance}.',
  'sub.failed': 'Renewal failed: {reason}. Next try {next}. Access: {access}.',
  'sub.failed.last': 'Renewal failed: {reason}. There will be no further try. Access: {access}.',
  'sub.failed.any_way': 'Top up, or choose another way to pay.',
  'sub.failed.other_way': 'Please choose another way to pay.',
  'sub.reason.insufficient': 'the balance is {missing} tokens short',
  'sub.reason.stopped': 'charges on your account are stopped at the moment',
  'sub.reason.not_payable': 'this plan no longer renews this way',
  'sub.reason.declined': 'your bank declined the charge',
  'sub.reason.refused': 'your bank refused this card for good',
  'sub.reason.no_method': 'the saved card cannot be charged any more',
  'sub.reason.no_charge': 'no payment came in',
  'sub.access': 'Access: {access}.',
  'sub.access.full': 'still full',
  'sub.access.restricted': 'limited, no new work can be started',
  'sub.access.none': 'none',
  'quote.renew_card':
    'You can save your card with this payment: the subscription then renews by itself for {amount} each period.',
  'quote.renew_consent':
    'By pressing “Pay and renew by card” you let us keep the card and charge the price of the plan to it without you on the day of renewal and, if that fails, on the following days until the subscription ends. We remind you before a charge, and each charge comes with a message and a receipt. You can stop it at any time: /subscription',
  'quote.renew_stars':
    'You can subscribe in Telegram: it then charges {amount} every 30 days, and you can cancel at any time.',
  'button.renew_card': '🔁 Pay and renew by card',
  'button.renew_card_at': '🔁 Pay and renew by card: {provider}',
  'button.renew_stars': '🔁 Subscribe in Telegram',
  'sub.paid': 'Subscription renewed until {until}. Paid {amount}. Balance: {balance}.',
  'sub.paid.tokens': '{tokens} tokens added.',
  'sub.confirming':
    'We are checking with the provider whether {amount} was charged to renew your subscription. We will not charge twice; no action is needed.',
  'sub.cancelled_refund':
    'You cancelled the subscription while {amount} was being charged. The charge went through, so we are sending the money back.',
  'sub.restricted':
    'Your subscription is still unpaid and access is now limited: no new work can be started. Without a payment it ends {until}.',
  'sub.expired': 'Subscription ended. Your balance {balance} is kept.',
  'sub.paused':
    '⏸ Your subscription is paused until {until}: nothing is charged, and there is no access. Then it goes on by itself.',
  'sub.resumed': '▶️ Your subscription goes on. It is paid until {until}.',
  'sub.resumed.unpaid':
    '▶️ The pause is over. The period is unpaid since {until}: we go on trying to charge it.',
  'sub.given': 'The next period is free for you: the subscription runs until {until}.',
  'ops.free_periods':
    'Subscription {subscription} of user {user}: {count, plural, one {# period} other {# periods}} passed while the system was down and {count, plural, one {is} other {are}} free.',
};
