import type { MessageEntity } from '@grammyjs/types';
import { badRequest } from '../failure';
import type { FormattedText } from './text';
import { byteOffset, entitiesComplaint } from './text';

const RESERVED = '_*[]()~`>#+-=|{}.!';

const STYLES = {
  '*': { type: 'bold', name: 'Bold' },
  _: { type: 'italic', name: 'Italic' },
  __: { type: 'underline', name: 'Underline' },
  '~': { type: 'strikethrough', name: 'Strikethrough' },
  '||': { type: 'spoiler', name: 'Spoiler' },
} as const;

type Mark = keyof typeof STYLES;

interface OpenMark {
  readonly mark: Mark | '[' | '![';
  readonly offset: number;
  readonly sourcePosition: number;
}

interface Reading {
  readonly source: string;
  position: number;
  text: string;
  readonly open: OpenMark[];
  readonly entities: MessageEntity[];
  quoteOffset: number | undefined;
}

/** Reads MarkdownV2: every reserved character is either formatting or an error that asks for a backslash. */
export function parseMarkdownV2(source: string): FormattedText {
  const reading: Reading = {
    source,
    position: 0,
    text: '',
    open: [],
    entities: [],
    quoteOffset: undefined,
  };
  while (reading.position < source.length) readNext(reading);
  closeQuote(reading);
  const left = reading.open.at(-1);
  if (left !== undefined) throw unfinished(reading, nameOf(left.mark), left.sourcePosition);
  return { text: reading.text, entities: reading.entities };
}

function readNext(reading: Reading): void {
  const { source, position } = reading;
  const character = source.charAt(position);
  if (character === '\\' && position + 1 < source.length)
    return append(reading, source.charAt(position + 1), 2);
  if (character === '\n') return readLineEnd(reading);
  if (character === '>' && isLineStart(reading)) return openQuote(reading);
  if (character === '`') return readCode(reading);
  if (character === '[') return pushMark(reading, '[');
  if (source.startsWith('![', position)) return pushMark(reading, '![');
  if (character === ']' && isLinkOpen(reading)) return closeLink(reading);
  const mark = markAt(source, position);
  if (mark !== undefined) return toggle(reading, mark);
  if (RESERVED.includes(character)) throw reserved(character);
  return append(reading, character, 1);
}

function append(reading: Reading, text: string, consumed: number): void {
  reading.text += text;
  reading.position += consumed;
}

function isLineStart(reading: Reading): boolean {
  return reading.position === 0 || reading.source[reading.position - 1] === '\n';
}

function openQuote(reading: Reading): void {
  reading.quoteOffset ??= reading.text.length;
  reading.position += 1;
}

function readLineEnd(reading: Reading): void {
  if (reading.source[reading.position + 1] !== '>') closeQuote(reading);
  append(reading, '\n', 1);
}

function closeQuote(reading: Reading): void {
  if (reading.quoteOffset === undefined) return;
  addEntity(reading, { type: 'blockquote', offset: reading.quoteOffset, length: 0 });
  reading.quoteOffset = undefined;
}

