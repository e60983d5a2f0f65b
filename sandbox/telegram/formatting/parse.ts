import type { MessageEntity } from '@grammyjs/types';
import type { Arguments } from '../arguments';
import { isRecord } from '../arguments';
import { badRequest } from '../failure';
import { detectEntities, sortEntities } from './detection';
import { parseHtml } from './html';
import { parseMarkdown, parseMarkdownV2 } from './markdown';
import type { FormattedText } from './text';
import { trimText } from './text';

/** The formatted text of `text` or `caption`, from a parse mode or from explicit entities. */
export function readFormatted(args: Arguments, name: 'text' | 'caption'): FormattedText {
  const source = args.text(name) ?? '';
  const listName = name === 'text' ? 'entities' : 'caption_entities';
  const list = args.json(listName, "can't parse entities JSON object");
  return formatText(source, args.text('parse_mode'), list);
}

export function formatText(source: string, mode: string | undefined, list: unknown): FormattedText {
  const parsed =
    mode === undefined || mode === '' ? explicitText(source, list) : parseMode(source, mode);
  const trimmed = trimText({ text: parsed.text, entities: sortEntities(parsed.entities) });
  return { text: trimmed.text, entities: detectEntities(trimmed.text, trimmed.entities) };
}

function parseMode(source: string, mode: string): FormattedText {
  switch (mode.toLowerCase()) {
    case 'html':
      return parseHtml(source);
    case 'markdownv2':
      return parseMarkdownV2(source);
    case 'markdown':
      return parseMarkdown(source);
    default:
      throw badRequest('unsupported parse_mode');
  }
}

function explicitText(text: string, list: unknown): FormattedText {
  if (list === undefined) return { text, entities: [] };
  if (!Array.isArray(list)) throw badRequest('expected an Array of MessageEntity');
  return { text, entities: list.map((it: unknown) => checkedEntity(it, text.length)) };
}

function checkedEntity(value: unknown, textLength: number): MessageEntity {
  if (!isRecord(value)) throw badRequest("can't parse MessageEntity: expected an Object");
  const { type, offset, length } = value;
  if (typeof type !== 'string' || typeof offset !== 'number' || typeof length !== 'number') {
    throw badRequest('can\'t parse MessageEntity: Can\'t find field "type"');
  }
  if (offset < 0 || length <= 0 || offset + length > textLength) {
    throw badRequest(
      `entity beginning at UTF-16 offset ${offset} ends after the end of the text at UTF-16 offset ${offset + length}`,
    );
  }
  return value as unknown as MessageEntity;
}
