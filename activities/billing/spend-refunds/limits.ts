import { and, eq, sql } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { limitCounters, type charges } from '../../../drizzle/schema';
import type { FilledCounter } from '../../../src/domain/billing/hold';
import { windowOf } from '../../../src/domain/billing/spend-window';

/** What fills limits: whose tokens, by whom, and when by the person's clock. */
export type Filling = Pick<typeof charges.$inferSelect, 'clientId' | 'keyId' | 'userId' | 'asOf'>;

export interface FillingPerson {
  readonly timeZone: string;
  readonly clockOffsetMs: number;
}

/**
 * Takes what went back off the limits that the charge had filled, as far as their windows are still open (SP-7). Only
 * limits that count have a counter.
 */
export async function emptyLimits(
  tx: Transaction,
  back: {
    readonly charge: typeof charges.$inferSelect;
    readonly person: FillingPerson;
    readonly byUtok: number;
    readonly asOf: Date;
  },
): Promise<void> {
  const { charge, person, byUtok, asOf } = back;
  if (byUtok === 0) return;
  const open = filledWindows(charge, person).filter(({ endsMs }) => asOf.getTime() < endsMs);
  for (const counter of open) await lowerCounter(tx, counter, byUtok);
}

/** Counts less in one window of a limit, if it is counted at all. */
export async function lowerCounter(
  tx: Transaction,
  { scope, scopeId, window, windowStart }: FilledCounter,
  byUtok: number,
): Promise<void> {
  await tx
    .update(limitCounters)
    .set({ usedUtok: sql`greatest(0, ${limitCounters.usedUtok} - ${byUtok})` })
    .where(
      and(
        eq(limitCounters.scope, scope),
        eq(limitCounters.scopeId, scopeId),
        eq(limitCounters.window, window),
        eq(limitCounters.windowStart, new Date(windowStart)),
      ),
    );
}

/** A window of a limit, with its end by the person's clock. */
export type FilledWindow = FilledCounter & { readonly endsMs: number };

/** The windows that something fills, of limits that are set and of those that are not. */
export function filledWindows(filling: Filling, person: FillingPerson): readonly FilledWindow[] {
  return subjectsOf(filling, person).flatMap(({ scope, scopeId, zone, aheadMs }) =>
    (['day', 'month'] as const).map((window) => {
      const span = windowOf(window, { zone, atMs: filling.asOf.getTime() - aheadMs });
      const windowStart = new Date(span.startsMs).toISOString();
      return { scope, scopeId, window, windowStart, endsMs: span.endsMs + aheadMs };
    }),
  );
}

/** In the order in which debits lock them; only a person's own live by the person's clock. */
function subjectsOf(
  { clientId, keyId, userId }: Filling,
  { timeZone, clockOffsetMs: aheadMs }: FillingPerson,
) {
  const ours = { zone: 'UTC', aheadMs };
  return [
    ...(clientId === null ? [] : [{ scope: 'client', scopeId: clientId, ...ours } as const]),
    ...(keyId === null ? [] : [{ scope: 'key', scopeId: keyId, ...ours } as const]),
    { scope: 'user', scopeId: String(userId), zone: timeZone, aheadMs: 0 } as const,
  ];
}
