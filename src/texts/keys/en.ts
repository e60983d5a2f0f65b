import type { keysRu } from './ru';

export const keysEn: Readonly<Record<keyof typeof keysRu, string>> = {
  'admin.refused.unknown_key': 'no key in force begins like this',
  'admin.command.api_keys': 'API keys',
  'admin.keys.title': '<b>API keys</b>\nTap a key to look at it, to rotate or to revoke it.',
  'admin.keys.none': '<b>API keys</b>\nThere are no keys yet: the API is closed.',
  'admin.keys.usage':
    'A new key: <code>/api_keys client scopes</code>, such as <code>/api_keys runner spend:write,track:write</code>\nScopes: {scopes}',
  'admin.keys.no_scope': 'There is no scope “{scope}”. They are listed in /api_keys.',
  'admin.keys.scopeless': 'List the scopes after the client’s name. They are listed in /api_keys.',
  'admin.keys.card': '<b>Key {prefix}…</b> of {client}',
  'admin.keys.state.open': '🟢 in force',
  'admin.keys.state.over': '⚪️ expired',
  'admin.keys.state.revoked': '⛔️ revoked',
  'admin.keys.scopes': 'Scopes: {scopes}',
  'admin.keys.rate': 'A limit of its own: {calls, plural, one {# call} other {# calls}} a period',
  'admin.keys.until': 'Good until {at}',
  'admin.keys.used': 'Last call: {at}',
  'admin.keys.unused': 'Never used',
  'admin.keys.issue': 'Issue an API key to “{client}”?\nScopes: {scopes}',
  'admin.keys.rotate':
    'Rotate the key {prefix}… of {client}? The new one gets the same scopes and limits, the old one works for another {hours, plural, one {# hour} other {# hours}}.',
  'admin.keys.revoke': 'Revoke the key {prefix}… of {client}? It stops working at once.',
  'admin.keys.made':
    '<b>The new key</b>\n<code>{key}</code>\nKeep it now and delete this message: it cannot be shown again.',
  'admin.keys.lost':
    'The key {prefix}… was issued, but could not be shown. Rotate it in /api_keys: the new one is shown.',
  'admin.button.keys': '‹ All keys',
  'admin.button.key_open': '🟢 {client} · {prefix}',
  'admin.button.key_over': '⚪️ {client} · {prefix}',
  'admin.button.key_rotate': '🔁 Rotate',
  'admin.button.key_revoke': '⛔️ Revoke',
};
