import { exponentOf, parseDecimal } from '../money';
import type { NewCampaign } from './campaigns';
import type { PeriodUnit } from './pricing';

/** A campaign as an operator types it; the tariff is still named by its slug. */
export type TypedCampaign = Omit<NewCampaign, 'tariffId'> & {
  readonly tariff?: string | undefined;
};

/** What was read, or the word that could not be. */
export type Read<T> =
  { readonly kind: 'read'; readonly value: T } | { readonly kind: 'unread'; readonly word: string };

const UTOK_PLACES = 6;

/**
 * Reads `SPRING 10% +50tok +7d budget=100 until=2026-04-01`: the code, what it does, and options. The first effect that
 * takes something off the price is the code's kind, the others come besides.
 */
export function readCampaignLine(line: string): Read<TypedCampaign> {
  const [code = '', ...words] = line.trim().split(/\s+/);
  const effects: Effect[] = [];
  let options: Options = {};
  for (const word of words) {
    const effect = readEffect(word);
    const option = effect ? undefined : readOption(word);
    if (effect) effects.push(effect);
    else if (option) options = { ...options, ...option };
    else return { kind: 'unread', word };
  }
  const united = uniteEffects(effects);
  if (!united) return { kind: 'unread', word: words.join(' ') || code };
  const name = options.name ?? code;
  return { kind: 'read', value: { ...options, name, code: code.toUpperCase(), ...united } };
}

type Effect = Pick<NewCampaign, 'kind' | 'value' | 'currency'>;
type Options = Partial<
  Pick<TypedCampaign, 'name' | 'budget' | 'perUser' | 'validFrom' | 'validUntil' | 'count'>
> &
  Pick<TypedCampaign, 'maxUses' | 'tariff'>;

function readEffect(word: string): Effect | undefined {
  if (word.toLowerCase() === 'trial') return { kind: 'trial', value: 1 };
  const [, number = '', unit = ''] = /^\+?(\d+(?:[.,]\d+)?)(%|[a-z]+)$/i.exec(word) ?? [];
  const decimal = number.replace(',', '.');
  switch (unit.toLowerCase()) {
    case '':
      return undefined;
    case '%':
      return valued('percent', parseDecimal(decimal, 2));
    case 'tok':
      return valued('bonus_tokens', parseDecimal(decimal, UTOK_PLACES));
    case 'd':
      return valued('bonus_days', parseDecimal(decimal, 0));
    default:
      return readMoney(decimal, unit.toUpperCase());
  }
}

function readMoney(decimal: string, currency: string): Effect | undefined {
  const exponent = exponentOf(currency);
  const value = exponent === undefined ? undefined : parseDecimal(decimal, exponent);
  return value === undefined ? undefined : { kind: 'fixed', value, currency };
}

function valued(kind: NewCampaign['kind'], value: number | undefined): Effect | undefined {
  return value === undefined ? undefined : { kind, value };
}

/** One of each: two discounts in one code would leave open which comes first. */
function uniteEffects(effects: readonly Effect[]): Combined | undefined {
  const of = (kind: NewCampaign['kind']) => effects.find((effect) => effect.kind === kind);
  if (new Set(effects.map(({ kind }) => kind)).size < effects.length) return undefined;
  const leading = effects.filter(({ kind }) => kind === 'percent' || kind === 'fixed');
  if (leading.length > 1) return undefined;
  const main = leading[0] ?? of('trial') ?? effects[0];
  if (!main) return undefined;
  const [tokens, days] = [of('bonus_tokens'), of('bonus_days')];
  return {
    ...main,
    ...(tokens && tokens !== main ? { alsoBonusUtok: tokens.value } : {}),
    ...(days && days !== main ? { alsoBonusDays: days.value } : {}),
  };
}

type Combined = Effect & Pick<NewCampaign, 'alsoBonusUtok' | 'alsoBonusDays'>;

function readOption(word: string): Options | undefined {
  const [, key = '', value = ''] = /^([a-z]+)=(.+)$/i.exec(word) ?? [];
  switch (key.toLowerCase()) {
    case 'budget':
      return counted(value, (budget) => ({ budget }));
    case 'per':
      return counted(value, (perUser) => ({ perUser }));
    case 'uses':
      return counted(value, (maxUses) => ({ maxUses }));
    case 'count':
      return counted(value, (count) => ({ count }));
    case 'from':
      return dated(value, (validFrom) => ({ validFrom }));
    case 'until':
      return dated(value, (validUntil) => ({ validUntil }));
    case 'tariff':
      return { tariff: value };
    case 'name':
      return { name: value.replaceAll('_', ' ') };
    default:
      return undefined;
  }
}

function counted(value: string, option: (count: number) => Options): Options | undefined {
  return /^\d{1,9}$/.test(value) ? option(Number(value)) : undefined;
}

/** A day in UTC begins at its midnight. */
function dated(value: string, option: (instant: string) => Options): Options | undefined {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(value);
  const ms = Date.parse(isDay ? `${value}T00:00:00Z` : value);
  return Number.isNaN(ms) ? undefined : option(new Date(ms).toISOString());
}

/** What the next version of a tariff changes, as an operator types it. */
export interface TypedChanges {
  readonly tokensUtok?: number;
  readonly feeUtok?: number;
  readonly periodUnit?: PeriodUnit;
  readonly periodCount?: number;
  readonly minAmountMinor?: number;
  readonly maxAmountMinor?: number;
  readonly prices?: Readonly<Record<string, number>>;
}

/** Reads `price=299RUB price=200XTR tokens=50 fee=100 period=30d min=200 max=100000`; limits are roubles. */
export function readChanges(words: readonly string[]): Read<TypedChanges> {
  let changes: TypedChanges = {};
  for (const word of words) {
    const change = readChange(word, changes);
    if (!change) return { kind: 'unread', word };
    changes = { ...changes, ...change };
  }
  return { kind: 'read', value: changes };
}

const UNITS: Readonly<Record<string, PeriodUnit>> = {
  h: 'hour',
  d: 'day',
  w: 'week',
  m: 'month',
  y: 'year',
};

function readChange(word: string, before: TypedChanges): TypedChanges | undefined {
  const [, key = '', value = ''] = /^([a-z]+)=(.+)$/i.exec(word.replace(',', '.')) ?? [];
  const exactly = (places: number, change: (amount: number) => TypedChanges) => {
    const amount = parseDecimal(value, places);
    return amount === undefined ? undefined : change(amount);
  };
  switch (key.toLowerCase()) {
    case 'tokens':
      return exactly(UTOK_PLACES, (tokensUtok) => ({ tokensUtok }));
    case 'fee':
      return exactly(UTOK_PLACES, (feeUtok) => ({ feeUtok }));
    case 'min':
      return exactly(2, (minAmountMinor) => ({ minAmountMinor }));
    case 'max':
      return exactly(2, (maxAmountMinor) => ({ maxAmountMinor }));
    case 'period':
      return readPeriod(value);
    case 'price':
      return readPrice(value, before);
    default:
      return undefined;
  }
}

function readPeriod(value: string): TypedChanges | undefined {
  const [, count = '', letter = ''] = /^(\d{1,3})([hdwmy])$/i.exec(value) ?? [];
  const periodUnit = UNITS[letter.toLowerCase()];
  return periodUnit && { periodUnit, periodCount: Number(count) };
}

function readPrice(value: string, { prices }: TypedChanges): TypedChanges | undefined {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)([a-z]{3,5})$/i.exec(value) ?? [];
  const money = readMoney(number, unit.toUpperCase());
  return money?.currency === undefined
    ? undefined
    : { prices: { ...prices, [money.currency]: money.value } };
}
