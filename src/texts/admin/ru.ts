/** The administration in the bot. ICU MessageFormat; markup is Telegram HTML. */
export const adminRu = {
  'admin.menu.title': '<b>Администрирование</b>',
  'admin.menu.roles': 'Ваши роли: {roles}',
  'admin.command.admin': 'Администрирование',

  'admin.button.do': '✅ Выполнить',
  'admin.button.cancel': '✖️ Отмена',
  'admin.reason.ask': 'Напишите причину, не короче {least} знаков. Она останется в журнале.',
  'admin.reason.length':
    'Причина должна быть длиной от {least} до {most} знаков. Напишите ещё раз.',
  'admin.reason.given': 'Причина: {reason}',
  'admin.confirm': 'Выполнить?',
  'admin.confirm.over': 'Это подтверждение больше не действует. Начните заново.',
  'admin.action.senseless': 'Сейчас этого сделать нельзя: положение уже другое.',
} as const;
