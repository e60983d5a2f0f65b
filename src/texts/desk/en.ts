import type { deskRu } from './ru';

export const deskEn: Readonly<Record<keyof typeof deskRu, string>> = {
  'admin.difference.retry': 'Compare again',
  'admin.difference.accept': 'Close, both sides stay',
  'admin.difference.mine': 'I see to it',
  'admin.difference.done': 'Accepted: {answer}',
  'admin.stuck.failing': '<b>Activities that fail again and again</b>',
  'admin.stuck.failing_line':
    '<code>{activity}</code>, {tries, plural, one {# try} other {# tries}}: {reason}',
  'admin.stuck.view': '{name}',
};
