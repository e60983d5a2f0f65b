import { and, eq, sql } from 'drizzle-orm';
import type { Database } from '../../drizzle/client';
import { charges, usageEvents, users } from '../../drizzle/schema';

/** One charge as other services ask about it. */
export interface ChargeReads {
  /** A charge by its id; undefined for an unknown one, and for one of a past that was erased (AU-4). */
  charge(chargeId: string): Promise<ChargeView | undefined>;
}

export interface ChargeView {
  readonly chargeId: string;
  readonly userId: number;
  /** Null for a charge that no client asked for. */
  readonly clientId: string | null;
  readonly kind: string;
  readonly requestedUtok: number;
  readonly chargedUtok: number;
  readonly uncollectedUtok: number;
  /** Null for a charge of nothing. */
  readonly transferId: string | null;
  readonly track: string | null;
  readonly description: string;
  readonly asOf: string;
  /** Reports of costs behind it, oldest first, twenty at most. */
  readonly events: readonly CostReportView[];
  /** How far the person's clock runs ahead, for test customers. */
  readonly clockOffsetMs: number;
}

export interface CostReportView {
  readonly eventId: string;
  readonly source: string;
  readonly rawCost: string;
  readonly currency: string;
  readonly multiplier: string;
  readonly rounding: string;
  readonly costUtok: number;
  readonly occurredAt: string;
  readonly isFinal: boolean;
}

const SHOWN_EVENTS = 20;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function chargeReads(db: Database): ChargeReads {
  return { charge: (chargeId) => charge(db, chargeId) };
}

async function charge(db: Database, chargeId: string): Promise<ChargeView | undefined> {
  if (!UUID.test(chargeId)) return undefined;
  const [row] = await db
    .select({ charge: charges, clockOffsetMs: users.clockOffsetMs })
    .from(charges)
    .innerJoin(users, eq(users.id, charges.userId))
    .where(
      and(
        eq(charges.id, chargeId),
        sql`${charges.asOf} >= coalesce(${users.visibleFrom}, '-infinity')`,
      ),
    );
  if (!row) return undefined;
  const { id, asOf, ...rest } = row.charge;
  const { userId, clientId, kind, requestedUtok, chargedUtok, uncollectedUtok } = rest;
  const { transferId, track, description } = rest;
  return {
    ...{ chargeId: id, userId, clientId, kind, requestedUtok, chargedUtok, uncollectedUtok },
    ...{ transferId, track, description },
    asOf: asOf.toISOString(),
    events: await eventsOf(db, chargeId),
    clockOffsetMs: row.clockOffsetMs,
  };
}

async function eventsOf(db: Database, chargeId: string): Promise<readonly CostReportView[]> {
  const rows = await db
    .select()
    .from(usageEvents)
    .where(eq(usageEvents.chargeId, chargeId))
    .orderBy(usageEvents.occurredAt, usageEvents.id)
    .limit(SHOWN_EVENTS);
  return rows.map((row) => ({
    eventId: row.eventId,
    source: row.source,
    rawCost: row.rawCost,
    currency: row.currency,
    multiplier: row.multiplier,
    rounding: row.rounding,
    costUtok: row.costUtok,
    occurredAt: row.occurredAt.toISOString(),
    isFinal: row.final,
  }));
}
