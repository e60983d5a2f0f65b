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
  'refused.not_free': 'This order has to be paid. Start again: /tariffs',

  'trial.started':
    '🎁 Your trial has begun: {plan}. Access until {until}, {tokens} tokens added. Balance: {balance}.',
  'trial.started_period': '🎁 Your trial has begun: {plan}. Access until {until}.',
  'trial.ending':
    'Your trial ends {until}. To keep your access, choose a plan: its period begins right after the trial. Balance: {balance} tokens; trial tokens with an end lapse with the trial.',
};
