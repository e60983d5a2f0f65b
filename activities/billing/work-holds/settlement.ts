import { eq, sql } from 'drizzle-orm';
import { v7 } from 'uuid';
import type { Transaction } from '../../../drizzle/client';
import { charges, holds } from '../../../drizzle/schema';
import { assert } from '../../../src/domain/assert';
import {
  holdView,
  memoryOf,
  type HoldCharge,
  type HoldEnding,
  type HoldMemory,
  type HoldView,
} from '../../../src/domain/billing/hold';
import type { BillingSettings } from '../../../src/domain/billing/settings';
import { tokenText } from '../../../src/domain/tokens';
import { holdWorkflowId } from '../../../workflows/billing/hold/contract';
import { tokenAccount } from '../accounts';
import { requestTopups } from '../auto-topups/noting';
import { captureHold, lockHold, releaseHold } from '../holds';
import { availableOf, balanceOf } from '../ledger';
import { openItem } from '../open-items';
import { noticeFalls } from '../spends/notices';
import { lowestUtok } from '../spends/wallets';
import { countSettled } from './counting';

type Hold = typeof holds.$inferSelect;

export interface HoldSettlement {
  readonly holdId: string;
  readonly by: HoldEnding;
  /** What the work cost, zero included (LG-9); undefined gives everything back and charges nothing. */
  readonly dueUtok?: number;
  /**
   * The work is delivered: beyond what is held it takes other lots, then debt down to the floor (LG-8). Without it the
   * hold is the bound. What could not be taken is never silently free: an open item shows it.
   */
  readonly isPostPaid?: boolean;
  /** What the charge is for; the hold's own description when absent. */
  readonly description?: string;
  /** Kept with the charge, such as what it was computed from. */
  readonly meta?: Readonly<Record<string, unknown>>;
  readonly asOf: Date;
  readonly settings: BillingSettings;
}

export interface SettledHold {
  /** True when it had ended before: nothing was changed now, and the view says how it ended. */
  readonly isRepeat: boolean;
  readonly hold: HoldView;
  /** Its keeper, which wants to be told when somebody else settles (`tellHoldSettled`). */
  readonly workflowId: string;
}

/**
 * Settles a hold for work, once, in the caller's transaction: charge, transfer, released lots, limits and open item.
 * The wallet is locked before anything is decided, so of two that race one settles and the other hears how.
 */
export async function settleHold(tx: Transaction, end: HoldSettlement): Promise<SettledHold> {
  const row = await lockHold(tx, end.holdId);
  assert(row.purpose === 'work', `hold ${row.id} was placed for work`);
  const workflowId = holdWorkflowId(row.key);
  if (row.state !== 'active') return { isRepeat: true, hold: holdView(row), workflowId };
  const charge = end.dueUtok === undefined ? undefined : await capture(tx, row, end);
  if (!charge) await giveAllBack(tx, row, end);
  const takenUtok = charge?.chargedUtok ?? 0;
  await countSettled(tx, row, { takenUtok, asOf: end.asOf, settings: end.settings });
  return { isRepeat: false, hold: await remember(tx, row, { end, charge }), workflowId };
}

async function capture(tx: Transaction, row: Hold, end: HoldSettlement): Promise<HoldCharge> {
  const { asOf, settings, dueUtok = 0 } = end;
  const floorUtok = lowestUtok(settings);
  const chargedUtok = await chargeable(tx, row, { end, floorUtok });
  const chargeId = v7();
  const key = captureKey(row);
  const captured = await captureHold(tx, {
    holdId: row.id,
    key,
    kind: 'hold_capture',
    counter: tokenAccount('spend'),
    amountUtok: chargedUtok,
    asOf,
    lowestUtok: floorUtok,
    chargeId,
    meta: {},
  });
  assert(captured.kind === 'captured', `hold ${row.id} was active under the lock`);
  const charge: HoldCharge = {
    chargeId,
    transferId: captured.transferId ?? null,
    requestedUtok: dueUtok,
    chargedUtok,
    uncollectedUtok: dueUtok - chargedUtok,
  };
  await recordCharge(tx, row, { end, charge });
  await showUncollected(tx, row, { end, charge });
  await noticeFall(tx, row, { end, charge });
  await requestTopups(tx, { userIds: [row.userId], asOf, settings });
  return charge;
}

