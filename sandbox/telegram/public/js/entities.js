import { el } from './dom.js';
import { toast } from './dialogs.js';

const SIMPLE_TAGS = { bold: 'b', italic: 'i', underline: 'u', strikethrough: 's' };

/** A text with its entities as DOM nodes. Entities nest; offsets are UTF-16, as JavaScript's own strings are. */
export function formattedNodes(text, entities = [], actions = {}) {
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return nodesBetween({ text, sorted, actions }, { from: 0, to: text.length, first: 0 }).nodes;
}

function nodesBetween(source, range) {
  const nodes = [];
  let at = range.from;
  let index = range.first;
  while (index < source.sorted.length && source.sorted[index].offset < range.to) {
    const entity = source.sorted[index];
    const start = Math.max(entity.offset, at);
    const end = Math.min(entity.offset + entity.length, range.to);
    if (start > at) nodes.push(source.text.slice(at, start));
    const inner = nodesBetween(source, { from: start, to: end, first: index + 1 });
    nodes.push(entityNode(source, entity, inner.nodes));
    at = Math.max(at, end);
    index = inner.next;
  }
  if (at < range.to) nodes.push(source.text.slice(at, range.to));
  return { nodes, next: index };
}

function entityNode(source, entity, nodes) {
  const text = source.text.slice(entity.offset, entity.offset + entity.length);
  const tag = SIMPLE_TAGS[entity.type];
  if (tag !== undefined) return el(tag, {}, nodes);
  switch (entity.type) {
    case 'code':
      return el('code', { title: 'Copy', onclick: () => copy(text) }, nodes);
    case 'pre':
      return el('pre', { 'data-language': entity.language }, nodes);
    case 'spoiler':
      return el('span', { class: 'spoiler', onclick: reveal, title: 'Show' }, nodes);
    case 'blockquote':
      return el('blockquote', {}, nodes);
    case 'expandable_blockquote':
      return el('blockquote', { class: 'is-folded', onclick: unfold }, nodes);
    case 'bot_command':
      return el('a', { onclick: () => source.actions.send?.(text), role: 'button' }, nodes);
    case 'url':
      return link(/^[a-z]+:/i.test(text) ? text : `https://${text}`, nodes, source.actions);
    case 'text_link':
      return link(entity.url, nodes, source.actions);
    case 'email':
      return link(`mailto:${text}`, nodes, source.actions);
    case 'mention':
    case 'hashtag':
    case 'text_mention':
      return el('a', {}, nodes);
    default:
      return el('span', {}, nodes);
  }
}

/** Only addresses a chat may open become links; anything else stays text. */
function link(url, nodes, actions) {
  if (!/^(https?|mailto|tg|tel):/i.test(url)) return el('span', {}, nodes);
  const onclick = (event) => {
    if (actions.open?.(url)) event.preventDefault();
  };
  return el('a', { href: url, target: '_blank', rel: 'noopener noreferrer', onclick }, nodes);
}

function reveal(event) {
  event.currentTarget.classList.toggle('is-open');
}

function unfold(event) {
  event.currentTarget.classList.toggle('is-folded');
}

function copy(text) {
  void navigator.clipboard?.writeText(text);
  toast('Copied to clipboard');
}
