import type { MessageEntity } from '@grammyjs/types';
import { badRequest } from '../failure';
import type { FormattedText } from './text';
import { byteOffset, entitiesComplaint } from './text';

interface OpenTag {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly offset: number;
  readonly sourcePosition: number;
}

interface Reading {
  readonly source: string;
  position: number;
  text: string;
  readonly open: OpenTag[];
  readonly entities: MessageEntity[];
}

const PLAIN_TAGS: Readonly<
  Record<string, 'bold' | 'italic' | 'underline' | 'strikethrough' | 'spoiler'>
> = {
  b: 'bold',
  strong: 'bold',
  i: 'italic',
  em: 'italic',
  u: 'underline',
  ins: 'underline',
  s: 'strikethrough',
  strike: 'strikethrough',
  del: 'strikethrough',
  'tg-spoiler': 'spoiler',
};

const OTHER_TAGS = ['a', 'code', 'pre', 'span', 'blockquote', 'tg-emoji'];

const NAMED_CHARACTERS: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
};

/** Reads Telegram's HTML subset and complains about the rest in Telegram's words, offsets in UTF-8 bytes. */
export function parseHtml(source: string): FormattedText {
  const reading: Reading = { source, position: 0, text: '', open: [], entities: [] };
  while (reading.position < source.length) readNext(reading);
  const left = reading.open.at(-1);
  if (left !== undefined) {
    throw complaint(`Can't find end tag corresponding to start tag "${left.name}"`);
  }
  return { text: reading.text, entities: reading.entities };
}

function readNext(reading: Reading): void {
  const character = reading.source[reading.position];
  if (character === '&') readCharacterReference(reading);
  else if (character !== '<') {
    reading.text += character;
    reading.position += 1;
  } else if (reading.source[reading.position + 1] === '/') readEndTag(reading);
  else readStartTag(reading);
}

function readCharacterReference(reading: Reading): void {
  const rest = reading.source.slice(reading.position, reading.position + 12);
  const match = /^&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(lt|gt|amp|quot));?/i.exec(rest);
  const decoded = match === null ? undefined : decodedCharacter(match);
  reading.text += decoded ?? '&';
  reading.position += decoded === undefined ? 1 : (match?.[0].length ?? 1);
}

function decodedCharacter(match: RegExpExecArray): string | undefined {
  const [, decimal, hexadecimal, name] = match;
  if (name !== undefined) return NAMED_CHARACTERS[name.toLowerCase()];
  const code = decimal === undefined ? parseInt(hexadecimal ?? '', 16) : Number(decimal);
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}

function readStartTag(reading: Reading): void {
  const start = reading.position;
  const name = readWhile(reading, start + 1, /[^\s>]/).toLowerCase();
  if (reading.position >= reading.source.length) throw unclosed(reading, start, 'start');
  if (PLAIN_TAGS[name] === undefined && !OTHER_TAGS.includes(name)) {
    throw complaint(
      `Unsupported start tag "${name}" at byte offset ${byteOffset(reading.source, start)}`,
    );
  }
  const attributes = readAttributes(reading, name, start);
  if (name === 'span' && attributes.get('class') !== 'tg-spoiler') {
    throw complaint(
      `Tag "span" must have class "tg-spoiler" at byte offset ${byteOffset(reading.source, start)}`,
    );
  }
  reading.open.push({ name, attributes, offset: reading.text.length, sourcePosition: start });
}

function readAttributes(reading: Reading, tag: string, start: number): Map<string, string> {
  const attributes = new Map<string, string>();
  for (;;) {
    readWhile(reading, reading.position, /\s/);
    if (reading.position >= reading.source.length) throw unclosed(reading, start, 'start');
    if (reading.source[reading.position] === '>') break;
    const name = readWhile(reading, reading.position, /[^\s=>]/).toLowerCase();
    if (name === '') {
      throw complaint(
        `Empty attribute name in the tag "${tag}" at byte offset ${byteOffset(reading.source, start)}`,
      );
    }
    attributes.set(name, readAttributeValue(reading, start));
  }
  reading.position += 1;
  return attributes;
}

