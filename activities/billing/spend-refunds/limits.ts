import { and, eq, sql } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { limitCounters, type charges } from '../../../drizzle/schema';
import { windowOf } from '../../../src/domain/billing/spend-window';

/**
 * Takes what went back off the limits that the charge had filled, as far as their windows are still open (SP-7). Only
 * limits that count have a counter.
 */
export async function emptyLimits(
  tx: Transaction,
  back: {
    readonly charge: typeof charges.$inferSelect;
    readonly person: { readonly timeZone: string; readonly clockOffsetMs: number };
    readonly byUtok: number;
    readonly asOf: Date;
  },
): Promise<void> {
  const { charge, person, byUtok, asOf } = back;
  if (byUtok === 0) return;
  for (const { scope, scopeId, zone, aheadMs } of subjectsOf(charge, person)) {
    for (const window of ['day', 'month'] as const) {
      const span = windowOf(window, { zone, atMs: charge.asOf.getTime() - aheadMs });
      if (asOf.getTime() - aheadMs >= span.endsMs) continue;
      await tx
        .update(limitCounters)
        .set({ usedUtok: sql`greatest(0, ${limitCounters.usedUtok} - ${byUtok})` })
        .where(
          and(
            eq(limitCounters.scope, scope),
            eq(limitCounters.scopeId, scopeId),
            eq(limitCounters.window, window),
            eq(limitCounters.windowStart, new Date(span.startsMs)),
          ),
        );
    }
  }
}

/** In the order in which debits lock them; only a person's own live by the person's clock. */
function subjectsOf(
  { clientId, keyId, userId }: typeof charges.$inferSelect,
  { timeZone, clockOffsetMs: aheadMs }: { timeZone: string; clockOffsetMs: number },
) {
  const ours = { zone: 'UTC', aheadMs };
  return [
    ...(clientId === null ? [] : [{ scope: 'client', scopeId: clientId, ...ours } as const]),
    ...(keyId === null ? [] : [{ scope: 'key', scopeId: keyId, ...ours } as const]),
    { scope: 'user', scopeId: String(userId), zone: timeZone, aheadMs: 0 } as const,
  ];
}
