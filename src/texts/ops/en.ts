import type { opsRu } from './ru';

export const opsEn: Readonly<Record<keyof typeof opsRu, string>> = {
  'ops.open_item': '🔴 <b>{kind}</b>\n{reason}\nKey: <code>{key}</code>',
  'ops.open_item_amount': '🔴 <b>{kind}</b>, {amount}\n{reason}\nKey: <code>{key}</code>',
  'ops.payment': '💳 Payment of {amount} for invoice #{no}, user <code>{user}</code>',
  'ops.incident': '⚠️ Incident <code>{incident}</code>\n{summary}',
};
