import type { privacyRu } from './ru';

export const privacyEn: Readonly<Record<keyof typeof privacyRu, string>> = {
  'button.accept_terms': '✅ I accept',

  'consent.title': '<b>Before we begin</b>',
  'consent.text':
    'Here you top up your token balance, choose a plan and see every charge. Read the terms and how we handle data, then press “I accept”.',
  'consent.thanks': 'Thank you, the terms are accepted.',
  'consent.unavailable': 'You have accepted the terms already. Menu: /start',

  'command.export': 'My data',
  'button.copy_data': '📦 Get a copy',
  'button.erase_data': '🗑 Erase my data',
  'button.erase_confirm': '🗑 Yes, erase',
  'button.keep_data': '↩️ Keep my data',
  'button.download': '⬇️ Download the archive',

  'data.title': '<b>My data</b>',
  'data.text':
    'A copy is an archive of everything we keep about you: profile, invoices, payments, token movements, subscriptions, messages. You can have one a day. To erase your data use /erase.',
  'data.copying': 'We are preparing the archive. The link comes here, usually within seconds.',
  'data.too_soon': 'One copy a day. You can ask for the next one after {at}.',

  'erase.title': '<b>Erasing your data</b>',
  'erase.text':
    'As soon as you confirm: nothing more is charged, the subscription renews no more, saved cards are removed, unpaid invoices are closed. You get a copy of your data. After a while in which you can change your mind we erase your name, your messages and everything that describes you; tokens you still have lapse. You can get the unspent part of a payment back first: /refund. The law makes us keep the numbers of the books, without your name.',
  'erase.waiting':
    'Your data will be erased on {at}. Until then you can change your mind. Nothing is charged; you can get the unspent part of a payment back: /refund.',
  'erase.withdrawn': 'All right, your data stay.',
  'erase.too_late': 'There is nothing to call off: no erasure is asked for, or it is done.',

  'export.ready':
    'The archive of your data is ready. The link works until {until}; please do not pass it on.',
  'erasure.accepted':
    'We have your request to erase your data. Nothing more will be charged and the subscription will not renew. We erase on {until}; until then you can change your mind. You can get the unspent part of a payment back: /refund.',
  'erasure.withdrawn':
    'The erasure is called off, your data stay. The subscription does not renew by itself any more: turn renewal on again if you wish.',
  'erasure.done':
    'Your data are erased: your name, your messages and everything that described you. Should you come back, we begin with a clean sheet.',
};
