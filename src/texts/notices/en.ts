import type { noticesRu } from './ru';

export const noticesEn: Readonly<Record<keyof typeof noticesRu, string>> = {
  'pay.ok.topup': 'Payment of {amount} received. {tokens} tokens added. Balance: {balance}.',
  'pay.ok.activated':
    'Payment of {amount} received. Subscription until {until}, fee {fee} tokens. Balance: {balance}.',
  'pay.ok.order_tokens':
    'Payment of {amount} received: {plan}. {tokens} tokens added. Balance: {balance}.',
  'pay.ok.order_period':
    'Payment of {amount} received: {plan}. Subscription until {until}. Balance: {balance}.',
  'pay.ok.order_both':
    'Payment of {amount} received: {plan}. {tokens} tokens added, subscription until {until}. Balance: {balance}.',
  'pay.ok.fee_missing':
    'Payment of {amount} received. {tokens} tokens added. Balance: {balance}. The subscription is {missing} tokens short: top up once more and it begins.',
  'pay.late.wallet': 'Invoice #{no} was already closed, so {tokens} tokens went to your balance.',
  'pay.late.honoured':
    'Invoice #{no} was already closed, but your money arrived and the order is complete.',
  'pay.late.suspense':
    'Payment of {amount} arrived for the closed invoice #{no}. We are looking into it; your money is safe.',
  'pay.duplicate.wallet':
    'Invoice #{no} was paid a second time with {amount}. {tokens} tokens added. Balance: {balance}.',
  'pay.duplicate.refund':
    'Invoice #{no} was paid a second time. We are returning {amount} the way it came.',
  'pay.quarantine':
    'Payment of {amount} does not match invoice #{no}. We are looking into it; your money is safe.',
  'pay.refunded': 'The refund of {amount} for invoice #{no} is on its way.',
  'pay.confirming': 'We are checking your payment with the provider. No action is needed.',
  'pay.failed':
    'The payment of invoice #{no} did not go through. Nothing was charged; you can try again.',
  'inv.reminder': 'Invoice #{no} for {amount} is waiting until {until}.',
  'inv.expired': 'Invoice #{no} has expired.',
  'inv.cancelled': 'Invoice #{no} is cancelled.',
  'inv.unavailable':
    'The payment provider did not answer, so invoice #{no} is closed. Try another method, or again a little later.',
  'lot.expiring': '{tokens} tokens expire on {until}. They are spent first; use them before then.',
  'lot.expired': '{tokens} tokens have expired. Balance: {balance}.',
  'low.balance': '{balance} tokens left.',
  'promo.bad': 'This code is not valid.',
  'promo.used': 'You have already used this code.',
};
