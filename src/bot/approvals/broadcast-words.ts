import type { Locale } from '../../domain/messages';
import { TEXTS, type TextKey } from '../../texts';
import { sayPlainly } from '../wording';

/** The word for a state, also for one that a later version wrote. */
export function stateText(locale: Locale, state: string): string {
  const key = `broadcast.state.${state}`;
  return Object.hasOwn(TEXTS.ru, key) ? sayPlainly(locale, key as TextKey) : state;
}
