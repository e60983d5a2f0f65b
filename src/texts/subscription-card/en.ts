import type { subscriptionCardRu } from './ru';

export const subscriptionCardEn: Readonly<Record<keyof typeof subscriptionCardRu, string>> = {
  'command.upcoming': "What's next",

  'sub.card.charge_tokens':
    'We will take {fee} tokens from your balance {at}. Available now: {balance}.',
  'sub.card.charge_card': 'We will charge {amount} to your card {card} {at}.',
  'sub.card.charge_stars': 'Telegram will charge {amount}; we wait for it until {at}.',
  'sub.card.charge_unknown': 'It will renew by itself {at}.',
  'sub.card.not_renewing': 'Auto-renewal is off: access ends {until} and nothing will be charged.',
  'sub.card.cancelled': 'Cancelled: you have access until {until}, then nothing will be charged.',
  'sub.card.unpaid': 'The period ended {since} and is not paid on yet.',
  'sub.card.unpaid_end': 'Without a payment the subscription ends {at}.',
  'sub.card.no_try':
    'We will not charge by ourselves any more: it needs your payment or another way to pay.',
  'sub.card.confirming':
    '⏳ We are checking the charge with the payment provider. No action is needed; nothing is charged twice.',
  'sub.card.paused':
    'Paused until {until}: nothing is charged and there is no access. Your paid days are kept.',
  'sub.card.pause_planned': 'A pause of {days, plural, one {# day} other {# days}} begins {from}.',
  'sub.card.muted': '🔕 Renewal reminders are off.',
  'sub.driver.wallet': 'Renewed from: balance',
  'sub.driver.saved_method': 'Renewed from: card {card}',
  'sub.driver.stars': 'Renewed from: Telegram Stars',
  'sub.driver.none': 'Renewed from: nothing',

  'button.sub_pay': '✅ Renew now',
  'button.sub_pay_unpaid': '💳 Pay now',
  'button.sub_auto_off': '🔁 Auto-renewal: on',
  'button.sub_auto_on': '🔁 Auto-renewal: off',
  'button.sub_how': '💳 Way to pay',
  'button.sub_pause': '⏸ Pause',
  'button.sub_resume': '▶️ Resume',
  'button.sub_cancel': '🚫 Cancel',
  'button.sub_stay': '↩️ Keep the subscription',
  'button.sub_mute': '🔕 No reminders',
  'button.sub_unmute': '🔔 Remind me',
  'button.sub_next': "🗓 What's next",
  'button.sub_move': '🕙 Move the payment',
  'button.sub_back': '⬅️ Subscription',

  'sub.gone': 'This button belongs to another subscription. The present one: /subscription',
  'sub.over': 'This subscription has ended already. Begin again: /subscription',
  'sub.unclear': 'That does not work. Open the subscription again: /subscription',
  'sub.refused.not_live': 'This subscription has ended already. Begin again: /subscription',
  'sub.refused.not_owner':
    'This button belongs to another subscription. The present one: /subscription',
  'sub.refused.wrong_state': 'No need for that now: the subscription has moved on.',
  'sub.refused.confirming':
    'We are checking the last charge. As soon as we know its outcome, this will be possible.',
  'sub.refused.too_late': 'Too late: that time has passed or is too far away.',
  'sub.refused.pause_too_long':
    'That pause is too long: the most is {days, plural, one {# day} other {# days}}.',
  'sub.refused.pauses_used_up': 'You have used up the pauses of this year.',
  'sub.refused.no_method': 'This card is gone. Choose another way to pay.',
  'sub.refused.no_consent': 'Charging a card needs your consent. Choose the card once more.',
  'sub.refused.not_renewable': 'This plan does not renew this way.',
  'sub.refused.tries_used_up':
    'You have tried often enough for this period. Top up, or choose another way to pay.',
  'sub.refused.money_frozen':
    'Charges on your account are stopped at the moment. Write to support: /paysupport',

  'sub.done.cancelled': 'Subscription cancelled. You have access until {until}.',
  'sub.done.expired': 'Subscription ended. Nothing more will be charged.',
  'sub.done.waiting': 'Cancelled. We wait for the outcome of the last charge and will tell you.',
  'sub.done.kept': 'All right, the subscription stays.',
  'sub.done.paused': 'Subscription paused until {until}.',
  'sub.done.pause_planned': 'The pause begins {until}.',
  'sub.done.resumed': 'The pause is over, welcome back!',
  'sub.done.pause_withdrawn': 'There will be no pause, all goes on as it was.',
  'sub.done.muted': 'No more reminders. If something fails, we will still tell you.',
  'sub.done.audible': 'We will remind you before each renewal.',
  'sub.done.driver_wallet': 'Done: it renews from your balance.',
  'sub.done.driver_card': 'Done: it renews from your card.',
  'sub.done.driver_none': 'Auto-renewal is off.',
  'sub.done.moved': 'All right, we will try {at}.',
  'sub.done.trying': 'We are trying to charge right now and will tell you how it went.',

  'sub.cancel.ask':
    'Cancel the subscription? You keep access until {until}, then nothing will be charged. Until that day you can change your mind.',
  'sub.cancel.ask_now': 'End the subscription? It stops at once: no paid time is left.',
  'sub.cancel.ask_paused':
    'End the subscription? It is paused and stops at once; the days that are left are lost.',
  'button.sub_stop': '🚫 Yes, cancel',
  'button.sub_keep_it': 'No, keep it',

  'sub.pause.ask':
    'For how many days should the subscription pause? Meanwhile nothing is charged, there is no access, and the end moves.',
  'sub.pause.days': '{days, plural, one {# day} other {# days}}',
  'sub.pause.other': 'Another number',
  'sub.pause.type': 'Type the number of days, from 1 to {most}. Changed your mind? /cancel',
  'sub.pause.misunderstood':
    'It takes a whole number of days from 1 to {most}. Changed your mind? /cancel',
  'sub.pause.when': 'A pause of {days, plural, one {# day} other {# days}}. When should it begin?',
  'button.pause_end': 'When the period ends: {until}',
  'button.pause_now': 'Now, keeping the rest',

  'sub.how.title': '<b>What renews the subscription</b>',
  'sub.how.tokens': 'Your balance: the fee is taken in tokens on the day of renewal.',
  'sub.how.card': 'Your card: {amount} for a period.',
  'sub.how.no_card':
    'There is no saved card yet. Pay the next period early by a new card: if you agree, we keep it, and it renews the subscription from then on.',
  'sub.how.no_way': 'There is no saved card. You can leave one when you buy a plan: /tariffs',
  'sub.how.no_money': 'This plan is paid in tokens from the balance; it needs no card.',
  'sub.how.early':
    'The next period begins when the one you paid for ends. To let the card pay from then on, choose renewal by card.',
  'button.how_new': '➕ Pay by a new card, keep it',
  'sub.how.top_up': 'Switch on automatic top-ups, and the balance always suffices.',
  'button.how_wallet': '💰 From the balance',
  'button.how_card': '💳 {card}',
  'button.how_none': 'Do not renew',
  'sub.how.agree': 'We will charge {amount} to your card {card} for each period.',
  'sub.how.consent':
    'By pressing “I agree” you let us charge the price of the plan to this card without you on the day of renewal and, if that fails, on the following days until the subscription ends. We remind you before a charge, and each charge comes with a message and a receipt. You can stop it at any time: /subscription',
  'button.how_agree': '✅ I agree',

  'sub.pay.ask_tokens':
    'Pay for the next period? We will take {fee} tokens; {balance} are available.',
  'sub.pay.ask_card': 'Pay for the next period? We will charge {amount} to your card {card}.',
  'sub.pay.ask_begin':
    'Begin “{plan}” today for {period}? We will take {fee} tokens; {balance} are available.',
  'sub.pay.missing':
    'You are {missing} tokens short: the fee is {fee}, available are {balance}. Top up your balance.',
  'sub.pay.nothing': 'There is nothing to pay now: it is paid until {until}.',
  'sub.pay.stale': 'This button is older than 15 minutes. Here is how it stands now:',
  'sub.pay.begun': 'Done! Your subscription has begun.',
  'sub.pay.impossible': 'This plan is no longer on sale. Choose another one: /tariffs',
  'button.pay_confirm': '✅ Renew for {price}',

  'sub.move.ask': 'When should we try again?',
  'sub.move.at': '{at}',
  'sub.move.none': 'It cannot be moved further: this is the last try. You can pay now.',

  'next.title': "<b>What's next</b>",
  'next.none': 'You have no subscription now, so nothing will happen by itself.',
  'next.line': '• {at} — {what}',
  'next.short':
    'The details are not available right now; this is the main thing. Look again a little later.',
  'next.remind': 'a reminder of the renewal',
  'next.remind_end': 'a reminder that the subscription ends',
  'next.convert': 'a reminder that the trial ends',
  'next.trial_over': 'the trial ends and the paid period begins',
  'next.charge_tokens': 'we take {fee} tokens from your balance for the next period',
  'next.charge_card': 'we charge {amount} to your card {card} for the next period',
  'next.charge_stars': 'until then we wait for {amount} from Telegram for the next period',
  'next.charge_unknown': 'the subscription renews',
  'next.try_tokens': 'we try once more to take {fee} tokens from your balance',
  'next.try_card': 'we try once more to charge {amount} to your card {card}',
  'next.try_unknown': 'we try once more to renew',
  'next.stars': 'we tell Telegram whether to go on charging',
  'next.send': 'the charge goes to your card',
  'next.ask': 'we ask the payment provider whether the charge went through',
  'next.restrict': 'unpaid, access becomes limited: no new work can be started',
  'next.pause': 'a pause of {days, plural, one {# day} other {# days}} begins',
  'next.resume': 'the pause ends and the subscription goes on',
  'next.expire': 'the subscription ends: auto-renewal is off',
  'next.expire_cancelled': 'the subscription ends: you cancelled it',
  'next.expire_unpaid': 'unpaid, the subscription ends',
  'next.plan': 'the plan “{name}” begins',
  'next.lot_notice': 'a reminder that {tokens} tokens will expire ({origin})',
  'next.lot_end': '{tokens} tokens expire unless you spend them ({origin})',

  'dun.settled': 'All is well already: the subscription is paid until {until}.',
  'dun.paused': 'The subscription is paused, nothing is to be paid now.',
  'dun.over': 'This subscription has ended already. Begin again: /subscription',
  'button.dun_later': '🕙 Tomorrow at 10:00',
  'button.dun_small': '📉 A smaller plan',
  'dun.small_ask':
    'The next period will be paid as “{name}”: the plan begins as soon as the payment goes through.',
  'button.dun_small_ok': '✅ Change to it',
  'dun.no_plans': 'There is no smaller plan.',

  'admin.sub.next': 'Next: {step}, {at}',
  'admin.sub.nothing': 'Next: nothing',
  'admin.sub.silent': 'The workflow of the subscription does not answer',
  'admin.sub.try': '• Period {n}, {at}: {driver}, {outcome}',

  'admin.button.sub': '🛠 Subscription',
  'admin.sub.repairs': 'What shall be done to the subscription? A reason will be asked.',
  'admin.sub.no_repairs': 'Nothing can be done to the subscription now.',
  'admin.sub.fix.renewNow': '🔁 Charge again now',
  'admin.sub.fix.skipPeriod': '🎁 Give the next period',
  'admin.sub.fix.editTimeline': '🗓 Move the end',
  'admin.sub.fix.resume': '▶️ End the pause',
  'admin.sub.fix.cancel': '🚫 Cancel',
  'admin.sub.fix.uncancel': '↩️ Take the cancel back',
  'admin.sub.fix.forceExpire': '⛔️ End now',
  'admin.sub.shift': '{days} d',
  'admin.sub.ask.renewNow': 'Charge for the subscription “{plan}” of {user} again now.',
  'admin.sub.ask.skipPeriod':
    'Begin the next period of the subscription “{plan}” of {user} without payment and without the tokens of the plan. It runs until {until} now.',
  'admin.sub.ask.editTimeline':
    'Move the end of the subscription “{plan}” of {user} by {days} days. It runs until {until} now.',
  'admin.sub.ask.resume': 'End the pause of the subscription “{plan}” of {user}.',
  'admin.sub.ask.cancel':
    'Cancel the subscription “{plan}” of {user}: a paid one ends on {until}, an unpaid or paused one at once.',
  'admin.sub.ask.uncancel':
    'Take back the cancel of the subscription “{plan}” of {user}, until {until}.',
  'admin.sub.ask.forceExpire':
    'End the subscription “{plan}” of {user} now, though it runs until {until}. The balance stays.',
  'admin.sub.refused.not_live': 'the subscription is over already',
  'admin.sub.refused.not_owner': 'only an operator can do this',
  'admin.sub.refused.wrong_state': 'not possible in this state',
  'admin.sub.refused.confirming': 'the outcome of the last charge is not known yet',
  'admin.sub.refused.too_late': 'the end would be before its period or in the past',
  'admin.sub.refused.pause_too_long': 'such a pause is too long',
  'admin.sub.refused.pauses_used_up': 'the pauses of this year are used up',
  'admin.sub.refused.no_method': 'there is nothing to charge',
  'admin.sub.refused.no_consent': 'the owner has not agreed to charges of the card',
  'admin.sub.refused.not_renewable': 'the plan does not renew like this',
  'admin.sub.refused.tries_used_up': 'the tries for this period are used up',
  'admin.sub.refused.money_frozen': 'charges of the owner are stopped',
  'admin.stuck.unpaid': '<b>Unpaid subscriptions</b>',
  'admin.stuck.unpaid_line':
    '• {tries, plural, one {# try} other {# tries}}, access {access}: {count}',
};
