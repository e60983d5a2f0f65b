export const refundsRu = {
  'command.refund': 'Возврат денег',
  'refund.title': '<b>Возврат денег</b>',
  'refund.choose': 'Выберите заказ.',
  'refund.none': 'Нет оплаченных заказов, по которым можно вернуть деньги.',
  'refund.unknown': 'Такого заказа нет.',
  'refund.order': '№{no} · {plan} · {amount} · {at}',
  'refund.state.proposed': '↳ возврат {amount} рассматривается',
  'refund.state.running': '↳ возврат {amount} выполняется',
  'refund.state.done': '↳ возвращено {amount}',
  'refund.button.order': '↩️ №{no} · {amount}',
  'refund.button.confirm': '✅ Вернуть {amount}',
  'refund.button.list': '↩️ Вернуть деньги',
  'refund.why': 'Почему вы хотите вернуть деньги за заказ №{no}?',
  'refund.reason.mistake': 'Купил по ошибке',
  'refund.reason.broken': 'Не работает, как ожидалось',
  'refund.reason.mind': 'Больше не нужно',
  'refund.reason.other': 'Другая причина…',
  'refund.write': 'Напишите причину, не короче {least} символов.',
  'refund.length': 'В причине от {least} до {most} символов. Напишите ещё раз.',
  'refund.plan.title': '<b>Возврат по счёту №{no}</b>',
  'refund.plan.paid': 'Оплачено: {amount}',
  'refund.plan.refunded': 'Уже возвращено: {amount}',
  'refund.plan.tokens': 'Куплено токенов: {bought}, из них потрачено: {spent}',
  'refund.plan.taken': 'Спишем токенов: {tokens}',
  'refund.plan.debt': 'Из них в долг: {tokens}',
  'refund.plan.bonus': 'Спишем бонусных токенов: {tokens}',
  'refund.plan.fee': 'Комиссия платёжной системы: {amount}',
  'refund.plan.ends': 'Период, который дал этот заказ, закончится.',
  'refund.plan.back': 'К возврату: <b>{amount}</b>',
  'refund.plan.approval': 'Возврат рассмотрит сотрудник.',
  'refund.begun': 'Возвращаем деньги. Мы напишем, когда платёжная система подтвердит.',
  'refund.accepted': 'Заявка принята. Мы напишем, когда решим.',
  'refund.refused.all_refunded': 'По этому заказу уже всё возвращено.',
  'refund.refused.nothing_unspent': 'По этому заказу всё потрачено, возвращать нечего.',
  'refund.refused.more_than_refundable': 'Столько вернуть нельзя.',
  'refund.refused.only_in_full':
    'Этой платёжной системой можно вернуть только весь платёж, а часть токенов уже потрачена. Напишите в поддержку.',
  'refund.refused.provider_cannot':
    'Эта платёжная система не умеет возвращать деньги сама. Напишите в поддержку.',
  'refund.refused.never_granted': 'По этому платежу ничего не было выдано. Напишите в поддержку.',
  'refund.refused.disputed': 'По этому платежу открыт спор в банке; сначала решит банк.',
  'refund.refused.over': 'Этот расчёт больше не действует. Начните ещё раз: /refund',
  'admin.command.refundop': 'Вернуть деньги',
  'refund.usage':
    'Так: <code>/refundop номер счёта или id платежа [сумма] [unspent_only | full_with_debt | goodwill]</code>',
  'admin.command.refunds': 'Возвраты, которые ждут согласия',
  'refund.waiting.title': '<b>Возвраты, которые ждут согласия</b>',
  'refund.waiting.none': 'Таких нет.',
  'refund.waiting.line':
    '№{no} · {amount} · пользователь <code>{user}</code> · просит {by}\n{reason}',
  'refund.waiting.approve': 'Согласиться на возврат?',
  'refund.waiting.abandon': 'Отказать в возврате?',
  'refund.button.agree': '✅ Вернуть №{no}',
  'refund.button.drop': '✖️ Отказать №{no}',
  'refund.order.refused': 'Вернуть нельзя: {reason}. Самое большее: {most}.',
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
