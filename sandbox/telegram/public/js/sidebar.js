import { bot, call, chatOf, cloud, fullName } from './cloud.js';
import { avatar, clockTime, dayName, el, icon } from './dom.js';
import { askForPerson, toast } from './dialogs.js';

/** Draws the people to play, the one who spoke last first. */
export function drawSidebar(actions) {
  const people = [...cloud.people.values()].sort(
    (a, b) => lastDate(b) - lastDate(a) || a.id - b.id,
  );
  const list = el(
    'ul',
    { class: 'people', 'data-testid': 'people' },
    people.map((person) => el('li', {}, personItem(person, actions))),
  );
  const old = document.querySelector('.people');
  const scroll = old?.scrollTop ?? 0;
  document
    .getElementById('sidebar')
    .replaceChildren(header(), ...botChoice(actions), list, addButton(actions));
  list.scrollTop = scroll;
  if (people.length === 0)
    list.append(el('li', { class: 'sidebar-note' }, 'Nobody yet. Add a person to play.'));
}

function header() {
  const count = cloud.people.size;
  return el(
    'div',
    { class: 'sidebar-header' },
    el(
      'div',
      { class: 'sidebar-title' },
      'Telegram sandbox',
      el('small', {}, `${count} ${count === 1 ? 'person' : 'people'} to play`),
    ),
  );
}

function botChoice(actions) {
  if (cloud.bots.length < 2) return [];
  const options = cloud.bots.map((it) =>
    el(
      'option',
      { value: it.id, selected: it.id === cloud.botId },
      `${it.firstName} @${it.username}`,
    ),
  );
  const onchange = (event) => actions.chooseBot(Number(event.target.value));
  return [el('select', { class: 'bot-choice', 'aria-label': 'Bot', onchange }, options)];
}

function personItem(person, actions) {
  const chat = chatOf(person.id);
  const last = chat?.lastMessage?.message;
  return el(
    'button',
    {
      class: 'person',
      'data-testid': 'person',
      'data-person-id': person.id,
      'aria-current': String(person.id === cloud.personId),
      onclick: () => actions.choosePerson(person.id),
    },
    avatar(person.id, fullName(person)),
    el(
      'span',
      { class: 'person-body' },
      el(
        'span',
        { class: 'person-line' },
        el('span', { class: 'person-name', dir: 'auto' }, fullName(person)),
        person.languageCode ? el('span', { class: 'person-language' }, person.languageCode) : null,
        last === undefined ? null : el('time', { class: 'person-time' }, listTime(last.date)),
      ),
      el('span', { class: 'person-line' }, preview(person, chat, last), badge(chat)),
    ),
  );
}

function preview(person, chat, last) {
  if (chat?.isBlocked) {
    return el('span', { class: 'person-preview person-blocked' }, 'Bot blocked');
  }
  return el(
    'span',
    { class: 'person-preview', dir: 'auto' },
    last ? previewText(last) : 'Not started yet',
  );
}

export function previewText(message) {
  const prefix = message.from?.id === cloud.botId ? '' : 'You: ';
  if (message.successful_payment) return `⭐ Paid ${message.successful_payment.total_amount} Stars`;
  if (message.refunded_payment) return `⭐ Refunded ${message.refunded_payment.total_amount} Stars`;
  if (message.invoice) return `Invoice: ${message.invoice.title}`;
  if (message.photo) return `🖼 ${message.caption ?? 'Photo'}`;
  if (message.document) return `📎 ${message.document.file_name ?? 'File'}`;
  if (message.voice) return '🎤 Voice message';
  if (message.contact) return `${prefix}Contact`;
  return prefix + (message.text ?? 'Message').replace(/\s+/g, ' ');
}

function badge(chat) {
  if (!chat?.unreadCount) return null;
  return el(
    'span',
    { class: 'badge', 'data-testid': 'unread', 'aria-label': `${chat.unreadCount} unread` },
    String(chat.unreadCount),
  );
}

function addButton(actions) {
  const create = (fields) =>
    void call('POST', '/people', fields).then(
      (person) => actions.choosePerson(person.id),
      (error) => toast(error.message),
    );
  return el(
    'button',
    {
      class: 'add-person',
      'data-testid': 'add-person',
      'aria-label': 'Add a person',
      title: 'Add a person',
      onclick: () => askForPerson(create),
    },
    icon('add'),
  );
}

function lastDate(person) {
  return chatOf(person.id)?.lastMessage?.message.date ?? 0;
}

function listTime(date) {
  return dayName(date) === 'Today' ? clockTime(date) : dayName(date);
}

export function pageTitle() {
  const unread = [...cloud.chats.values()].reduce((sum, chat) => sum + chat.unreadCount, 0);
  const name = bot()?.firstName ?? 'Telegram sandbox';
  return unread > 0 ? `(${unread}) ${name}` : name;
}
