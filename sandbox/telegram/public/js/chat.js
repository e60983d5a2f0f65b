import { act, bot, chatOf, cloud, fullName, person } from './cloud.js';
import { messageRow } from './bubble.js';
import { composer } from './composer.js';
import { avatar, dayName, el, icon } from './dom.js';
import { toast } from './dialogs.js';

let rows = new Map();
let typing = { until: 0, action: '' };

/** Draws the whole chat: when another person or bot is chosen. */
export function drawChat(actions) {
  rows = new Map();
  typing = { until: 0, action: '' };
  const main = document.getElementById('chat');
  if (bot() === undefined) return main.replaceChildren(waitingForBot());
  if (person() === undefined) return main.replaceChildren(nobodyChosen());
  const down = el(
    'button',
    {
      class: 'scroll-down',
      'aria-label': 'To the newest message',
      hidden: true,
      onclick: toBottom,
    },
    icon('down'),
  );
  const scroller = el(
    'div',
    {
      class: 'messages',
      id: 'messages',
      tabindex: '-1',
      onscroll: () => (down.hidden = isAtBottom()),
    },
    el('div', { class: 'messages-column', 'data-testid': 'messages', role: 'log' }),
  );
  main.replaceChildren(
    header(actions),
    el('div', { class: 'messages-frame' }, scroller, down),
    composer(actions),
  );
  drawMessages(actions, { isFirst: true });
}

function header(actions) {
  const menuButton = el(
    'button',
    {
      class: 'icon-button',
      'aria-label': 'More',
      'aria-expanded': 'false',
      'data-testid': 'chat-menu',
      onclick: () => toggleMenu(menuButton, actions),
    },
    icon('more'),
  );
  return el(
    'header',
    { class: 'chat-header' },
    el(
      'button',
      {
        class: 'icon-button chat-back',
        'aria-label': 'Back to people',
        onclick: actions.leaveChat,
      },
      icon('back'),
    ),
    avatar(bot().id, bot().firstName, 'small'),
    el(
      'div',
      { class: 'chat-names' },
      el('h1', { class: 'chat-name', dir: 'auto' }, bot().firstName),
      el('div', { class: 'chat-status', id: 'status', 'data-testid': 'status' }, statusText()),
    ),
    el(
      'button',
      {
        class: 'icon-button',
        'aria-label': 'Inspector',
        title: 'Inspector of updates and API calls',
        'aria-pressed': String(!document.getElementById('inspector').hidden),
        'data-testid': 'inspector-toggle',
        onclick: actions.toggleInspector,
      },
      icon('code'),
    ),
    menuButton,
  );
}

function statusText() {
  return `bot · you are ${fullName(person())}`;
}

function toggleMenu(button, actions) {
  const open = document.querySelector('.menu');
  if (open !== null) return open.remove();
  const isBlocked = chatOf(cloud.personId)?.isBlocked ?? false;
  const menu = el(
    'div',
    { class: 'menu', role: 'menu' },
    el(
      'button',
      {
        role: 'menuitemcheckbox',
        'aria-checked': String(isBlocked),
        'data-testid': 'block-switch',
        onclick: () => block(!isBlocked),
      },
      icon('block'),
      el('span', {}, 'Block bot'),
      el('span', { class: 'switch' }),
    ),
    el(
      'button',
      { role: 'menuitem', onclick: () => actions.send('/start') },
      icon('play'),
      el('span', {}, 'Send /start'),
    ),
  );
  button.setAttribute('aria-expanded', 'true');
  document.getElementById('chat').append(menu);
  const close = () => {
    menu.remove();
    button.setAttribute('aria-expanded', 'false');
  };
  setTimeout(() => document.addEventListener('click', close, { once: true }));
}

export function block(isBlocked) {
  act('/blocked', { isBlocked }).catch((error) => toast(error.message));
}

export function showAction(action) {
  typing = { until: Date.now() + 5000, action };
  const status = document.getElementById('status');
  if (status === null) return;
  const words =
    action === 'typing' ? 'typing' : action.replace('_', ' ').replace('upload', 'sending');
  const dots = el('span', { class: 'dots' }, el('span'), el('span'), el('span'));
  status.classList.add('is-typing');
  status.replaceChildren(words, dots);
  setTimeout(stopAction, 5100);
}