function readAttributeValue(reading: Reading, start: number): string {
  readWhile(reading, reading.position, /\s/);
  if (reading.source[reading.position] !== '=') return '';
  readWhile(reading, reading.position + 1, /\s/);
  const quote = reading.source[reading.position];
  if (quote !== '"' && quote !== "'") return readWhile(reading, reading.position, /[a-zA-Z0-9.-]/);
  const end = reading.source.indexOf(quote, reading.position + 1);
  if (end < 0) throw unclosed(reading, start, 'start');
  const raw = reading.source.slice(reading.position + 1, end);
  reading.position = end + 1;
  return decodeReferences(raw);
}

function decodeReferences(raw: string): string {
  const reading: Reading = { source: raw, position: 0, text: '', open: [], entities: [] };
  while (reading.position < raw.length) {
    if (raw[reading.position] === '&') readCharacterReference(reading);
    else reading.text += raw[reading.position++];
  }
  return reading.text;
}

function readEndTag(reading: Reading): void {
  const start = reading.position;
  const name = readWhile(reading, start + 2, /[^\s>]/).toLowerCase();
  readWhile(reading, reading.position, /\s/);
  const tag = reading.open.pop();
  const offset = byteOffset(reading.source, start);
  if (tag === undefined) throw complaint(`Unexpected end tag at byte offset ${offset}`);
  if (reading.source[reading.position] !== '>')
    throw complaint(`Unclosed end tag at byte offset ${offset}`);
  if (name !== '' && name !== tag.name) {
    throw complaint(
      `Unmatched end tag at byte offset ${offset}, expected "</${tag.name}>", found "</${name}>"`,
    );
  }
  reading.position += 1;
  closeTag(reading, tag);
}

function closeTag(reading: Reading, tag: OpenTag): void {
  const length = reading.text.length - tag.offset;
  if (length <= 0) return;
  const entity = entityOf(tag, length, reading);
  if (entity !== undefined) reading.entities.push(entity);
}

function entityOf(tag: OpenTag, length: number, reading: Reading): MessageEntity | undefined {
  const span = { offset: tag.offset, length };
  const plain = tag.name === 'span' ? 'spoiler' : PLAIN_TAGS[tag.name];
  if (plain !== undefined) return { type: plain, ...span };
  if (tag.name === 'a') return linkOf(tag, span, reading);
  if (tag.name === 'pre') return preformattedOf(span, reading);
  if (tag.name === 'tg-emoji') {
    return { type: 'custom_emoji', ...span, custom_emoji_id: tag.attributes.get('emoji-id') ?? '' };
  }
  if (tag.name === 'blockquote') {
    return {
      type: tag.attributes.has('expandable') ? 'expandable_blockquote' : 'blockquote',
      ...span,
    };
  }
  return codeOf(tag, span, reading);
}

interface Span {
  readonly offset: number;
  readonly length: number;
}

function linkOf(tag: OpenTag, span: Span, reading: Reading): MessageEntity | undefined {
  const url = tag.attributes.get('href') ?? reading.text.slice(span.offset);
  if (!/^(https?|tg|mailto|tel):/i.test(url) && !/^[\w-]+(\.[\w-]+)+/.test(url)) return undefined;
  return { type: 'text_link', ...span, url: /^[a-z]+:/i.test(url) ? url : `http://${url}` };
}

/** `<pre><code class="language-x">` is one block with a language, not code inside a block. */
function codeOf(tag: OpenTag, span: Span, reading: Reading): MessageEntity {
  const language = /^language-(.+)$/.exec(tag.attributes.get('class') ?? '')?.[1];
  if (reading.open.at(-1)?.name === 'pre' && language !== undefined) {
    return { type: 'pre', ...span, language };
  }
  return { type: 'code', ...span };
}

function preformattedOf(span: Span, reading: Reading): MessageEntity | undefined {
  const inner = reading.entities.at(-1);
  const isSame =
    inner?.type === 'pre' && inner.offset === span.offset && inner.length === span.length;
  return isSame ? undefined : { type: 'pre', ...span };
}

function readWhile(reading: Reading, from: number, allowed: RegExp): string {
  let end = from;
  while (end < reading.source.length && allowed.test(reading.source.charAt(end))) end += 1;
  reading.position = end;
  return reading.source.slice(from, end);
}

function unclosed(reading: Reading, start: number, kind: 'start' | 'end'): Error {
  return complaint(`Unclosed ${kind} tag at byte offset ${byteOffset(reading.source, start)}`);
}

function complaint(reason: string): Error {
  return badRequest(entitiesComplaint(reason));
}
