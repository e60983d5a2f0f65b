import { randomUUID } from 'node:crypto';
import { dueAtExpiry, type HoldEnding, type HoldView } from '../../../src/domain/billing/hold';
import type { HoldAnswer, KeptHold, RequestName } from '../../../workflows/billing/hold/contract';
import type { Activities } from '../../activities/support/books';

type HoldRoles = Pick<Activities, 'placeWorkHold' | 'findWorkHold' | 'reportHold' | 'endHold'>;

/** Plays PostgreSQL for holds: each settles once and knows what its requests were told. */
export function holdRoles(): HoldRoles {
  const kept = new Map<string, KeptHold>();
  const told = new Map<string, HoldView>();
  const keyOf = new Map<string, string>();

  const rowOf = (holdId: string): KeptHold => {
    const row = kept.get(keyOf.get(holdId) ?? '');
    if (!row) throw new Error(`nobody placed ${holdId}`);
    return row;
  };
  const change = (holdId: string, hold: HoldView): HoldView => {
    kept.set(keyOf.get(holdId) ?? '', { ...rowOf(holdId), hold });
    return hold;
  };
  const once = (request: RequestName | undefined, effect: () => HoldAnswer): HoldAnswer => {
    const before = request && told.get(request.key);
    if (before) return { kind: 'done', hold: before, isReplay: true };
    const answer = effect();
    if (request && answer.kind === 'done') told.set(request.key, answer.hold);
    return answer;
  };

  return {
    placeWorkHold: ({ holdKey, userId, wish, at }) => {
      const before = kept.get(holdKey);
      if (before) {
        const answer = { kind: 'placed' as const, hold: before.hold, isReplay: true };
        return Promise.resolve({ answer, kept: before });
      }
      const hold: HoldView = {
        holdId: randomUUID(),
        userId,
        state: 'active',
        amountUtok: wish.amountUtok,
        reportedUtok: 0,
        capturedUtok: 0,
        releasedUtok: 0,
        leaseUntil: new Date(Date.parse(at) + wish.leaseSeconds * 1_000).toISOString(),
        onExpiry: wish.onExpiry,
        createdAt: at,
      };
      const { leaseSeconds, request } = wish;
      const row = { hold, leaseSeconds, clockOffsetMs: 0, request };
      kept.set(holdKey, row);
      keyOf.set(hold.holdId, holdKey);
      return Promise.resolve({ answer: { kind: 'placed', hold, isReplay: false }, kept: row });
    },
    findWorkHold: ({ holdKey }) => Promise.resolve(kept.get(holdKey) ?? null),
    reportHold: ({ holdId, request, reportedUtok = 0, leaseUntil }) =>
      Promise.resolve(
        once(request, () => {
          const { hold } = rowOf(holdId);
          if (hold.state !== 'active') return { kind: 'closed', hold };
          const total = Math.max(hold.reportedUtok, reportedUtok);
          const after = change(holdId, { ...hold, reportedUtok: total, leaseUntil });
          return { kind: 'done', hold: after, isReplay: false };
        }),
      ),
    endHold: ({ holdId, by, request, amountUtok, asOf }) =>
      Promise.resolve(
        once(request, () => {
          const { hold } = rowOf(holdId);
          if (hold.state !== 'active') return { kind: 'closed', hold };
          const due = by === 'capture' ? (amountUtok ?? hold.amountUtok) : dueOf(hold, by);
          const after = change(holdId, ended(hold, { by, due, asOf }));
          return { kind: 'done', hold: after, isReplay: false };
        }),
      ),
  };
}

function dueOf(hold: HoldView, by: HoldEnding): number | undefined {
  return by === 'release' ? undefined : dueAtExpiry(hold);
}

function ended(
  hold: HoldView,
  { by, due, asOf }: { by: HoldEnding; due: number | undefined; asOf: string },
): HoldView {
  const state = due === undefined ? (by === 'expiry' ? 'expired' : 'released') : 'captured';
  const capturedUtok = due ?? 0;
  const releasedUtok = Math.max(0, hold.amountUtok - capturedUtok);
  return { ...hold, state, capturedUtok, releasedUtok, endedBy: by, endedAt: asOf };
}
