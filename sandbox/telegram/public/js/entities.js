import { el } from './dom.js';
import { toast } from './dialogs.js';

const SIMPLE_TAGS = { bold: 'b', italic: 'i', underline: 'u', strikethrough: 's' };

/** A text with its entities as DOM nodes. Entities nest; offsets are UTF-16, as JavaScript's own strings are. */
export function formattedNodes(text, entities = [], actions = {}) {
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return nodesBetween({ text, sorted, actions }, { from: 0, to: text.length, first: 0 }).nodes;
}

const BLOCKS = ['pre', 'blockquote', 'expandable_blockquote'];

/** A block stands on lines of its own already, so one line break before and one after it are not drawn. */
function withoutBreak(text, edges) {
  const start = edges.isAfterBlock && text.startsWith('\n') ? 1 : 0;
  const end = edges.isBeforeBlock && text.endsWith('\n') ? text.length - 1 : text.length;
  return text.slice(start, Math.max(start, end));
}

function nodesBetween(source, range) {
  const nodes = [];
  let isAfterBlock = false;
  let at = range.from;
  let index = range.first;
  while (index < source.sorted.length && source.sorted[index].offset < range.to) {
    const entity = source.sorted[index];
    const start = Math.max(entity.offset, at);
    const end = Math.min(entity.offset + entity.length, range.to);
    const isBeforeBlock = BLOCKS.includes(entity.type);
    if (start > at) {
      nodes.push(withoutBreak(source.text.slice(at, start), { isAfterBlock, isBeforeBlock }));
    }
    const inner = nodesBetween(source, { from: start, to: end, first: index + 1 });
    nodes.push(entityNode(source, entity, inner.nodes));
    at = Math.max(at, end);
    index = inner.next;
    isAfterBlock = isBeforeBlock;
  }
  if (at < range.to) {
    const rest = source.text.slice(at, range.to);
    nodes.push(withoutBreak(rest, { isAfterBlock, isBeforeBlock: false }));
  }
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