/** A balance that runs low is told also when a job took it there (SP-8). */
async function noticeFall(
  tx: Transaction,
  { userId }: Hold,
  { end: { asOf, settings }, charge }: { end: HoldSettlement; charge: HoldCharge },
): Promise<void> {
  const { chargeId, chargedUtok } = charge;
  const balanceAfterUtok = await balanceOf(tx, userId);
  const balanceBeforeUtok = balanceAfterUtok + chargedUtok;
  const fall = { userId, chargeId, balanceBeforeUtok, balanceAfterUtok, asOf };
  await noticeFalls(tx, { falls: [fall], settings });
}

/** One hold has one charge, whoever settles it. */
function captureKey({ key }: Hold): string {
  return `${holdWorkflowId(key)}:capture`;
}

/** The held part is always there; what goes beyond it takes what fits. */
async function chargeable(
  tx: Transaction,
  { userId, amountUtok }: Hold,
  { end, floorUtok }: { end: HoldSettlement; floorUtok: number },
): Promise<number> {
  const { dueUtok = 0, asOf } = end;
  if (dueUtok <= amountUtok || !end.isPostPaid) return Math.min(dueUtok, amountUtok);
  const roomUtok = (await availableOf(tx, { userId, asOf })) - floorUtok;
  return amountUtok + Math.min(dueUtok - amountUtok, Math.max(0, roomUtok));
}

async function recordCharge(
  tx: Transaction,
  row: Hold,
  { end, charge }: { end: HoldSettlement; charge: HoldCharge },
): Promise<void> {
  const { chargeId: id, ...amounts } = charge;
  await tx.insert(charges).values({
    id,
    key: captureKey(row),
    clientId: row.clientId,
    keyId: row.keyId,
    userId: row.userId,
    kind: 'hold_capture',
    ...amounts,
    track: row.track,
    description: descriptionOf(row, end),
    meta: { ...end.meta, holdId: row.id, endedBy: end.by },
    asOf: end.asOf,
  });
}

function descriptionOf(row: Hold, { description }: HoldSettlement): string {
  return description ?? memoryOf(row).description ?? row.track ?? `hold ${row.id}`;
}

async function showUncollected(
  tx: Transaction,
  row: Hold,
  { end, charge }: { end: HoldSettlement; charge: HoldCharge },
): Promise<void> {
  if (charge.uncollectedUtok === 0) return;
  const [missing, asked] = [tokenText(charge.uncollectedUtok), tokenText(charge.requestedUtok)];
  const what = descriptionOf(row, end);
  await openItem(tx, end.settings, {
    key: `${holdWorkflowId(row.key)}:uncollected`,
    kind: 'uncollected',
    userId: row.userId,
    reason: `${missing} of ${asked} tokens could not be collected: ${what}`,
    asOf: end.asOf,
  });
}

function giveAllBack(tx: Transaction, row: Hold, { by, asOf }: HoldSettlement): Promise<unknown> {
  return releaseHold(tx, {
    holdId: row.id,
    key: `${holdWorkflowId(row.key)}:release`,
    asOf,
    as: by === 'expiry' ? 'expired' : 'released',
  });
}

async function remember(
  tx: Transaction,
  { id }: Hold,
  { end, charge }: { end: HoldSettlement; charge: HoldCharge | undefined },
): Promise<HoldView> {
  const memory: HoldMemory = {
    endedBy: end.by,
    endedAt: end.asOf.toISOString(),
    ...(charge ? { charge } : {}),
  };
  const [row] = await tx
    .update(holds)
    .set({ meta: sql`${holds.meta} || ${JSON.stringify(memory)}::jsonb` })
    .where(eq(holds.id, id))
    .returning();
  assert(row, `hold ${id} exists`);
  return holdView(row);
}
