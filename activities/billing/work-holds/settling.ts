import type { Transaction } from '../../../drizzle/client';
import type { holds } from '../../../drizzle/schema';
import {
  dueAtExpiry,
  holdView,
  type HoldEnding,
  type HoldView,
} from '../../../src/domain/billing/hold';
import type { HoldAnswer, RequestName } from '../../../workflows/billing/hold/contract';
import type { ActivityDeps } from '../../deps';
import { inTellingTransaction } from '../../telling';
import { readSettings } from '../../transactions';
import { earlierAnswer, keepAnswer } from '../requests';
import { lockHold } from '../holds';
import { settleHold } from './settlement';

const OK = 200;

export interface HoldEnd {
  readonly holdId: string;
  readonly by: Exclude<HoldEnding, 'track' | 'operator'>;
  /** The client's request, where one asked. */
  readonly request?: RequestName;
  /** Capture only: everything held when absent. */
  readonly amountUtok?: number;
  readonly isPostPaid?: boolean;
  readonly asOf: string;
}

/**
 * Settles a hold in one transaction with its charge and the answer its client will hear again. Not refused because of
 * a lapse, a block, a freeze or a limit that came meanwhile: the work was admitted (SP-5).
 */
export async function endHold(
  { db, settings: defaults }: ActivityDeps,
  end: HoldEnd,
): Promise<HoldAnswer> {
  return inTellingTransaction(db, async (tx) => {
    const row = await lockHold(tx, end.holdId);
    const earlier = end.request && (await earlierAnswer<HoldView>(tx, end.request));
    if (earlier?.kind === 'other') return { kind: 'mismatch' };
    if (earlier) return { kind: 'done', hold: earlier.response, isReplay: true };
    if (row.state !== 'active') return { kind: 'closed', hold: holdView(row) };
    const dueUtok = dueOf(end, row);
    const isTooMuch = end.by === 'capture' && !end.isPostPaid && (dueUtok ?? 0) > row.amountUtok;
    if (isTooMuch) return { kind: 'too_much', hold: holdView(row) };
    const asOf = new Date(end.asOf);
    const { hold } = await settleHold(tx, {
      holdId: end.holdId,
      by: end.by,
      asOf,
      settings: await readSettings(tx, defaults),
      ...(dueUtok === undefined ? {} : { dueUtok }),
      ...(end.isPostPaid === undefined ? {} : { isPostPaid: end.isPostPaid }),
    });
    await keep(tx, { end, hold, asOf });
    return { kind: 'done', hold, isReplay: false };
  });
}

/** Undefined gives everything back. */
function dueOf(end: HoldEnd, row: typeof holds.$inferSelect): number | undefined {
  switch (end.by) {
    case 'capture':
      return end.amountUtok ?? row.amountUtok;
    case 'release':
      return undefined;
    case 'expiry':
    case 'cancel':
      return dueAtExpiry(row);
  }
}

async function keep(
  tx: Transaction,
  { end, hold, asOf }: { end: HoldEnd; hold: HoldView; asOf: Date },
): Promise<void> {
  if (!end.request) return;
  const resourceId = end.holdId;
  await keepAnswer(tx, { request: end.request, status: OK, response: hold, resourceId, asOf });
}
