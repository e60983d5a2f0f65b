import type { Book } from './book';

/** The bank's clock, and those of customers that were moved. */
export interface Clocks {
  /** The bank's clock; that of a customer where they have one of their own. */
  now(customerId?: string): Date;
  setClock(offsetMs: number, customerId?: string): void;
  clockOffsetMs(customerId?: string): number;
}

export function createClocks({ clock }: Book): Clocks {
  const clockOffsetMs = (customerId = '') =>
    (clock.get(nameOf(customerId)) ?? clock.get(nameOf('')))?.offsetMs ?? 0;
  return {
    clockOffsetMs,
    now: (customerId) => new Date(Date.now() + clockOffsetMs(customerId)),
    setClock: (offsetMs, customerId = '') => clock.put(nameOf(customerId), { offsetMs }),
  };
}

function nameOf(customerId: string): string {
  return customerId === '' ? 'clock' : `clock:${customerId}`;
}

/** Whose order or payment it is, as the shop named them. */
export function customerOf(shp: Readonly<Record<string, string>>): string {
  return shp['Shp_user_id'] ?? '';
}
