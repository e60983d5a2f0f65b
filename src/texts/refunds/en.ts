import type { refundsRu } from './ru';

export const refundsEn: Readonly<Record<keyof typeof refundsRu, string>> = {
  'command.refund': 'Money back',
  'refund.title': '<b>Money back</b>',
  'refund.choose': 'Choose an order.',
  'refund.none': 'There are no paid orders whose money could go back.',
  'refund.unknown': 'There is no such order.',
  'refund.order': '#{no} · {plan} · {amount} · {at}',
  'refund.state.proposed': '↳ the refund of {amount} is being considered',
  'refund.state.running': '↳ the refund of {amount} is on its way',
  'refund.state.done': '↳ {amount} was refunded',
  'refund.button.order': '↩️ #{no} · {amount}',
  'refund.button.confirm': '✅ Refund {amount}',
  'refund.button.list': '↩️ Get money back',
  'refund.why': 'Why do you want the money of order #{no} back?',
  'refund.reason.mistake': 'Bought by mistake',
  'refund.reason.broken': 'Does not work as expected',
  'refund.reason.mind': 'Not needed any more',
  'refund.reason.other': 'Another reason…',
  'refund.write': 'Write the reason, at least {least} characters.',
  'refund.length': 'A reason has {least} to {most} characters. Write it again.',
  'refund.plan.title': '<b>Refund of invoice #{no}</b>',
  'refund.plan.paid': 'Paid: {amount}',
  'refund.plan.refunded': 'Refunded before: {amount}',
  'refund.plan.tokens': 'Tokens bought: {bought}, spent of them: {spent}',
  'refund.plan.taken': 'Tokens taken back: {tokens}',
  'refund.plan.debt': 'Of them as a debt: {tokens}',
  'refund.plan.bonus': 'Bonus tokens taken back: {tokens}',
  'refund.plan.fee': 'Fee of the payment provider: {amount}',
  'refund.plan.ends': 'The period this order gave will end.',
  'refund.plan.back': 'To be refunded: <b>{amount}</b>',
  'refund.plan.approval': 'Somebody of our staff will consider the refund.',
  'refund.begun': 'The money is going back. We will write when the provider confirms it.',
  'refund.accepted': 'Your claim is accepted. We will write when it is decided.',
  'refund.refused.all_refunded': 'All money of this order was refunded already.',
  'refund.refused.nothing_unspent': 'All of this order is spent; there is nothing to refund.',
  'refund.refused.more_than_refundable': 'So much cannot be refunded.',
  'refund.refused.only_in_full':
    'This provider can only refund a whole payment, and some of its tokens are spent. Please contact support.',
  'refund.refused.provider_cannot':
    'This provider cannot refund by itself. Please contact support.',
  'refund.refused.never_granted': 'Nothing was given for this payment. Please contact support.',
  'refund.refused.disputed': 'Your bank is deciding about this payment; its word comes first.',
  'refund.refused.over': 'This plan is no longer valid. Begin again: /refund',
  'admin.command.refundop': 'Refund a payment',
  'refund.usage':
    'Like this: <code>/refundop invoice number or payment id [amount] [unspent_only | full_with_debt | goodwill]</code>',
  'admin.command.refunds': 'Refunds that wait for consent',
  'refund.waiting.title': '<b>Refunds that wait for consent</b>',
  'refund.waiting.none': 'There are none.',
  'refund.waiting.line': '#{no} · {amount} · user <code>{user}</code> · asked by {by}\n{reason}',
  'refund.waiting.approve': 'Agree to the refund?',
  'refund.waiting.abandon': 'Decline the refund?',
  'refund.button.agree': '✅ Refund #{no}',
  'refund.button.drop': '✖️ Decline #{no}',
  'refund.order.refused': 'It cannot be refunded: {reason}. At most: {most}.',
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
