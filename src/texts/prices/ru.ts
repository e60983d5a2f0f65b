export const pricesRu = {
  'price.terms': '{amount} ({period})',
  'price.terms_tokens': '{amount} ({period}, {tokens} ток.)',
  'price.offer.title': '<b>Новая цена тарифа «{plan}»</b>',
  'price.offer.now': 'Сейчас вы платите {old}.',
  'price.offer.from': 'С {from} он стоил бы {new}, если вы согласны.',
  'price.offer.next': 'Следующий период стоил бы {new}, если вы согласны.',
  'price.offer.silence': 'Решить можно до {until}. Если не отвечать, цена останется прежней.',
  'button.price_yes': '✅ Согласиться на новую цену',
  'button.price_no': '↩️ Оставить прежнюю',
  'price.agreed': 'Договорились: с {from} — {new}. До тех пор всё по-прежнему.',
  'price.agreed_next': 'Договорились: следующий период — {new}.',
  'price.kept': 'Хорошо, цена остаётся прежней: {old}.',
  'price.unknown': 'Такого предложения нет. Ваша подписка: /subscription',
  'price.next': 'С {from} действует новая цена, на которую вы согласились.',
  'next.price': 'начинает действовать новая цена, на которую вы согласились',
  'price.over':
    'Новая цена тарифа «{plan}»: предложена подписчикам: {offered}, согласились {accepted}, отказались {kept}, не ответили {silent}. Без согласия цена осталась прежней.',
  'plans.refused.offer_over': 'Это предложение больше не действует. Ваша подписка: /subscription',
  'plans.refused.offer_changed':
    'С тех пор подписку продлевают иначе, и суммы другие. Посмотрите, пожалуйста, ещё раз.',

  'offers.price.touched':
    '{count, plural, one {# подписчик платит} few {# подписчика платят} many {# подписчиков платят} other {# подписчика платят}} по более старым версиям.',
  'offers.price.running':
    'Новая цена предложена: {offered} из {total}. Согласились {accepted}, отказались {kept}. Ответы до {until}.',
  'offers.button.price': '💬 Предложить новую цену ({count})',
  'offers.button.unprice': '🚫 Отозвать предложение',
  'offers.price.ask':
    'Предложить версию {version} тарифа <b>{slug}</b> тем, у кого более старая: {count, plural, one {# подписчик} few {# подписчика} many {# подписчиков} other {# подписчика}}.',
  'offers.price.rest':
    'Не спросим: продлевает Telegram — {byTelegram}, не продлеваются — {ending}, спрошены раньше — {offered}.',
  'offers.price.rule':
    'Новая цена будет только у тех, кто согласится. Отказ или молчание в течение {days, plural, one {# дня} few {# дней} many {# дней} other {# дня}} сохраняет прежнюю.',
  'offers.price.withdraw':
    'Отозвать предложение новой цены: ждут ответа {open, plural, one {# подписчик} few {# подписчика} many {# подписчиков} other {# подписчика}}. Кто уже согласился, платит новую цену.',
  'offers.price.withdrawn': 'Предложение отозвано.',
  'offers.price.not_withdrawn': 'Отзывать нечего: предложение уже закончилось.',
  'action.offer_prices': 'Предложить новую цену',
  'admin.refused.newer_version': 'уже есть версия новее',
  'admin.refused.nobody_to_offer': 'предлагать некому',
  'admin.refused.offer_running': 'предложение по этому тарифу ещё рассылается',
} as const;
