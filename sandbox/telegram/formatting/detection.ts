import type { MessageEntity } from '@grammyjs/types';

type DetectedKind = 'bot_command' | 'mention' | 'url' | 'email' | 'hashtag';

const PATTERNS: readonly (readonly [DetectedKind, RegExp])[] = [
  [
    'bot_command',
    /(?<![\p{L}\p{N}_/<>])\/[a-zA-Z0-9_]{1,64}(?:@[a-zA-Z0-9_]{3,32})?(?![\p{L}\p{N}_/])/gu,
  ],
  ['url', /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]}'»]/giu],
  ['url', /(?<![\p{L}\p{N}@/.])t\.me\/[^\s<>"]*[^\s<>".,;:!?)\]}'»]/giu],
  ['email', /(?<![\p{L}\p{N}.])[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}/giu],
  ['mention', /(?<![\p{L}\p{N}_@])@[a-zA-Z0-9_]{3,32}(?![\p{L}\p{N}_])/gu],
  ['hashtag', /(?<![\p{L}\p{N}_&#/])#(?=[\p{L}\p{N}_]*\p{L})[\p{L}\p{N}_]{1,256}/gu],
];

/** Finds what Telegram finds by itself in any text: commands, links, mentions. Code and links keep their own meaning. */
export function detectEntities(text: string, explicit: readonly MessageEntity[]): MessageEntity[] {
  const taken = explicit.filter((it) => ['code', 'pre', 'text_link', 'url'].includes(it.type));
  for (const [type, pattern] of PATTERNS) {
    for (const match of text.matchAll(pattern)) {
      const found = { type, offset: match.index, length: match[0].length } as const;
      if (!taken.some((it) => overlaps(it, found))) taken.push(found);
    }
  }
  return sortEntities([...explicit, ...taken.filter((it) => !explicit.includes(it))]);
}

export function sortEntities(entities: readonly MessageEntity[]): MessageEntity[] {
  return [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
}

interface Span {
  readonly offset: number;
  readonly length: number;
}

function overlaps(one: Span, other: Span): boolean {
  return one.offset < other.offset + other.length && other.offset < one.offset + one.length;
}
