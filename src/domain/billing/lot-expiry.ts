const DAY = 86_400_000;

/** How long before its end a person hears that a lot will expire, in milliseconds. */
export const EXPIRY_NOTICE_MS = 3 * DAY;

/** A lot that ends some day; instants are ISO 8601. */
export interface ExpiringLot {
  readonly lotId: string;
  readonly origin: string;
  readonly remainingUtok: number;
  /** What works or refunds in progress keep of it; it outlives the end (LG-6). */
  readonly heldUtok: number;
  readonly creditedAt: string;
  readonly expiresAt: string;
}

/** A lot's next event: the notice, or its end. */
export interface LotEvent {
  readonly lotId: string;
  readonly kind: 'notice' | 'end';
  readonly atMs: number;
}

/** When the owner hears of the end; undefined for a lot that lives no longer than the notice runs. */
export function noticeAtMs(lot: Pick<ExpiringLot, 'creditedAt' | 'expiresAt'>): number | undefined {
  const atMs = Date.parse(lot.expiresAt) - EXPIRY_NOTICE_MS;
  return atMs > Date.parse(lot.creditedAt) ? atMs : undefined;
}

/** Everything that is still to happen to lots after an instant, the soonest first. */
export function eventsAfter(lots: readonly ExpiringLot[], afterMs: number): readonly LotEvent[] {
  return lots
    .flatMap((lot) => eventsOf(lot))
    .filter(({ atMs }) => atMs > afterMs)
    .sort((a, b) => a.atMs - b.atMs);
}

function eventsOf(lot: ExpiringLot): LotEvent[] {
  const { lotId } = lot;
  const end = { lotId, kind: 'end', atMs: Date.parse(lot.expiresAt) } as const;
  const noticeMs = noticeAtMs(lot);
  return noticeMs === undefined ? [end] : [{ lotId, kind: 'notice', atMs: noticeMs }, end];
}
