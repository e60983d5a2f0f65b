import type { limitsRu } from './ru';

export const limitsEn: Readonly<Record<keyof typeof limitsRu, string>> = {
  'low.debt':
    'The work is done. It cost more than the balance held: {debt} tokens will be taken from the next top-up.',
  'low.empty': 'The tokens are used up. Top up whenever it suits you.',

  'limit.window.day': 'day',
  'limit.window.month': 'month',
  'limit.reached':
    '{percent}% of your limit for the {window} is used: {used} of {limit} tokens. The limit starts anew on {until}.',
  'limit.reached_all':
    'Your limit for the {window} is used up: {limit} tokens. Nothing more will be spent before {until}. Change the limit: /limits',
  'ops.limit':
    '⏱ {scope, select, key {Key} other {Client}} <b>{name}</b>: {percent}% of the limit for the {window}, {used} of {limit} tokens. It starts anew on {until}.',

  'command.limits': 'Limits',
  'limits.title': '<b>Spending limits</b>',
  'limits.none_day': 'A day: no limit',
  'limits.none_month': 'A month: no limit',
  'limits.set_day': 'A day: {used} of {limit} tokens, anew on {until}',
  'limits.set_month': 'A month: {used} of {limit} tokens, anew on {until}',
  'limits.why': 'When a limit is used up, nothing more is spent. Work that has begun is finished.',
  'limits.ask': 'How many tokens may be spent a {window}? Write a number.',
  'limits.misunderstood': 'Write a number of tokens above zero, such as 100 or {example}.',
  'limits.removed': 'The limit is removed.',
  'button.limits': '⏱ Limits',
  'button.limit_day': '✏️ A day',
  'button.limit_month': '✏️ A month',
  'button.limit_day_off': '✖️ Remove the daily one',
  'button.limit_month_off': '✖️ Remove the monthly one',
};
