import { boundaryMs, localTimeOf } from '../calendar';

/** The day or month of a zone's calendar that contains an instant; both ends in milliseconds, the end exclusive. */
export function windowOf(
  window: 'day' | 'month',
  { zone, atMs }: { zone: string; atMs: number },
): { readonly startsMs: number; readonly endsMs: number } {
  const local = localTimeOf(atMs, zone);
  const date = window === 'day' ? local.slice(0, 10) : `${local.slice(0, 7)}-01`;
  const anchor = { local: `${date}T00:00:00.000`, zone, unit: window, count: 1 };
  return { startsMs: boundaryMs(anchor, 0), endsMs: boundaryMs(anchor, 1) };
}
