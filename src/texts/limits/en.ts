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
  'button.limits': '⏱ Limits',
};
