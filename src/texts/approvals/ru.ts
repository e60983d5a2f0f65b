/** Adjustments, approvals by a second operator, and broadcasts. ICU MessageFormat; markup is Telegram HTML. */
export const approvalsRu = {
  'tokens.granted': 'Поддержка начислила вам {tokens} ток. Баланс: {balance}.',
  'tokens.taken': 'Поддержка списала у вас {tokens} ток. Баланс: {balance}. Вопросы: /paysupport',
} as const;
