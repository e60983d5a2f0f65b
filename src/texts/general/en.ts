import type { generalRu } from './ru';

export const generalEn: Readonly<Record<keyof typeof generalRu, string>> = {
  'command.start': 'Main menu',
  'command.balance': 'Balance',
  'command.topup': 'Top up',
  'command.tariffs': 'Plans',
  'command.subscription': 'Subscription',
  'command.history': 'History',
  'command.invoices': 'Invoices',
  'command.settings': 'Settings',
  'command.language': 'Language',
  'command.paysupport': 'Payment support',
  'command.terms': 'Terms',
  'command.help': 'Help',
  'command.cancel': 'Cancel',

  'button.menu': '⬅️ Menu',
  'button.back': '⬅️ Back',
  'button.balance': '💰 Balance',
  'button.topup': '➕ Top up',
  'button.tariffs': '🛍 Plans',
  'button.subscription': '📅 Subscription',
  'button.history': '🧾 History',
  'button.invoices': '📄 Invoices',
  'button.help': '❓ Help',
  'button.settings': '⚙️ Settings',
  'button.support': '💬 Contact support',
  'button.terms': '📜 Terms',
  'button.privacy': '🔒 Privacy',
  'button.russian': '🇷🇺 Русский',
  'button.english': '🇬🇧 English',
  'button.open_bot': 'Open the bot',

  'menu.greeting': 'Hello, {name}!',
  'menu.greeting_nameless': 'Hello!',
  'menu.introduction':
    'Top up your token balance here, choose a plan and see every charge. The terms are always at hand: /terms.',
  'menu.balance': 'Balance: <b>{balance}</b> tokens',
  'menu.prompt': 'What would you like to see?',

  'settings.title': '<b>Settings</b>',
  'settings.language': 'Language: English',
  'settings.zone': 'Time zone: {zone}',
  'settings.choose': 'Choose a language:',
  'settings.changed': 'Done, English it is.',

  'help.title': '<b>How it works</b>',
  'help.topup': '1. Top up your balance: /topup. One rouble is one token.',
  'help.fee':
    '2. While your subscription is active, tokens pay for the work the service does. What is left: /balance.',
  'help.orders':
    '3. Every order is an invoice with a number of its own: /invoices. Every movement: /history.',
  'help.plan':
    '4. How your subscription stands and what is charged when: /subscription and /upcoming. Pause it, choose how to pay or cancel there too.',
  'help.questions': 'Payment questions: /paysupport. Language: /language. Terms: /terms.',
  'help.contact': 'Support: {contact}',

  'paysupport.title': '<b>Payment support</b>',
  'paysupport.text':
    'If a payment has not arrived or a charge looks wrong, write to us: {contact}. Name the invoice number and we will answer sooner.',
  'paysupport.checking':
    'The “Check payment” button on the invoice card usually helps: we ask the payment provider once more.',
  'paysupport.orders': 'Your latest invoices:',

  'terms.title': '<b>Documents</b>',
  'terms.text': 'The terms of use and the privacy policy open with the buttons below.',

  'cancel.done': 'All right, cancelled.',
  'cancel.nothing': 'There is nothing to cancel. Menu: /start',

  'unknown.text':
    'I did not understand that. Press /start to open the menu, or /help to see what I can do.',
  'unknown.button': 'This button no longer works. Open the menu: /start',
  'unknown.kind': 'I understand text and buttons only. Menu: /start',
  'dialogue.over': 'The question you are answering has closed: more than 30 minutes have passed.',
  'group.private_only': 'Let us talk in private: everybody can see us here.',

  'rate.limited':
    'That is a bit too fast. Please wait {seconds, plural, one {# second} other {# seconds}} and try again.',
  'err.incident':
    'Something went wrong, and we are already looking into it. Please try again a little later. Reference: <code>{incident}</code>',
  'err.incident_short': 'Something went wrong. Reference: {incident}',
  'err.blocked': 'Access is limited, please contact support.',
  'err.maintenance':
    'Maintenance is under way. The bot will be back soon; payments already begun are safe.',
  'err.insufficient': '{missing} tokens short.',
  'err.subscription': 'An active subscription is required.',
};
