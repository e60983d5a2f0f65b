import type { growthRu } from './ru';

export const growthEn: Readonly<Record<keyof typeof growthRu, string>> = {
  'command.trial': 'Trial',

  'button.activate': '✅ Activate',

  'trial.ask': 'Type the code that opens a trial. It costs nothing. Changed your mind? /cancel',
  'trial.wrong_code':
    'This code does not open a trial. Discount codes go here: /promo. Type another code or press /cancel',
  'trial.bad_code': 'This code is not valid. Type another one or press /cancel',
  'trial.already': 'You have already had this trial. See what else there is: /tariffs',
  'trial.exhausted': 'All places of this code are taken. See the plans: /tariffs',
  'quote.free': 'To pay: <b>nothing</b>',
  'free.done': '✅ Done, the details are in the next message.',

  'refused.trial_used': 'You have already had this trial. See what else there is: /tariffs',
  'refused.trial_not_stacked':
    'You have already had a trial and cannot take a second one. See the plans: /tariffs',
  'refused.trial_not_new':
    'The trial is for people who have not bought anything yet. See the plans: /tariffs',
  'refused.trial_too_early':
    'You are quite new here; the trial opens a little later. See the plans: /tariffs',
  'refused.trial_too_late':
    'The trial is for people who have joined recently. See the plans: /tariffs',
  'refused.already_subscribed': 'You have a subscription already: /subscription',
  'refused.insufficient_balance':
    'Your balance does not have enough tokens. Top up, and the subscription can begin: /topup',
  'refused.not_renewable': 'The balance cannot pay for this plan. See the plans: /tariffs',
  'refused.not_free': 'This order has to be paid. Start again: /tariffs',

  'command.gift': 'Gift',

  'button.gifts': '🎁 Give',
  'button.buy_gift': '🎁 Choose a gift',
  'button.gift_link': '🎁 Link to the gift',
  'button.share': '📤 Send',
  'button.take_gift_back': '↩️ Take it back',

  'gifts.title': '<b>Gifts</b>',
  'gifts.text':
    'Choose a plan, pay for it and send the link. Whoever opens it first gets the gift.',
  'gifts.own': 'Your gifts:',
  'gifts.choose': 'What would you like to give?',
  'gifts.nothing': 'There is nothing to give right now: no plan is on sale.',
  'gift.state.paid': 'waiting',
  'gift.state.claimed': 'received',
  'gift.state.returned': 'came back',
  'gift.title': '🎁 <b>{name}</b>',
  'gift.about.paid':
    'The gift waits for somebody until {until}. If nobody comes, it returns to you.',
  'gift.about.claimed': 'The gift was received.',
  'gift.about.returned': 'Nobody took the gift, and it has come back to you.',
  'gift.link': 'Link: {link}\nAnybody can open it, so send it only to the person it is for.',
  'gift.share_words': 'A gift for you: {name}',
  'gift.not_found': 'You have no such gift. Your gifts: /gift',
  'gift.unknown': 'There is no such gift. Check the link or ask for it once more.',
  'gift.own': 'This is your own gift: only somebody else can receive it.',
  'gift.taken': '🎁 The gift is yours! The details are in the next message.',
  'gift.yours_already': 'You have already received this gift. Balance: /balance',
  'gift.claimed_by_other': 'Somebody else has already received this gift.',
  'gift.gone_back': 'The time of this gift is over, and it has gone back to whoever gave it.',
  'gift.not_now': 'This gift cannot be received right now. Open the link later.',
  'quote.gift': '🎁 As a gift: you get a link after the payment',

  'gift.ready':
    'Payment of {amount} received. Your gift is ready: {plan}. It waits until {until}. The button shows the link.',
  'gift.reminder':
    'Nobody has taken your gift yet: {plan}. It waits until {until} and then comes back to you. The button shows the link.',
  'gift.received_tokens':
    '🎁 You have received a gift: {plan}. {tokens} tokens added. Balance: {balance}.',
  'gift.received_period': '🎁 You have received a gift: {plan}. Subscription until {until}.',
  'gift.received_both':
    '🎁 You have received a gift: {plan}. {tokens} tokens added, subscription until {until}. Balance: {balance}.',
  'gift.claimed': '🎁 Your gift was received: {plan}.',
  'gift.returned':
    'Nobody took your gift: {plan}. Its value has come back to you: {tokens} tokens. Balance: {balance}.',
  'gift.returned_money': 'Nobody took your gift: {plan}. We are already returning the money.',

  'command.invite': 'Invite',

  'button.invite': '👥 Invite',
  'referral.title': '<b>Invitations</b>',
  'referral.text':
    'Send the link to people who have never been here. The first payment of each earns you {percent}% of it in tokens after {days, plural, one {# day} other {# days}}, unless the money goes back.',
  'referral.link': 'Your link: {link}',
  'referral.joined': 'Joined by it: {count, plural, one {# person} other {# people}}',
  'referral.earned': 'Earned: {tokens} tokens',
  'referral.on_hold': 'Waiting for their day: {tokens} tokens',
  'referral.share_words': 'Join with my link',
  'referral.welcome': '👋 A friend has invited you. Nice to meet you!',

  'referral.held':
    'Somebody you invited has paid. Your reward of {tokens} tokens comes {until}, unless the payment goes back.',
  'referral.paid': '👥 Reward for an invitation: {tokens} tokens. Balance: {balance}.',
  'referral.void':
    'There is no reward for an invitation: the payment it was for ({tokens} tokens) went back.',
  'referral.thanks':
    'Thank you for being here! The friend who invited you has received a reward. Invite yours: /invite',

  'trial.started':
    '🎁 Your trial has begun: {plan}. Access until {until}, {tokens} tokens added. Balance: {balance}.',
  'trial.started_period': '🎁 Your trial has begun: {plan}. Access until {until}.',
  'trial.ending':
    'Your trial ends {until}. To keep your access, choose a plan: its period begins right after the trial. Balance: {balance} tokens; trial tokens with an end lapse with the trial.',
};
