/** What happens to a hold whose client falls silent past its lease (SP-4). */
export type OnExpiry = 'release' | 'capture_reported' | 'capture_estimate';

export const ON_EXPIRY: readonly OnExpiry[] = ['capture_reported', 'capture_estimate', 'release'];

/** Who or what ended a hold: its client, its lease, the report of its job, or an operator. */
export type HoldEnding = 'capture' | 'release' | 'expiry' | 'track' | 'cancel' | 'operator';

/** Bounds of a lease, in seconds. */
export const SHORTEST_LEASE_SECONDS = 30;
export const LONGEST_LEASE_SECONDS = 86_400;

export type HoldState = 'active' | 'captured' | 'released' | 'expired';

/** What the settlement of a hold left; amounts in micro-tokens. */
export interface HoldCharge {
  readonly chargeId: string;
  /** Null when nothing was taken (LG-9). */
  readonly transferId: string | null;
  readonly requestedUtok: number;
  readonly chargedUtok: number;
  /** Delivered but not paid: an open item shows it. */
  readonly uncollectedUtok: number;
}

/** A hold as whoever asks sees it, while it lasts and ever after. */
export interface HoldView {
  readonly holdId: string;
  readonly userId: number;
  readonly state: HoldState;
  readonly amountUtok: number;
  /** Highest total its client has reported. */
  readonly reportedUtok: number;
  readonly capturedUtok: number;
  /** Held and given back, or lapsed with its lots. */
  readonly releasedUtok: number;
  /** ISO 8601. */
  readonly leaseUntil: string;
  readonly onExpiry: OnExpiry;
  readonly createdAt: string;
  readonly track?: string;
  readonly description?: string;
  readonly endedBy?: HoldEnding;
  readonly endedAt?: string;
  readonly charge?: HoldCharge;
}

/** Limit counters that a hold filled when it was placed (SP-7). */
export interface FilledCounter {
  readonly scope: 'user' | 'key' | 'client';
  readonly scopeId: string;
  readonly window: 'day' | 'month';
  /** ISO 8601. */
  readonly windowStart: string;
}

/** How its caller named the request that placed a hold: kept as long as the hold, for repeats after the name expired. */
export interface PlacedUnder {
  readonly method: string;
  readonly path: string;
  readonly bodyHash: string;
}

/** What a hold for work remembers beside its columns. An erased person's holds have lost all of it. */
export interface HoldMemory {
  readonly leaseSeconds?: number;
  readonly description?: string;
  readonly request?: PlacedUnder;
  readonly counters?: readonly FilledCounter[];
  readonly endedBy?: HoldEnding;
  readonly endedAt?: string;
  readonly charge?: HoldCharge;
}

/** The row of a hold for work. */
export interface HoldRow {
  readonly id: string;
  readonly userId: number;
  readonly state: HoldState;
  readonly amountUtok: number;
  readonly capturedUtok: number;
  readonly reportedUtok: number;
  readonly leaseUntil: Date | null;
  readonly onExpiry: OnExpiry | null;
  readonly track: string | null;
  readonly recordedAt: Date;
  readonly asOf: Date | null;
  readonly meta: unknown;
}

export function memoryOf({ meta }: { readonly meta: unknown }): HoldMemory {
  return meta ?? {};
}

/** One reading of the row for everybody, so that a repeat years later hears what was said the first time. */
export function holdView(row: HoldRow): HoldView {
  const { description, endedBy, endedAt, charge } = memoryOf(row);
  const isOver = row.state !== 'active';
  return {
    holdId: row.id,
    userId: row.userId,
    state: row.state,
    amountUtok: row.amountUtok,
    reportedUtok: row.reportedUtok,
    capturedUtok: row.capturedUtok,
    releasedUtok: isOver ? Math.max(0, row.amountUtok - row.capturedUtok) : 0,
    leaseUntil: (row.leaseUntil ?? row.recordedAt).toISOString(),
    onExpiry: row.onExpiry ?? 'capture_reported',
    createdAt: (row.asOf ?? row.recordedAt).toISOString(),
    ...(row.track === null ? {} : { track: row.track }),
    ...(description === undefined ? {} : { description }),
    ...(endedBy === undefined ? {} : { endedBy }),
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(charge === undefined ? {} : { charge }),
  };
}

/**
 * What is due of a hold that nobody settled in time, in micro-tokens; undefined gives all of it back. A report beyond
 * the held amount is due as reported: what the hold does not cover is left for people to see, not taken unasked.
 */
export function dueAtExpiry(hold: {
  readonly onExpiry: OnExpiry | null;
  readonly amountUtok: number;
  readonly reportedUtok: number;
}): number | undefined {
  switch (hold.onExpiry) {
    case 'capture_estimate':
      return hold.amountUtok;
    case 'release':
      return undefined;
    case 'capture_reported':
    case null:
      return hold.reportedUtok > 0 ? hold.reportedUtok : undefined;
  }
}

/** How a lease is extended: from now on, and never to an earlier end. */
export function extendedLeaseMs(lease: {
  readonly untilMs: number;
  readonly nowMs: number;
  readonly seconds: number;
}): number {
  return Math.max(lease.untilMs, lease.nowMs + lease.seconds * 1_000);
}
