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
  'button.limits': '⏱ Лимиты',
};
