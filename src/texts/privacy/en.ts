import type { privacyRu } from './ru';

export const privacyEn: Readonly<Record<keyof typeof privacyRu, string>> = {
  'button.accept_terms': '✅ I accept',

  'consent.title': '<b>Before we begin</b>',
  'consent.text':
    'Here you top up your token balance, choose a plan and see every charge. Read the terms and how we handle data, then press “I accept”.',
  'consent.thanks': 'Thank you, the terms are accepted.',
  'consent.unavailable': 'You have accepted the terms already. Menu: /start',
};
