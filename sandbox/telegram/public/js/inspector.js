import { call, cloud } from './cloud.js';
import { el, groupedNumber, icon, star } from './dom.js';
import { toast } from './dialogs.js';

const KEPT = 400;
const TABS = [
  ['all', 'All'],
  ['update', 'Updates'],
  ['call', 'API calls'],
  ['webhook', 'Webhook'],
  ['stars', 'Stars'],
];
const LETTERS = { update: '↓', call: '↑', webhook: 'W' };

let entries = [];
let tab = 'all';
let search = '';

const drawer = () => document.getElementById('inspector');

/** Opens or closes the drawer of raw traffic. */
export async function toggleInspector() {
  const node = drawer();
  node.hidden = !node.hidden;
  document
    .querySelector('[data-testid="inspector-toggle"]')
    ?.setAttribute('aria-pressed', String(!node.hidden));
  if (node.hidden) return;
  entries = await call('GET', `/inspector?limit=${KEPT}`);
  draw();
}

export function addEntry(entry) {
  if (drawer().hidden) return;
  entries.unshift(entry);
  entries.length = Math.min(entries.length, KEPT);
  const list = document.querySelector('.inspector-list');
  if (tab === 'stars') return void drawStars(list);
  if (isShown(entry)) list?.prepend(entryNode(entry));
}

function draw() {
  const tabs = TABS.map(([id, name]) =>
    el(
      'button',
      { role: 'tab', 'aria-selected': String(id === tab), onclick: () => ((tab = id), draw()) },
      name,
    ),
  );
  const field = el('input', {
    class: 'inspector-search',
    type: 'search',
    placeholder: 'Filter, for example sendMessage',
    'aria-label': 'Filter',
    value: search,
    oninput: () => ((search = field.value), fillList(list)),
  });
  const list = el('div', { class: 'inspector-list', 'data-testid': 'inspector-list' });
  drawer().replaceChildren(
    el(
      'div',
      { class: 'inspector-header' },
      el('h2', {}, 'Inspector'),
      el(
        'button',
        { class: 'icon-button', 'aria-label': 'Close the inspector', onclick: toggleInspector },
        icon('close'),
      ),
    ),
    el('div', { class: 'inspector-tabs', role: 'tablist' }, tabs),
    field,
    list,
  );
  fillList(list);
}

function fillList(list) {
  if (tab === 'stars') return void drawStars(list);
  list.replaceChildren(...entries.filter(isShown).map(entryNode));
}

function isShown(entry) {
  if (tab !== 'all' && entry.kind !== tab) return false;
  const words = search.trim().toLowerCase();
  return words === '' || JSON.stringify(entry).toLowerCase().includes(words);
}

function entryNode(entry) {
  const node = el(
    'details',
    {
      class: `entry ${entry.isOk ? '' : 'is-failure'}`,
      'data-testid': 'inspector-entry',
      'data-kind': entry.kind,
    },
    el(
      'summary',
      {},
      el('span', { class: `entry-kind ${entry.kind}`, title: entry.kind }, LETTERS[entry.kind]),
      el('span', { class: 'entry-name' }, entry.name),
      entry.durationMs === undefined ? null : el('small', {}, `${entry.durationMs} ms`),
      el('time', {}, new Date(entry.at).toLocaleTimeString('en-GB')),
    ),
  );
  node.addEventListener('toggle', () => {
    if (!node.open || node.querySelector('.json') !== null) return;
    node.append(jsonNode(entry.request));
    if (entry.response !== undefined) node.append(jsonNode(entry.response));
  });
  return node;
}

const TOKEN = /("(?:\\.|[^"\\])*")(\s*:)?|(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)|\b(true|false|null)\b/gi;

/** Pretty JSON, coloured by building nodes: the text may hold anything a person wrote. */
export function jsonNode(value) {
  const text = JSON.stringify(value, undefined, 2) ?? '';
  const node = el('pre', { class: 'json' });
  let at = 0;
  for (const match of text.matchAll(TOKEN)) {
    node.append(text.slice(at, match.index), ...coloured(match));
    at = match.index + match[0].length;
  }
  node.append(text.slice(at));
  return node;
}

function coloured([whole, string, colon, number]) {
  if (string !== undefined && colon !== undefined)
    return [el('span', { class: 'key' }, string), colon];
  const kind = string !== undefined ? 'string' : number !== undefined ? 'number' : 'literal';
  return [el('span', { class: kind }, whole)];
}

async function drawStars(list) {
  const [subscriptions, charges] = await Promise.all([
    call('GET', '/subscriptions'),
    call('GET', '/charges'),
  ]);
  const cards = [
    ...subscriptions.reverse().map((it) => subscriptionCard(it, list)),
    ...charges.reverse().map(chargeCard),
  ];
  const note = el('p', { class: 'sidebar-note' }, 'No Stars have been paid yet.');
  list?.replaceChildren(...(cards.length === 0 ? [note] : cards));
}

function subscriptionCard(subscription, list) {
  const change = (name) => async () => {
    await call('POST', `/subscriptions/${subscription.id}`, { change: name }).catch((error) =>
      toast(error.message),
    );
    void drawStars(list);
  };
  const button = (name, text) => el('button', { onclick: change(name) }, text);
  const until = new Date(subscription.expiresAt * 1000).toLocaleDateString('en-GB');
  return el(
    'div',
    { class: 'stars-card', 'data-testid': 'star-subscription' },
    title(`${subscription.terms.title} · ${subscription.state}`, subscription.terms.amountStars),
    el('p', {}, `${nameOf(subscription.personId)}, until ${until}`),
    button('renew', 'Renew'),
    button('fail', 'Fail'),
    subscription.state === 'canceled' ? button('resume', 'Resume') : button('cancel', 'Cancel'),
  );
}

function chargeCard(charge) {
  const state = charge.refundedAt === undefined ? 'paid' : 'refunded';
  return el(
    'div',
    { class: 'stars-card', 'data-testid': 'star-charge' },
    title(`${charge.terms.title} · ${state}`, charge.terms.amountStars),
    el('p', {}, `${nameOf(charge.personId)} · ${charge.id}`),
  );
}

function title(text, amountStars) {
  return el('h3', {}, text, el('span', {}, star(), ` ${groupedNumber(amountStars)}`));
}

function nameOf(personId) {
  return cloud.people.get(personId)?.firstName ?? String(personId);
}
