/** What operators read in their chat. ICU MessageFormat; markup is Telegram HTML. */
export const opsRu = {
  'ops.open_item': '🔴 <b>{kind}</b>\n{reason}\nКлюч: <code>{key}</code>',
  'ops.open_item_amount': '🔴 <b>{kind}</b>, {amount}\n{reason}\nКлюч: <code>{key}</code>',
  'ops.payment': '💳 Оплата {amount} по счёту №{no}, пользователь <code>{user}</code>',
  'ops.incident': '⚠️ Сбой <code>{incident}</code>\n{summary}',
} as const;
