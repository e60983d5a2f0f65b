/** Spending limits and low balances. ICU MessageFormat; markup is Telegram HTML. */
export const limitsRu = {
  'low.debt':
    'Работа выполнена. Она стоила больше, чем было на балансе: {debt} ток. спишутся из следующего пополнения.',
  'low.empty': 'Токены закончились. Пополните баланс, когда будет удобно.',

  'limit.window.day': 'день',
  'limit.window.month': 'месяц',
  'limit.reached':
    'Израсходовано {percent} % вашего лимита на {window}: {used} из {limit} ток. Лимит обновится {until}.',
  'limit.reached_all':
    'Ваш лимит на {window} исчерпан: {limit} ток. До {until} новые списания не пройдут. Изменить лимит: /limits',
  'ops.limit':
    '⏱ {scope, select, key {Ключ} other {Клиент}} <b>{name}</b>: {percent} % лимита на {window}, {used} из {limit} ток. Обновится {until}.',

  'command.limits': 'Лимиты',
  'limits.title': '<b>Лимиты расходов</b>',
  'limits.none_day': 'За день: без лимита',
  'limits.none_month': 'За месяц: без лимита',
  'limits.set_day': 'За день: {used} из {limit} ток., обновится {until}',
  'limits.set_month': 'За месяц: {used} из {limit} ток., обновится {until}',
  'limits.why': 'Когда лимит исчерпан, новые списания не проходят. Начатая работа завершится.',
  'limits.ask': 'Сколько токенов можно тратить за {window}? Напишите число.',
  'limits.misunderstood': 'Напишите число токенов больше нуля, например 100 или {example}.',
  'limits.removed': 'Лимит снят.',
  'button.limits': '⏱ Лимиты',
  'button.limit_day': '✏️ На день',
  'button.limit_month': '✏️ На месяц',
  'button.limit_day_off': '✖️ Снять дневной',
  'button.limit_month_off': '✖️ Снять месячный',
};
