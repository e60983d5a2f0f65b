/** Menu, settings, help and everything that is not about money. ICU MessageFormat; markup is Telegram HTML. */
export const generalRu = {
  'command.start': 'Главное меню',
  'command.balance': 'Баланс',
  'command.topup': 'Пополнить',
  'command.tariffs': 'Тарифы',
  'command.subscription': 'Подписка',
  'command.history': 'История',
  'command.invoices': 'Счета',
  'command.settings': 'Настройки',
  'command.language': 'Язык',
  'command.paysupport': 'Вопросы по оплате',
  'command.terms': 'Условия',
  'command.help': 'Помощь',
  'command.cancel': 'Отмена',

  'button.menu': '⬅️ Меню',
  'button.back': '⬅️ Назад',
  'button.balance': '💰 Баланс',
  'button.topup': '➕ Пополнить',
  'button.tariffs': '🛍 Тарифы',
  'button.subscription': '📅 Подписка',
  'button.history': '🧾 История',
  'button.invoices': '📄 Счета',
  'button.help': '❓ Помощь',
  'button.settings': '⚙️ Настройки',
  'button.support': '💬 Написать в поддержку',
  'button.terms': '📜 Условия',
  'button.privacy': '🔒 Конфиденциальность',
  'button.russian': '🇷🇺 Русский',
  'button.english': '🇬🇧 English',
  'button.open_bot': 'Открыть бота',

  'menu.greeting': 'Здравствуйте, {name}!',
  'menu.greeting_nameless': 'Здравствуйте!',
  'menu.introduction':
    'Здесь пополняют баланс токенов, выбирают тариф и видят каждое списание. Условия всегда под рукой: /terms.',
  'menu.balance': 'Баланс: <b>{balance}</b> ток.',
  'menu.prompt': 'Что показать?',

  'settings.title': '<b>Настройки</b>',
  'settings.language': 'Язык: русский',
  'settings.zone': 'Часовой пояс: {zone}',
  'settings.choose': 'Выберите язык:',
  'settings.changed': 'Готово, теперь говорим по-русски.',

  'help.title': '<b>Как это работает</b>',
  'help.topup': '1. Пополните баланс: /topup. Рубль равен одному токену.',
  'help.fee':
    '2. Пока подписка активна, токены тратятся на работу сервиса. Сколько осталось: /balance.',
  'help.orders': '3. Каждый заказ — это счёт со своим номером: /invoices. Все движения: /history.',
  'help.plan':
    '4. Что с подпиской и когда что спишется: /subscription и /upcoming. Там же пауза, способ оплаты и отмена.',
  'help.questions': 'Вопросы по оплате: /paysupport. Язык: /language. Условия: /terms.',
  'help.contact': 'Поддержка: {contact}',

  'paysupport.title': '<b>Вопросы по оплате</b>',
  'paysupport.text':
    'Если оплата не дошла или что-то списалось неверно, напишите нам: {contact}. Укажите номер счёта, так мы ответим быстрее.',
  'paysupport.checking':
    'Обычно помогает кнопка «Проверить оплату» на карточке счёта: мы спросим платёжную систему ещё раз.',
  'paysupport.orders': 'Ваши последние счета:',

  'terms.title': '<b>Документы</b>',
  'terms.text': 'Условия использования и политика конфиденциальности открываются по кнопкам ниже.',

  'cancel.done': 'Хорошо, отменено.',
  'cancel.nothing': 'Отменять нечего. Меню: /start',

  'unknown.text':
    'Не понял вас. Нажмите /start, чтобы открыть меню, или /help, чтобы узнать, что я умею.',
  'unknown.button': 'Эта кнопка больше не работает. Откройте меню: /start',
  'unknown.kind': 'Я понимаю только текст и кнопки. Меню: /start',
  'dialogue.over': 'Вопрос, на который вы отвечаете, уже закрыт: прошло больше 30 минут.',
  'group.private_only': 'Давайте поговорим наедине: здесь нас видят все.',

  'rate.limited':
    'Слишком часто. Подождите {seconds, plural, one {# секунду} few {# секунды} many {# секунд} other {# секунды}} и повторите.',
  'err.incident':
    'Что-то пошло не так, и мы уже разбираемся. Попробуйте ещё раз чуть позже. Код обращения: <code>{incident}</code>',
  'err.incident_short': 'Что-то пошло не так. Код обращения: {incident}',
  'err.blocked': 'Доступ ограничен, напишите в поддержку.',
  'err.maintenance': 'Идут технические работы. Бот скоро вернётся; начатые оплаты не пропадут.',
  'err.insufficient': 'Не хватает {missing} ток.',
  'err.subscription': 'Нужна активная подписка.',
} as const;
