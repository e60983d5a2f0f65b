import { timersRu } from './timers-ru';

/** The clock of a test customer. ICU MessageFormat; markup is Telegram HTML. */
export const clockRu = {
  ...timersRu,
  'admin.command.clock': 'Часы тестового клиента',
  'admin.clock.usage':
    'Переводит вперёд часы клиента песочницы вместе со всеми его процессами и тестовым банком.\nСвои: <code>/clock +31d</code>\nЧужие: <code>/clock 7000000001 +6h</code>\nЕдиницы: m — минуты, h — часы, d — дни, y — годы; не больше пяти лет за раз.',
  'admin.clock.only_sandbox':
    'Часы переводят только в песочнице: там, где NODE_ENV не production и деньги принимает только тестовый банк.',
  'admin.clock.moving': '⏳ Перевожу часы {userId} на {jump}…',
  'admin.clock.moved': '<b>Часы {userId} переведены</b>\nБыло: {from}\nСтало: {until}',
  'admin.clock.fired':
    '{count, plural, =0 {По дороге ничего не наступило.} one {По дороге наступило {count} событие:} few {По дороге наступило {count} события:} many {По дороге наступило {count} событий:} other {По дороге наступило {count} события:}}',
  'admin.clock.event': '• {at} · {what} (<code>{workflowId}</code>)',
  'admin.clock.more': '… и ещё {count}',
  'admin.clock.busy': 'Часы {userId} уже переводят. Дождитесь конца и повторите.',
  'admin.clock.unknown_person': 'Человека {userId} бот ещё не видел.',
  'admin.clock.fixed':
    'Этот сервер процессов не умеет переводить часы: нужна версия 1.32.0 или новее и настройка frontend.WorkflowTimeSkippingEnabled: true.\n<code>{problem}</code>',
  'admin.clock.failed':
    'Перевести часы {userId} не получилось, они могли остановиться на полпути: {problem}',
};
