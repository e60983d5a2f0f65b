/** What no text column takes: zero bytes, and halves of characters, which are no text at all. */
const UNSTORABLE = /\0|\p{Surrogate}/gu;

/**
 * The same update without what cannot be kept. One such character in a name would make its update fail and come again for
 * ever, and with it whatever stands behind it.
 */
export function storable<T>(value: T): T {
  return cleaned(value) as T;
}

function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(UNSTORABLE, '\u{fffd}');
  if (Array.isArray(value)) return value.map(cleaned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, cleaned(one)]));
}
