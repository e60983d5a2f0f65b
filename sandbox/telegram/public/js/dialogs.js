import { el } from './dom.js';

const overlays = () => document.getElementById('overlays');

export function toast(text, seconds = 3.5) {
  const node = el('div', { class: 'toast', 'data-testid': 'toast' }, text);
  document.getElementById('toasts').append(node);
  setTimeout(() => node.remove(), seconds * 1000);
}

/** Opens a modal over everything; Escape, the backdrop and the returned function close it. */
export function openDialog(content, options = {}) {
  const before = document.activeElement;
  const close = () => {
    overlay.remove();
    document.removeEventListener('keydown', onKey);
    options.onClose?.();
    if (before instanceof HTMLElement && before.isConnected) before.focus();
  };
  const onKey = (event) => {
    if (event.key === 'Escape') close();
  };
  const overlay = el(
    'div',
    {
      class: `overlay ${options.isSheet ? 'is-sheet' : ''}`,
      onclick: (event) => event.target === overlay && close(),
    },
    content,
  );
  content.setAttribute('role', 'dialog');
  content.setAttribute('aria-modal', 'true');
  document.addEventListener('keydown', onKey);
  overlays().append(overlay);
  (content.querySelector('[data-autofocus]') ?? content.querySelector('button, input'))?.focus();
  return close;
}

export function showAlert(title, text) {
  const content = el(
    'div',
    { class: 'dialog', 'data-testid': 'alert', 'aria-label': title },
    el('h2', {}, title),
    el('p', {}, text),
    el(
      'div',
      { class: 'dialog-actions' },
      el(
        'button',
        { class: 'text-button', 'data-testid': 'alert-ok', onclick: () => close() },
        'OK',
      ),
    ),
  );
  const close = openDialog(content);
}

const LANGUAGES = [
  ['en', 'English'],
  ['ru', 'Русский'],
  ['uk', 'Українська'],
  ['de', 'Deutsch'],
  ['es', 'Español'],
  ['fr', 'Français'],
  ['pt-br', 'Português (Brasil)'],
  ['uz', 'O‘zbekcha'],
  ['kk', 'Қазақша'],
  ['ar', 'العربية'],
  ['', 'Not told to bots'],
];

/** Asks for a new person and hands over what was filled in. */
export function askForPerson(create) {
  const field = (label, input) => el('label', { class: 'field' }, el('span', {}, label), input);
  const input = (name, placeholder, more = {}) =>
    el('input', { name, placeholder, autocomplete: 'off', maxlength: '64', ...more });
  const options = LANGUAGES.map(([value, name]) => el('option', { value }, name));
  const form = el(
    'form',
    { class: 'dialog', 'data-testid': 'new-person', 'aria-label': 'New person' },
    el('h2', {}, 'New person'),
    field('First name', input('firstName', 'Maria', { required: true, 'data-autofocus': true })),
    field('Last name', input('lastName', 'Optional')),
    field(
      'Username',
      input('username', 'Optional', { pattern: '[A-Za-z0-9_]{3,32}', maxlength: '32' }),
    ),
    field('Language', el('select', { name: 'languageCode' }, options)),
    el(
      'div',
      { class: 'dialog-actions' },
      el('button', { type: 'button', class: 'text-button', onclick: () => close() }, 'Cancel'),
      el('button', { class: 'text-button', 'data-testid': 'new-person-create' }, 'Create'),
    ),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const filled = [...new FormData(form)].filter(([, value]) => value !== '');
    close();
    create(Object.fromEntries(filled));
  });
  const close = openDialog(form);
}

export function showPicture(url) {
  const box = el(
    'div',
    { class: 'lightbox', role: 'dialog', 'aria-label': 'Picture', onclick: () => box.remove() },
    el('img', { src: url, alt: 'Picture' }),
  );
  overlays().append(box);
}
