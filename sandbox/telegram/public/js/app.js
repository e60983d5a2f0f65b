/**
 * The chat page of the Telegram sandbox. Native modules, no build step, nothing from other servers.
 *
 * The address's hash names the person being played: `/#7000000001`.
 *
 * Stable marks for browser tests (`data-testid`):
 *   people, person (data-person-id), unread, add-person, new-person, new-person-create (inputs by name)
 *   messages, message (data-message-id, data-side = in | out | service), message-text, edited
 *   inline-keyboard, inline-button (data-callback, data-url), button-spinner
 *   composer, send, start, unblock, command-menu, command, reply-keyboard, reply-button
 *   invoice (data-paid), payment-sheet, pay-confirm, payment-result (data-status), payment-done
 *   photo, document, voice
 *   toast, alert, alert-ok
 *   status, chat-menu, block-switch, no-bot
 *   inspector-toggle, inspector-list, inspector-entry (data-kind), star-subscription, star-charge
 */
import { drawChat, drawMessages, showAction, stopAction } from './chat.js';
import * as net from './cloud.js';
import { cloud } from './cloud.js';
import { redrawComposer } from './composer.js';
import { toast } from './dialogs.js';
import { addEntry, toggleInspector } from './inspector.js';
import { showAnswer } from './keyboards.js';
import { openPaymentSheet } from './payment.js';
import { drawSidebar, pageTitle } from './sidebar.js';

const actions = {
  send: (text) => void net.act('/send', { text }).catch((error) => toast(error.message)),
  contact: () => void net.act('/contact').catch((error) => toast(error.message)),
  pay: (choice) => void openPaymentSheet(choice),
  open: openInside,
  botName: () => net.bot()?.firstName ?? '',
  toggleInspector: () => void toggleInspector(),
  choosePerson: (personId) => (location.hash = String(personId)),
  leaveChat: () => (location.hash = ''),
  chooseBot: (botId) => {
    cloud.botId = botId;
    void drawAll();
  },
};

/** Opens what Telegram opens inside itself, invoice links and the bot's own deep links, and says whether it did. */
function openInside(url) {
  if (/^(https?:\/\/t\.me\/(\$|invoice\/)|tg:\/\/invoice\?)/i.test(url)) {
    void openPaymentSheet({ link: url });
    return true;
  }
  const deep = /^https?:\/\/t\.me\/(\w+)(?:\?start=([\w-]*))?$/i.exec(url);
  if (deep?.[1]?.toLowerCase() !== net.bot()?.username.toLowerCase()) return false;
  actions.send(deep[2] ? `/start ${deep[2]}` : '/start');
  return true;
}

async function drawAll() {
  const id = Number(location.hash.slice(1));
  if (cloud.people.size > 0 && !cloud.people.has(id)) await net.loadState();
  cloud.personId = cloud.people.has(id) ? id : undefined;
  document.getElementById('app').classList.toggle('is-chatting', cloud.personId !== undefined);
  await Promise.all([net.loadMessages(), net.loadCommands()]);
  drawChat(actions);
  net.markRead();
  drawSide();
}

function drawSide() {
  drawSidebar(actions);
  document.title = pageTitle();
}

function isShown({ botId, chatId }) {
  return botId === cloud.botId && chatId === cloud.personId;
}

function keepChat(chat) {
  const key = `${chat.botId}:${chat.chatId}`;
  const before = cloud.chats.get(key);
  cloud.chats.set(key, { ...chat, lastMessage: before?.lastMessage });
  if (!isShown(chat)) return;
  net.markRead();
  redrawComposer(actions);
}

function keepMessage(stored, isNew) {
  const key = `${stored.botId}:${stored.chatId}`;
  const chat = cloud.chats.get(key) ?? { ...stored, unreadCount: 0, isBlocked: false };
  const isLast = isNew || chat.lastMessage?.message.message_id === stored.message.message_id;
  if (isLast) cloud.chats.set(key, { ...chat, lastMessage: stored });
  if (!isShown(stored)) return;
  const wasEmpty = cloud.messages.size === 0;
  cloud.messages.set(stored.message.message_id, stored);
  if (isNew) stopAction(true);
  if (wasEmpty) redrawComposer(actions);
  drawMessages(actions);
}

function forgetMessage(event) {
  if (!isShown(event)) return;
  cloud.messages.delete(event.messageId);
  drawMessages(actions);
}

function keepBot(bot) {
  const isFirst = cloud.bots.length === 0;
  cloud.bots = [...cloud.bots.filter((it) => it.id !== bot.id), bot];
  cloud.botId ??= bot.id;
  if (isFirst) void drawAll();
}

const HANDLERS = {
  person: ({ person }) => cloud.people.set(person.id, person),
  bot: ({ bot }) => keepBot(bot),
  commands: () => void net.loadCommands().then(() => redrawComposer(actions)),
  chat: ({ chat }) => keepChat(chat),
  message: ({ message }) => keepMessage(message, true),
  edited: ({ message }) => keepMessage(message, false),
  deleted: (event) => forgetMessage(event),
  answer: (answer) => showAnswer(answer, actions),
  action: (event) => isShown(event) && showAction(event.action),
  inspector: ({ entry }) => addEntry(entry),
};

function onEvent(event) {
  HANDLERS[event.type]?.(event);
  if (event.type !== 'inspector' && event.type !== 'action') drawSide();
}

async function start() {
  net.listen(onEvent, () => void net.loadState().then(drawAll));
  await net.loadState();
  const isWide = window.matchMedia('(min-width: 761px)').matches;
  const first = cloud.people.keys().next().value;
  if (location.hash === '' && isWide && first !== undefined) {
    history.replaceState(null, '', `#${first}`);
  }
  await drawAll();
  window.addEventListener('hashchange', () => void drawAll());
  document.addEventListener('visibilitychange', () => {
    net.markRead();
    drawSide();
  });
}

void start();
