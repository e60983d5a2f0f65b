/** What operators read in their chat. ICU MessageFormat; markup is Telegram HTML. */
export const opsRu = {
  'ops.open_item': '🔴 <b>{kind}</b>\n{reason}\nКлюч: <code>{key}</code>',
  'ops.open_item_amount': '🔴 <b>{kind}</b>, {amount}\n{reason}\nКлюч: <code>{key}</code>',
  'ops.payment': '💳 Оплата {amount} по счёту №{no}, пользователь <code>{user}</code>',
  'ops.digest': '☀️ <b>Итоги дня</b> {day}',
  'ops.digest.no_money': 'Поступлений не было.',
  'ops.digest.money':
    '• {provider}: <b>{received}</b>, {payments, plural, one {# платёж} few {# платежа} many {# платежей} other {# платежа}}',
  'ops.digest.returned':
    '• {provider}: возвращено {returned}, {returns, plural, one {# возврат} few {# возврата} many {# возвратов} other {# возврата}}',
  'ops.digest.new_payers': 'Заплатили впервые: {count}',
  'ops.digest.no_items': 'Открытых вопросов нет.',
  'ops.digest.items': '<b>Ждут решения</b>',
  'ops.digest.item': '• {kind}: {count}',
  'ops.digest.item_overdue': '• {kind}: {count}, просрочено {overdue}',
  'ops.digest.unknown': '⏳ Оплаты с неизвестным исходом: {count}',
  'ops.digest.refunds': '⏳ Возвраты без подтверждения: {count}',
  'ops.digest.unverified': '⚠️ Уведомления с неверной подписью: {count}',
  'ops.digest.reconciled':
    '🔍 {provider}: {payments, plural, one {сверён # платёж} few {сверено # платежа} many {сверено # платежей} other {сверено # платежа}}, {found, plural, =0 {расхождений нет} one {# расхождение} few {# расхождения} many {# расхождений} other {# расхождения}}',
  'ops.digest.differences': '• исправлено: {healed}, ждут решения: {open}',
  'ops.overdue':
    '⏰ <b>Просрочено с {due}: {kind}</b>\n{reason}\nОтвечает: {owner}\nКлюч: <code>{key}</code>',
  'ops.verification':
    '🚨 <b>{provider}</b>: {count, plural, one {# уведомление не прошло} few {# уведомления не прошли} many {# уведомлений не прошли} other {# уведомления не прошли}} проверку подписи за {minutes, plural, one {# минуту} few {# минуты} many {# минут} other {# минуты}}. Проверьте секреты провайдера. Платежи тем временем завершаются опросом.',
  'ops.stuck':
    '🧱 <b>Застряло</b>: <code>{workflow}</code>\n{activity}: {tries, plural, one {# неудачная попытка} few {# неудачные попытки} many {# неудачных попыток} other {# неудачной попытки}}\n{reason}',
  'ops.incident': '⚠️ Сбой <code>{incident}</code>\n{summary}',
} as const;
