import type { opsRu } from './ru';

export const opsEn: Readonly<Record<keyof typeof opsRu, string>> = {
  'ops.open_item': '🔴 <b>{kind}</b>\n{reason}\nKey: <code>{key}</code>',
  'ops.open_item_amount': '🔴 <b>{kind}</b>, {amount}\n{reason}\nKey: <code>{key}</code>',
  'ops.payment': '💳 Payment of {amount} for invoice #{no}, user <code>{user}</code>',
  'ops.digest': '☀️ <b>The day</b> {day}',
  'ops.digest.no_money': 'Nothing received.',
  'ops.digest.money':
    '• {provider}: <b>{received}</b>, {payments, plural, one {# payment} other {# payments}}',
  'ops.digest.returned':
    '• {provider}: {returned} returned, {returns, plural, one {# refund} other {# refunds}}',
  'ops.digest.new_payers': 'Paid for the first time: {count}',
  'ops.digest.no_items': 'No open items.',
  'ops.digest.items': '<b>Waiting for a decision</b>',
  'ops.digest.item': '• {kind}: {count}',
  'ops.digest.item_overdue': '• {kind}: {count}, {overdue} overdue',
  'ops.digest.unknown': '⏳ Payments without an outcome: {count}',
  'ops.digest.refunds': '⏳ Refunds without confirmation: {count}',
  'ops.digest.unverified': '⚠️ Notifications with a wrong signature: {count}',
  'ops.digest.reconciled':
    '🔍 {provider}: {payments, plural, one {# payment} other {# payments}} compared, {found, plural, =0 {no differences} one {# difference} other {# differences}}',
  'ops.digest.differences': '• healed: {healed}, waiting for a decision: {open}',
  'ops.overdue':
    '⏰ <b>Overdue since {due}: {kind}</b>\n{reason}\nOwner: {owner}\nKey: <code>{key}</code>',
  'ops.verification':
    '🚨 <b>{provider}</b>: {count, plural, one {# notification} other {# notifications}} within {minutes, plural, one {# minute} other {# minutes}} did not verify. Check the secrets of the provider. Payments are completed by asking meanwhile.',
  'ops.stuck':
    '🧱 <b>Stuck</b>: <code>{workflow}</code>\n{activity}: {tries, plural, one {# failed try} other {# failed tries}}\n{reason}',
  'ops.incident': '⚠️ Incident <code>{incident}</code>\n{summary}',
};
