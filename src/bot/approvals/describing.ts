import type { Locale } from '../../domain/messages';
import { TEXTS, type TextKey } from '../../texts';
import { amountText, instantText, tokensText, type Place } from '../display';
import { say, sayPlainly } from '../wording';

/** Longest value shown of a parameter that is a structure. */
const LONGEST = 200;

/** The name of an action, also of one that has no sentence of its own. */
export function actionTitle(locale: Locale, action: string): string {
  const key = `action.${action}`;
  return hasText(key) ? sayPlainly(locale, key) : action;
}

/** The params of an action line by line, by the units their names end with; Telegram HTML. */
export function detailLines(place: Place, params: unknown): readonly string[] {
  if (typeof params !== 'object' || params === null) return [];
  return Object.entries(params as Readonly<Record<string, unknown>>)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => {
      const key = `param.${name}`;
      const label = hasText(key) ? sayPlainly(place.locale, key) : name;
      return say(place.locale, 'proposal.detail', {
        name: label,
        value: shown(name, value, place),
      });
    });
}

/** Kopecks of a limit, as money. */
export function kopecks(amountMinor: number, locale: Locale): string {
  return amountText({ minor: amountMinor, currency: 'RUB', exponent: 2 }, locale);
}

function hasText(key: string): key is TextKey {
  return Object.hasOwn(TEXTS.ru, key);
}

function shown(name: string, value: unknown, place: Place): string {
  if (typeof value === 'number' && name.endsWith('Utok')) return tokensText(value, place.locale);
  if (typeof value === 'string' && isInstant(value)) return instantText(value, place);
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return String(value);
  }
  return JSON.stringify(value).slice(0, LONGEST);
}

function isInstant(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text);
}