function readCode(reading: Reading): void {
  const fence = reading.source.startsWith('```', reading.position) ? '```' : '`';
  const start = reading.position;
  const end = findFence(reading.source, start + fence.length, fence);
  if (end < 0) throw unfinished(reading, fence === '`' ? 'Code' : 'Pre', start);
  const raw = reading.source.slice(start + fence.length, end).replace(/\\([\\`])/g, '$1');
  const language = fence === '```' ? /^([\w+-]+)\n/.exec(raw)?.[1] : undefined;
  const body = fence === '```' ? raw.replace(/^[\w+-]*\n/, '') : raw;
  const span = { offset: reading.text.length, length: body.length };
  append(reading, body, end + fence.length - start);
  if (fence === '`') reading.entities.push({ type: 'code', ...span });
  else
    reading.entities.push({
      type: 'pre',
      ...span,
      ...(language === undefined ? {} : { language }),
    });
}

function findFence(source: string, from: number, fence: string): number {
  for (let at = from; at < source.length; at += 1) {
    if (source[at] === '\\') at += 1;
    else if (source.startsWith(fence, at)) return at;
  }
  return -1;
}

function markAt(source: string, position: number): Mark | undefined {
  if (source.startsWith('__', position)) return '__';
  if (source.startsWith('||', position)) return '||';
  const character = source.charAt(position);
  return character === '*' || character === '_' || character === '~' ? character : undefined;
}

function toggle(reading: Reading, mark: Mark): void {
  const last = reading.open.at(-1);
  if (last?.mark !== mark) return pushMark(reading, mark);
  reading.open.pop();
  reading.position += mark.length;
  addEntity(reading, { type: STYLES[mark].type, offset: last.offset, length: 0 });
}

function pushMark(reading: Reading, mark: OpenMark['mark']): void {
  reading.open.push({ mark, offset: reading.text.length, sourcePosition: reading.position });
  reading.position += mark.length;
}

function isLinkOpen(reading: Reading): boolean {
  const mark = reading.open.at(-1)?.mark;
  return mark === '[' || mark === '![';
}

function closeLink(reading: Reading): void {
  const opened = reading.open.pop();
  if (opened === undefined) return;
  const match = /^\]\(((?:\\.|[^)\\])*)\)/.exec(reading.source.slice(reading.position));
  if (match === null) throw unfinished(reading, nameOf(opened.mark), opened.sourcePosition);
  reading.position += match[0].length;
  const url = (match[1] ?? '').replace(/\\(.)/g, '$1');
  const emojiId = /^tg:\/\/emoji\?id=(\d+)/.exec(url)?.[1];
  const at = { offset: opened.offset, length: 0 };
  if (emojiId !== undefined)
    addEntity(reading, { type: 'custom_emoji', ...at, custom_emoji_id: emojiId });
  else addEntity(reading, { type: 'text_link', ...at, url });
}

/** Adds an entity that ends here; an empty one is dropped, as Telegram drops it. */
function addEntity(reading: Reading, entity: MessageEntity): void {
  const length = reading.text.length - entity.offset;
  if (length > 0) reading.entities.push({ ...entity, length });
}

function nameOf(mark: OpenMark['mark']): string {
  if (mark === '[') return 'TextUrl';
  return mark === '![' ? 'CustomEmoji' : STYLES[mark].name;
}

function unfinished(reading: Reading, name: string, position: number): Error {
  const offset = byteOffset(reading.source, position);
  return badRequest(entitiesComplaint(`Can't find end of ${name} entity at byte offset ${offset}`));
}

function reserved(character: string): Error {
  return badRequest(
    entitiesComplaint(
      `Character '${character}' is reserved and must be escaped with the preceding '\\'`,
    ),
  );
}

const LEGACY =
  /\\([_*`[])|```([\s\S]*?)```|`([^`]*)`|\*([^*]*)\*|_([^_]*)_|\[([^\]]*)\]\(([^)]*)\)/g;

/** Reads the old Markdown mode: no nesting, and an opening mark without its end is an error. */
export function parseMarkdown(source: string): FormattedText {
  const entities: MessageEntity[] = [];
  let text = '';
  let last = 0;
  for (const match of source.matchAll(LEGACY)) {
    text += plainPart(source, last, match.index);
    last = match.index + match[0].length;
    const entity = legacyEntity(match, text.length);
    text += match.slice(1, 7).find((part) => part !== undefined) ?? '';
    if (entity !== undefined && entity.length > 0) entities.push(entity);
  }
  return { text: text + plainPart(source, last, source.length), entities };
}

function plainPart(source: string, from: number, to: number): string {
  const part = source.slice(from, to);
  const stray = part.search(/[*_`]/);
  if (stray < 0) return part;
  const offset = byteOffset(source, from + stray);
  throw badRequest(
    entitiesComplaint(`Can't find end of the entity starting at byte offset ${offset}`),
  );
}

function legacyEntity(match: RegExpExecArray, offset: number): MessageEntity | undefined {
  const [, , pre, code, bold, italic, label, url] = match;
  if (pre !== undefined) return { type: 'pre', offset, length: pre.length };
  if (code !== undefined) return { type: 'code', offset, length: code.length };
  if (bold !== undefined) return { type: 'bold', offset, length: bold.length };
  if (italic !== undefined) return { type: 'italic', offset, length: italic.length };
  if (label !== undefined)
    return { type: 'text_link', offset, length: label.length, url: url ?? '' };
  return undefined;
}
