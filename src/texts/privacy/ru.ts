/** Consent, the person's own data and its erasure. ICU MessageFormat; markup is Telegram HTML. */
export const privacyRu = {
  'button.accept_terms': '✅ Принимаю',

  'consent.title': '<b>Прежде чем начать</b>',
  'consent.text':
    'Здесь пополняют баланс токенов, выбирают тариф и видят каждое списание. Прочитайте условия и то, как мы обращаемся с данными, и нажмите «Принимаю».',
  'consent.thanks': 'Спасибо, условия приняты.',
  'consent.unavailable': 'Условия уже приняты. Меню: /start',
} as const;
