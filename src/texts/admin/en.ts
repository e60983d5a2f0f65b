import type { adminRu } from './ru';

/** The administration in the bot, in English. */
export const adminEn: Readonly<Record<keyof typeof adminRu, string>> = {
  'admin.menu.title': '<b>Administration</b>',
  'admin.menu.roles': 'Your roles: {roles}',
  'admin.command.admin': 'Administration',

  'admin.button.do': '✅ Do it',
  'admin.button.cancel': '✖️ Cancel',
  'admin.reason.ask': 'Write the reason, at least {least} characters. It stays in the audit.',
  'admin.reason.length': 'A reason has {least} to {most} characters. Write it again.',
  'admin.reason.given': 'Reason: {reason}',
  'admin.confirm': 'Do it?',
  'admin.confirm.over': 'This confirmation is no longer valid. Begin again.',
  'admin.action.senseless': 'This cannot be done now: things have changed.',
};
