/**
 * Builds elements. Text only ever becomes text nodes, never markup, so a name such as <b>&" stays a name.
 * `el('button', { class: 'send', onclick: go, 'aria-label': 'Send' }, icon('send'))`
 */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(node, name, value);
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

function setAttribute(node, name, value) {
  if (value === undefined || value === null || value === false) return;
  if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
  else if (name === 'style') Object.assign(node.style, value);
  else if (name === 'value') node.value = value;
  else node.setAttribute(name, value === true ? '' : value);
}

const PATHS = {
  add: 'M12 5v14M5 12h14',
  alert: 'M12 7v6M12 17h.01',
  back: 'M15 5l-7 7 7 7',
  block: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM5.700 5.700l12.600 12.600',
  card: 'M3 7a2 2 0 0 1 2-2h14a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2zM3 10h18',
  check: 'M5 12.500l4.500 4.500L19 7.500',
  checks: 'M2 12.500l4 4 8.500-9M10.500 15.500l1 1 8.500-9',
  close: 'M6 6l12 12M18 6L6 18',
  code: 'M8 7l-5 5 5 5M16 7l5 5-5 5M13.500 5l-3 14',
  down: 'M6 9l6 6 6-6',
  edit: 'M4 20h4L19 9l-4-4L4 16zM13 7l4 4',
  file: 'M6 3h8l4 4v14H6zM14 3v4h4M12 11v6M9.500 14.500L12 17l2.500-2.500',
  keyboard: 'M3 7h18v10H3zM7 11h.01M12 11h.01M17 11h.01M8 14h8',
  link: 'M8 16L17 7M9 7h8v8',
  menu: 'M4 7h16M4 12h16M4 17h16',
  more: 'M12 5.500v.01M12 12v.01M12 18.500v.01',
  pause: 'M9 6v12M15 6v12',
  play: 'M8 5.500v13l10.500-6.500z',
  send: 'M4 11.500L20 4l-5 16-3.500-6.500zM11.500 13.500L20 4',
  trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
  window: 'M4 5h16v14H4zM4 9h16',
};

export function icon(name) {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(space, 'path');
  path.setAttribute('d', PATHS[name]);
  svg.append(path);
  return svg;
}

export function star() {
  return el('span', { class: 'star', role: 'img', 'aria-label': 'Stars' });
}

/** Text in which every star sign is drawn as the golden one. */
export function withStars(text) {
  return text.split(/(⭐️?|XTR)/u).map((part) => (/^(⭐️?|XTR)$/u.test(part) ? star() : part));
}

const GRADIENTS = [
  ['#ff885e', '#ff516a'],
  ['#ffcd6a', '#ffa85c'],
  ['#82b1ff', '#665fff'],
  ['#a0de7e', '#54cb68'],
  ['#53edd6', '#28c9b7'],
  ['#72d5fd', '#2a9ef1'],
  ['#e0a2f3', '#d669ed'],
];

export function avatar(id, name, size = '') {
  const [from, to] = GRADIENTS[Math.abs(Number(id)) % GRADIENTS.length];
  const words = name.match(/[\p{L}\p{N}]+/gu) ?? [name];
  const initials = words.slice(0, 2).map((word) => [...word][0]);
  return el(
    'span',
    {
      class: `avatar ${size}`,
      'aria-hidden': 'true',
      style: { background: `linear-gradient(${from}, ${to})` },
    },
    initials.join('').toUpperCase(),
  );
}

export function clockTime(unixSeconds) {
  const options = { hour: '2-digit', minute: '2-digit', hour12: false };
  return new Date(unixSeconds * 1000).toLocaleTimeString('en-GB', options);
}

export function dayName(unixSeconds) {
  const day = new Date(unixSeconds * 1000);
  const daysAgo = Math.round((startOfDay(new Date()) - startOfDay(day)) / 86_400_000);
  if (daysAgo === 0) return 'Today';
  if (daysAgo === 1) return 'Yesterday';
  return day.toLocaleDateString('en-GB', { day: 'numeric', month: 'long' });
}

function startOfDay(date) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

export function groupedNumber(value) {
  return value.toLocaleString('en-US').replace(/,/g, ' ');
}