export function stopAction(isForced = false) {
  const status = document.getElementById('status');
  if (status === null || person() === undefined) return;
  if (!isForced && Date.now() < typing.until) return;
  status.classList.remove('is-typing');
  status.replaceChildren(statusText());
}

/** Brings the rows in line with the messages; rows of unchanged messages stay the same nodes. */
export function drawMessages(actions, { isFirst = false } = {}) {
  const column = document.querySelector('.messages-column');
  if (column === null) return;
  const mustFollow = isFirst || isAtBottom();
  const groups = grouped([...cloud.messages.values()]);
  const fresh = new Map();
  const nodes = groups.flatMap((group, index) => {
    const row = rowOf(group, { isLast: isLastOfSide(groups, index), isNew: !isFirst }, actions);
    fresh.set(row.key, row);
    return startsDay(groups, index) ? [dateNode(group), row.node] : [row.node];
  });
  rows = fresh;
  column.replaceChildren(...(nodes.length === 0 ? [introduction()] : nodes));
  if (mustFollow) toBottom();
}

function rowOf(group, place, actions) {
  const key = group[0].message.message_id;
  const known = rows.get(key);
  const version = JSON.stringify([group, place.isLast]);
  if (known?.version === version) return known;
  const isNew = place.isNew && known === undefined;
  return { key, version, node: messageRow(group, { ...place, isNew }, actions) };
}

function grouped(messages) {
  const groups = [];
  for (const stored of messages) {
    const album = stored.message.media_group_id;
    const last = groups.at(-1);
    if (album !== undefined && last?.[0].message.media_group_id === album) last.push(stored);
    else groups.push([stored]);
  }
  return groups;
}

function isLastOfSide(groups, index) {
  const next = groups[index + 1]?.[0].message;
  const own = groups[index][0].message;
  if (next === undefined || isService(next)) return true;
  return next.from?.id !== own.from?.id || startsDay(groups, index + 1);
}

function isService(message) {
  return message.successful_payment !== undefined || message.refunded_payment !== undefined;
}

function startsDay(groups, index) {
  if (index === 0) return true;
  return dayName(groups[index][0].message.date) !== dayName(groups[index - 1][0].message.date);
}

function dateNode(group) {
  return el('div', { class: 'date' }, dayName(group[0].message.date));
}

function introduction() {
  return el(
    'div',
    { class: 'empty' },
    el(
      'div',
      { class: 'empty-card' },
      avatar(bot().id, bot().firstName, 'large'),
      el('h2', {}, bot().firstName),
      el('p', {}, `@${bot().username}. Nothing here yet: press Start and the bot will answer.`),
    ),
  );
}

function nobodyChosen() {
  return el(
    'div',
    { class: 'empty' },
    el(
      'div',
      { class: 'empty-card' },
      el('h2', {}, 'Choose a person'),
      el('p', {}, 'Everyone on the left is yours to play. Each has a chat with the bot.'),
    ),
  );
}

function waitingForBot() {
  return el(
    'div',
    { class: 'empty' },
    el(
      'div',
      { class: 'empty-card', 'data-testid': 'no-bot' },
      el('span', { class: 'spinner' }),
      el('h2', {}, 'Waiting for a bot'),
      el('p', {}, 'Start a bot with this server as its apiRoot: ', el('code', {}, location.origin)),
    ),
  );
}

export function isAtBottom() {
  const scroller = document.getElementById('messages');
  if (scroller === null) return true;
  return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 120;
}

export function toBottom() {
  const scroller = document.getElementById('messages');
  if (scroller !== null) scroller.scrollTop = scroller.scrollHeight;
  for (const image of scroller?.querySelectorAll('img') ?? []) {
    if (!image.complete)
      image.addEventListener('load', () => (scroller.scrollTop = scroller.scrollHeight), {
        once: true,
      });
  }
}
