// Every type here is a wire format between processes of different age: fields are only added, and only optional.

/** One change of limits; whoever asks makes the id up once. */
export function limitChangeId({ wishes, changeId }: LimitChangeInput): string {
  const [first] = wishes;
  return `limits:${first?.scope ?? 'none'}:${first?.scopeId ?? ''}:${changeId}`;
}

/** What somebody may spend from now on. */
export interface LimitWish {
  readonly scope: 'user' | 'client' | 'key';
  /** The Telegram id of a person, or the id of a client or a key. */
  readonly scopeId: string;
  /** Micro-tokens within a day and a month of the calendar; null for no limit. */
  readonly dayUtok: number | null;
  readonly monthUtok: number | null;
}

export interface LimitChangeInput {
  /** A UUID. */
  readonly changeId: string;
  readonly wishes: readonly LimitWish[];
  /** Who wants it, for the audit. */
  readonly actor: { readonly kind: 'user' | 'system'; readonly id: string };
}

export type LimitChangeOutcome =
  { readonly kind: 'set' } | { readonly kind: 'refused'; readonly reason: 'user_not_found' };
