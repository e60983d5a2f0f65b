/** Keys of the API in the administration. ICU MessageFormat; markup is Telegram HTML. */
export const keysRu = {
  'admin.refused.unknown_key': 'действующего ключа с таким началом нет',
  'admin.command.api_keys': 'Ключи API',
  'admin.keys.title':
    '<b>Ключи API</b>\nНажмите на ключ, чтобы посмотреть, заменить или отозвать его.',
  'admin.keys.none': '<b>Ключи API</b>\nКлючей ещё нет: API закрыт.',
  'admin.keys.usage':
    'Новый ключ: <code>/api_keys клиент разрешения</code>, например <code>/api_keys runner spend:write,track:write</code>\nРазрешения: {scopes}',
  'admin.keys.no_scope': 'Разрешения «{scope}» нет. Список — в /api_keys.',
  'admin.keys.scopeless': 'Перечислите разрешения после имени клиента. Список — в /api_keys.',
  'admin.keys.card': '<b>Ключ {prefix}…</b> клиента {client}',
  'admin.keys.state.open': '🟢 действует',
  'admin.keys.state.over': '⚪️ срок истёк',
  'admin.keys.state.revoked': '⛔️ отозван',
  'admin.keys.scopes': 'Разрешения: {scopes}',
  'admin.keys.rate':
    'Свой предел: {calls, plural, one {# вызов} few {# вызова} many {# вызовов} other {# вызова}} за период',
  'admin.keys.until': 'Действует до {at}',
  'admin.keys.used': 'Последний вызов: {at}',
  'admin.keys.unused': 'Ещё не использовался',
  'admin.keys.issue': 'Выдать клиенту «{client}» ключ API?\nРазрешения: {scopes}',
  'admin.keys.rotate':
    'Заменить ключ {prefix}… клиента {client}? Новый получит те же разрешения и пределы, старый проработает ещё {hours, plural, one {# час} few {# часа} many {# часов} other {# часа}}.',
  'admin.keys.revoke': 'Отозвать ключ {prefix}… клиента {client}? Он перестанет работать сразу.',
  'admin.keys.made':
    '<b>Новый ключ</b>\n<code>{key}</code>\nСохраните его сейчас и удалите это сообщение: показать ключ ещё раз нельзя.',
  'admin.keys.lost':
    'Ключ {prefix}… уже выдан, но показать его не удалось. Замените его в /api_keys: будет показан новый.',
  'admin.button.keys': '‹ Все ключи',
  'admin.button.key_open': '🟢 {client} · {prefix}',
  'admin.button.key_over': '⚪️ {client} · {prefix}',
  'admin.button.key_rotate': '🔁 Заменить',
  'admin.button.key_revoke': '⛔️ Отозвать',
} as const;
