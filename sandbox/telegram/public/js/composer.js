import { act, chatOf, cloud } from './cloud.js';
import { el, icon } from './dom.js';
import { block, isAtBottom, toBottom } from './chat.js';
import { replyKeyboard } from './keyboards.js';
import { toast } from './dialogs.js';

let isKeyboardHidden = false;

/** The lower edge of the chat: Start, Unblock, or the field to write in with its keyboards. */
export function composer(actions) {
  const chat = chatOf(cloud.personId);
  const node = el('footer', { class: 'composer', id: 'composer' });
  if (chat?.isBlocked) {
    node.append(action('Restart bot', 'unblock', () => block(false)));
  } else if (cloud.messages.size === 0) {
    node.append(action('Start', 'start', () => actions.send('/start'), 'is-start'));
  } else {
    node.append(...writing(chat, actions));
  }
  return node;
}

/** Redraws the composer in place and keeps what is being typed. */
export function redrawComposer(actions) {
  const old = document.getElementById('composer');
  if (old === null) return;
  const field = old.querySelector('textarea');
  const draft = field?.value ?? '';
  const hadFocus = document.activeElement === field;
  const mustFollow = isAtBottom();
  const fresh = composer(actions);
  old.replaceWith(fresh);
  if (mustFollow) toBottom();
  const freshField = fresh.querySelector('textarea');
  if (freshField === null) return;
  if (draft !== '') fill(freshField, draft);
  if (hadFocus) freshField.focus();
}

function action(text, testId, onclick, kind = '') {
  return el('button', { class: `composer-action ${kind}`, 'data-testid': testId, onclick }, text);
}

function writing(chat, actions) {
  const keyboard = isKeyboardHidden ? null : replyKeyboard(chat?.replyKeyboard, actions);
  const send = el(
    'button',
    {
      class: 'send',
      'data-testid': 'send',
      'aria-label': 'Send',
      onclick: () => submit(field, actions),
    },
    icon('send'),
  );
  const field = textField(chat, actions, send);
  const line = el(
    'div',
    { class: 'composer-line' },
    el(
      'div',
      { class: 'composer-field' },
      menuButton(actions),
      field,
      keyboardButton(chat, actions),
    ),
    send,
  );
  return keyboard === null ? [line] : [line, keyboard];
}

function textField(chat, actions, send) {
  const field = el('textarea', {
    rows: '1',
    placeholder: chat?.replyKeyboard?.input_field_placeholder ?? 'Message',
    'aria-label': 'Message',
    'data-testid': 'composer',
    maxlength: '4096',
    oninput: () => {
      resize(field);
      send.classList.toggle('is-ready', field.value.trim() !== '');
      if (field.value === '/') showCommands(actions);
      else hideCommands();
    },
    onkeydown: (event) => onKey(event, field, actions),
  });
  return field;
}

function onKey(event, field, actions) {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    submit(field, actions);
  } else if (event.key === 'ArrowUp' && field.value === '') {
    event.preventDefault();
    editLast(field);
  } else if (event.key === 'Escape') {
    hideCommands();
    stopEditing(field);
  }
}

function submit(field, actions) {
  const text = field.value.trim();
  if (text === '') return field.focus();
  const editedId = field.dataset.editing;
  fill(field, '');
  hideCommands();
  field.focus();
  if (editedId === undefined) return actions.send(text);
  stopEditing(field);
  act('/edit', { messageId: Number(editedId), text }).catch((error) => toast(error.message));
}

/** Arrow up in an empty field edits the last own message, as on a desktop client. */
function editLast(field) {
  const own = [...cloud.messages.values()].filter(
    ({ message }) => message.from?.id === cloud.personId && message.text !== undefined,
  );
  const last = own.at(-1)?.message;
  if (last === undefined) return;
  field.dataset.editing = last.message_id;
  fill(field, last.text);
  const bar = el(
    'div',
    { class: 'editing' },
    el('span', {}, 'Editing your message'),
    el(
      'button',
      { 'aria-label': 'Stop editing', onclick: () => stopEditing(field, true) },
      icon('close'),
    ),
  );
  field.closest('.composer').prepend(bar);
}

function stopEditing(field, mustClear = false) {
  if (field.dataset.editing === undefined) return;
  delete field.dataset.editing;
  document.querySelector('.editing')?.remove();
  if (mustClear) fill(field, '');
}

function menuButton(actions) {
  if (cloud.commands.length === 0) return null;
  return el(
    'button',
    {
      class: 'menu-button',
      'data-testid': 'command-menu',
      'aria-label': 'Commands',
      onclick: () => (hideCommands() ? undefined : showCommands(actions)),
    },
    icon('menu'),
    'Menu',
  );
}

function keyboardButton(chat, actions) {
  if (chat?.replyKeyboard?.kind !== 'keyboard') return null;
  return el(
    'button',
    {
      class: 'icon-button',
      'aria-label': 'Keyboard of the bot',
      'aria-pressed': String(!isKeyboardHidden),
      onclick: () => {
        isKeyboardHidden = !isKeyboardHidden;
        redrawComposer(actions);
      },
    },
    icon('keyboard'),
  );
}

function showCommands(actions) {
  if (cloud.commands.length === 0) return;
  hideCommands();
  const items = cloud.commands.map(({ command, description }) =>
    el(
      'li',
      {},
      el(
        'button',
        {
          'data-testid': 'command',
          onclick: () => {
            hideCommands();
            const field = document.querySelector('.composer textarea');
            if (field !== null) fill(field, '');
            actions.send(`/${command}`);
          },
        },
        el('b', {}, `/${command}`),
        el('span', {}, description),
      ),
    ),
  );
  document
    .getElementById('composer')
    .append(el('ul', { class: 'commands', 'aria-label': 'Commands' }, items));
}

function hideCommands() {
  const list = document.querySelector('.commands');
  list?.remove();
  return list !== null;
}

function fill(field, text) {
  field.value = text;
  field
    .closest('.composer')
    ?.querySelector('.send')
    ?.classList.toggle('is-ready', text !== '');
  resize(field);
}

function resize(field) {
  field.style.height = 'auto';
  field.style.height = `${Math.min(field.scrollHeight, 180)}px`;
}
