/** Messages that come by themselves: receipts, reminders, ends. ICU MessageFormat; markup is Telegram HTML. */
export const noticesRu = {
  'pay.ok.topup': 'Оплата {amount} получена. Зачислено {tokens} ток. Баланс: {balance}.',
  'pay.ok.activated':
    'Оплата {amount} получена. Подписка до {until}, списано {fee} ток. Баланс: {balance}.',
  'pay.ok.order_tokens':
    'Оплата {amount} получена: {plan}. Зачислено {tokens} ток. Баланс: {balance}.',
  'pay.ok.order_period':
    'Оплата {amount} получена: {plan}. Подписка до {until}. Баланс: {balance}.',
  'pay.ok.order_both':
    'Оплата {amount} получена: {plan}. Зачислено {tokens} ток., подписка до {until}. Баланс: {balance}.',
  'pay.ok.fee_missing':
    'Оплата {amount} получена. Зачислено {tokens} ток. Баланс: {balance}. Для подписки не хватает {missing} ток.: пополните баланс ещё раз, и она начнётся.',
  'pay.late.wallet': 'Счёт №{no} уже закрыт, поэтому {tokens} ток. зачислены на баланс.',
  'pay.late.honoured': 'Счёт №{no} был уже закрыт, но деньги пришли, и заказ выполнен.',
  'pay.late.suspense':
    'Платёж {amount} пришёл по закрытому счёту №{no}. Мы разбираемся, деньги не потеряны.',
  'pay.duplicate.wallet':
    'Счёт №{no} оплачен повторно на {amount}. Зачислено {tokens} ток. Баланс: {balance}.',
  'pay.duplicate.refund': 'Счёт №{no} оплачен повторно. Вернём {amount} тем же способом.',
  'pay.quarantine':
    'Платёж {amount} не совпал со счётом №{no}. Мы разбираемся, деньги не потеряны.',
  'pay.refunded': 'Возврат {amount} по счёту №{no} отправлен.',
  'pay.confirming': 'Проверяем оплату у платёжной системы. Ничего делать не нужно.',
  'pay.failed': 'Оплата счёта №{no} не прошла. Деньги не списаны, можно попробовать ещё раз.',
  'inv.reminder': 'Счёт №{no} на {amount} ждёт оплаты до {until}.',
  'inv.expired': 'Срок счёта №{no} истёк.',
  'inv.cancelled': 'Счёт №{no} отменён.',
  'inv.unavailable':
    'Платёжная система не ответила, поэтому счёт №{no} закрыт. Попробуйте другой способ или повторите чуть позже.',
  'lot.expiring': '{until} сгорят {tokens} ток. Они тратятся первыми — успейте воспользоваться.',
  'lot.expired': 'Сгорело {tokens} ток. Баланс: {balance}.',
  'low.balance': 'Осталось {balance} ток.',
  'promo.bad': 'Такой код не действует.',
  'promo.used': 'Вы уже использовали этот код.',
} as const;
