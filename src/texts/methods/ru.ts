/** Saved ways to pay: what is kept, what was agreed to, and how it ends. */
export const methodsRu = {
  'command.methods': 'Сохранённые карты',
  'button.methods': '💳 Сохранённые карты',
  'button.method': '💳 {card}',
  'button.method_remove': '🗑 Удалить',
  'button.method_remove_yes': '🗑 Да, удалить',
  'methods.title': '<b>Сохранённые карты</b>',
  'methods.none':
    'Сохранённых карт нет. Карту можно сохранить, когда вы платите: при покупке тарифа или в /autotopup',
  'methods.choose': 'Нажмите на карту, чтобы увидеть, на что вы согласились, или удалить её.',
  'methods.card': '<b>{card}</b>',
  'methods.provider': 'Хранит: {provider}',
  'methods.expires': 'Действует до: {month}',
  'methods.saved': 'Сохранена: {at}',
  'methods.renews': 'Продлевает тариф «{plan}», оплачено до {until}.',
  'methods.tops_up': 'С неё идёт автопополнение.',
  'methods.unused': 'Сейчас ни для чего не используется.',
  'methods.agreed': 'Вы согласились {at}:',
  'methods.words': '<blockquote>{words}</blockquote>',
  'methods.words_changed':
    'Текст согласия с тех пор изменился. Вы согласились с версией {version}, она остаётся в силе.',
  'methods.no_consent':
    'Вы разрешили сохранить её, когда платили. Без вашего отдельного согласия мы с неё ничего не спишем.',
  'methods.stars':
    'Подписку в звёздах продлевает сам Telegram. Она отменяется на экране подписки, карты у нас нет.',
  'methods.ask': '<b>Удалить {card}?</b>',
  'methods.follows.renewal':
    'Тариф «{plan}» больше не будет продлеваться сам. Оплаченное до {until} остаётся у вас.',
  'methods.follows.topup': 'Автопополнение выключится.',
  'methods.follows.always':
    'Списаний с этой карты больше не будет: ваше согласие прекращается, мы забудем карту и попросим платёжную систему сделать то же. Чтобы пользоваться ею снова, её нужно будет сохранить заново.',
  'methods.done': 'Удалено, списаний с этой карты больше не будет',
  'methods.refused.charging':
    'С этой карты прямо сейчас идёт списание. Удалим её, как только станет известно, чем оно закончилось. Попробуйте позже.',
  'methods.refused.not_found': 'Этой карты больше нет. Откройте /methods ещё раз.',
  'methods.refused.stars': 'Это продлевает Telegram. Отмените подписку на её экране: /subscription',
  'method.removed': 'Карта {card} удалена. Списаний с неё больше не будет.',
  'method.removed.renewal':
    'Подписка с неё больше не продлевается; оплаченное до {until} остаётся у вас.',
  'method.removed.topup': 'Автопополнение выключено.',
};
