/** What an operator typed to change what costs are multiplied by, or what a currency is worth. */
export type MultiplierLine =
  | {
      readonly kind: 'multiplier';
      readonly track?: string;
      readonly client?: string;
      readonly tariff?: string;
      readonly multiplier: string;
      readonly from?: string;
    }
  | {
      readonly kind: 'rate';
      readonly currency: string;
      readonly rubPerUnit: string;
      readonly from?: string;
    };

const WORD = /^(track|client|tariff|rate|value|from)=(\S+)$/;
const VALUE = /^\d{1,6}(\.\d{1,10})?$/;
const DAY = /^\d{4}-\d\d-\d\d$/;

/**
 * Reads `track=presentation client=runner tariff=basic value=3.5 from=2026-04-01`, every part but the value optional,
 * or `rate=USD value=91.5`. Days begin in UTC. Gives the first word that says nothing.
 */
export function readMultiplierLine(line: string): MultiplierLine | { readonly unread: string } {
  const words = line.split(/\s+/).filter((word) => word !== '');
  const said = new Map<string, string>();
  for (const word of words) {
    const match = WORD.exec(word);
    if (!match?.[1] || !match[2] || said.has(match[1])) return { unread: word };
    said.set(match[1], match[2]);
  }
  const [value, day, rate] = [said.get('value'), said.get('from'), said.get('rate')];
  if (value === undefined || !VALUE.test(value)) return { unread: `value=${value ?? ''}` };
  const from = day === undefined ? undefined : instantOf(day);
  if (from === '') return { unread: `from=${day}` };
  const since = from === undefined ? {} : { from };
  if (rate !== undefined) {
    const isAlone = ['track', 'client', 'tariff'].every((name) => !said.has(name));
    if (!isAlone) return { unread: `rate=${rate}` };
    return { kind: 'rate', currency: rate.toUpperCase(), rubPerUnit: value, ...since };
  }
  const [track, client, tariff] = [said.get('track'), said.get('client'), said.get('tariff')];
  return {
    kind: 'multiplier',
    ...(track === undefined ? {} : { track }),
    ...(client === undefined ? {} : { client }),
    ...(tariff === undefined ? {} : { tariff }),
    multiplier: value,
    ...since,
  };
}

/** The beginning of a day in UTC; empty for a day that no calendar has. */
function instantOf(day: string): string {
  const ms = DAY.test(day) ? Date.parse(`${day}T00:00:00.000Z`) : Number.NaN;
  const text = Number.isNaN(ms) ? '' : new Date(ms).toISOString();
  return text.startsWith(day) ? text : '';
}
