import type { deskRu } from './ru';

export const deskEn: Readonly<Record<keyof typeof deskRu, string>> = {
  'admin.difference.retry': 'Compare again',
  'admin.difference.accept': 'Close, both sides stay',
  'admin.difference.mine': 'I see to it',
  'admin.difference.done': 'Accepted: {answer}',
  'admin.stuck.failing': '<b>Activities that fail again and again</b>',
  'admin.stuck.failing_line':
    '<code>{activity}</code>, {tries, plural, one {# try} other {# tries}}: {reason}',
  'admin.stuck.unread.workflows':
    '⚠️ The workflow server does not answer: the list of workflows cannot be read now. Nothing is known of them here.',
  'admin.stuck.unread.activities': '⚠️ Whether activities fail again and again cannot be read now.',
  'admin.stuck.unread.subscriptions': '⚠️ The unpaid subscriptions cannot be read now.',
  'admin.stuck.view': '{name}',
};
