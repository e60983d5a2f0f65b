import type { refundsRu } from './ru';

export const refundsEn: Readonly<Record<keyof typeof refundsRu, string>> = {
  'refund.done':
    'The refund of {amount} for invoice #{no} is on its way. {tokens} tokens taken back. Balance: {balance}.',
  'refund.considered':
    'Your refund of {amount} for invoice #{no} is being considered. We will write when it is decided.',
  'refund.declined':
    'The refund of {amount} for invoice #{no} was not carried out. Please contact support.',
  'dispute.opened':
    'Your bank reported a dispute about the payment of {amount} (invoice #{no}). Until it is decided, spending and purchases are paused.',
  'dispute.won':
    'The dispute about the payment of {amount} (invoice #{no}) was closed in our favour. Tokens and access are restored. Balance: {balance}.',
  'dispute.lost':
    'The bank returned {amount} to you after the dispute (invoice #{no}). The tokens of the order were taken back. Balance: {balance}.',
  'ops.refund':
    '↩️ A refund of {amount} for invoice #{no}, user <code>{user}</code>, waits for consent.\n{reason}\n<code>{key}</code>',
  'ops.dispute':
    '⚖️ A dispute of {amount} about invoice #{no}, user <code>{user}</code>. Evidence is due by {until}.\n<code>{key}</code>',
  'ops.dispute_due':
    '⏰ A dispute of {amount} about invoice #{no}, user <code>{user}</code>: evidence is due by {until}.\n<code>{key}</code>',
};
