import type { approvalsRu } from './ru';

/** Adjustments, approvals by a second operator, and broadcasts. ICU MessageFormat; markup is Telegram HTML. */
export const approvalsEn: Readonly<Record<keyof typeof approvalsRu, string>> = {
  'tokens.granted': 'Support added {tokens} tokens to your wallet. Balance: {balance}.',
  'tokens.taken':
    'Support took {tokens} tokens from your wallet. Balance: {balance}. Questions: /paysupport',
};
