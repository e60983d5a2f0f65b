/** Promo codes as people meet them. ICU MessageFormat; markup is Telegram HTML. */
export const promoRu = {
  'command.promo': 'Промокод',

  'button.promo': '🎟 Промокод',
  'button.promo_remove': '✖️ Без промокода',
  'button.promo_forget': '✖️ Забыть код',
  'button.confirm_free': '✅ Подтвердить',

  'promo.ask': 'Напишите промокод. Передумали? /cancel',
  'promo.ask_for_quote': 'Напишите промокод для этого заказа. Передумали? /cancel',
  'promo.kept_already': 'Для следующего заказа уже запомнен код <b>{code}</b>. Другой заменит его.',
  'promo.try_again': 'Напишите другой код или нажмите /cancel',
  'promo.in_invoice':
    'Вы уже использовали этот код в счёте №{no}. Отмените счёт, и код освободится.',
  'promo.accepted': 'Код <b>{code}</b> принят.',
  'promo.effect.percent': '• скидка {percent} %',
  'promo.effect.fixed': '• скидка {amount}',
  'promo.effect.bonus': '• бонус {tokens} ток.',
  'promo.effect.days':
    '• срок длиннее на {days, plural, one {# день} few {# дня} many {# дней} other {# дня}}',
  'promo.effect.one_tariff': 'Действует для одного тарифа.',
  'promo.until': 'Успейте до {until}',
  'promo.next_order': 'Он применится к вашему следующему заказу:',
  'promo.to_tariff': '🛍 К тарифу',
  'promo.forgotten': 'Код забыт. Следующий заказ будет без него.',
  'promo.not_applied': 'Код {code} к этому заказу не подошёл, поэтому цена без него.',

  'quote.promo': 'Промокод: {code}',
  'quote.bonus_days':
    'Срок длиннее на {days, plural, one {# день} few {# дня} many {# дней} other {# дня}}',
  'invoice.promo': 'Промокод: {code}',
  'invoice.discount': 'Скидка: {amount}',
  'invoice.bonus': 'Бонус: {tokens} ток.',
  'invoice.bonus_days':
    'Срок длиннее на {days, plural, one {# день} few {# дня} many {# дней} other {# дня}}',
  'pay.bonus': 'Бонус по промокоду: {bonus} ток.',
} as const;
