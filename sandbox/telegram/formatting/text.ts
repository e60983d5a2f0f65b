import type { MessageEntity } from '@grammyjs/types';

/** A text and its formatting; offsets count UTF-16 code units, as Telegram's do. */
export interface FormattedText {
  readonly text: string;
  readonly entities: readonly MessageEntity[];
}

/** Telegram counts characters of a message as Unicode code points. */
export function characterCount(text: string): number {
  return text.length - (text.match(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g)?.length ?? 0);
}

export function byteLength(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

export function byteOffset(source: string, position: number): number {
  return byteLength(source.slice(0, position));
}

export function entitiesComplaint(reason: string): string {
  return `can't parse entities: ${reason}`;
}

/** Telegram cuts white space at both ends; the entities move along, and those left empty disappear. */
export function trimText(formatted: FormattedText): FormattedText {
  const text = formatted.text.trim();
  const cut = formatted.text.length - formatted.text.trimStart().length;
  const entities = formatted.entities.flatMap((entity) => clipped(entity, cut, text.length));
  return { text, entities };
}

function clipped(entity: MessageEntity, cut: number, length: number): MessageEntity[] {
  const start = Math.max(0, entity.offset - cut);
  const end = Math.min(length, entity.offset + entity.length - cut);
  return end > start ? [{ ...entity, offset: start, length: end - start }] : [];
}
