/** Differences, views and failing activities, for operators. ICU MessageFormat; markup is Telegram HTML. */
export const deskRu = {
  'admin.difference.retry': 'Сверить ещё раз',
  'admin.difference.accept': 'Закрыть, обе стороны как есть',
  'admin.difference.mine': 'Займусь сам',
  'admin.difference.done': 'Принято: {answer}',
  'admin.stuck.failing': '<b>Активности, которые не удаются раз за разом</b>',
  'admin.stuck.failing_line':
    '<code>{activity}</code>, {tries, plural, one {# попытка} few {# попытки} many {# попыток} other {# попытки}}: {reason}',
  'admin.stuck.unread.workflows':
    '⚠️ Сервер процессов не отвечает: список процессов сейчас не прочитать. Что с ними, здесь неизвестно.',
  'admin.stuck.unread.activities':
    '⚠️ Есть ли активности, которые раз за разом не удаются, сейчас не узнать.',
  'admin.stuck.unread.subscriptions': '⚠️ Неоплаченные подписки сейчас не прочитать.',
  'admin.stuck.view': '{name}',
};
