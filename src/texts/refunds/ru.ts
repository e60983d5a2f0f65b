export const refundsRu = {
  'refund.done':
    'Возврат {amount} по счёту №{no} отправлен. Списано {tokens} ток. Баланс: {balance}.',
  'refund.considered':
    'Возврат {amount} по счёту №{no} принят к рассмотрению. Мы напишем, когда решим.',
  'refund.declined': 'Возврат {amount} по счёту №{no} не выполнен. Напишите в поддержку.',
  'dispute.opened':
    'Банк сообщил о споре по платежу {amount} (счёт №{no}). До решения банка списания и покупки приостановлены.',
  'dispute.won':
    'Спор по платежу {amount} (счёт №{no}) закрыт в нашу пользу. Токены и доступ восстановлены. Баланс: {balance}.',
  'dispute.lost':
    'Банк вернул вам {amount} по спору (счёт №{no}). Токены заказа списаны. Баланс: {balance}.',
  'ops.refund':
    '↩️ Возврат {amount} по счёту №{no}, пользователь <code>{user}</code>, ждёт согласия.\n{reason}\n<code>{key}</code>',
  'ops.dispute':
    '⚖️ Спор на {amount} по счёту №{no}, пользователь <code>{user}</code>. Доказательства нужны до {until}.\n<code>{key}</code>',
  'ops.dispute_due':
    '⏰ Спор на {amount} по счёту №{no}, пользователь <code>{user}</code>: доказательства ждут до {until}.\n<code>{key}</code>',
} as const;
