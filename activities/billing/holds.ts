import { eq, sql } from 'drizzle-orm';
import type { Transaction } from '../../drizzle/client';
import { holdLots, holds, type TransferKind } from '../../drizzle/schema';
import { assert } from '../../src/domain/assert';
import { writeAudit } from '../audit';
import { wallet as walletAccount, type AccountRef } from './accounts';
import { giveBack, heldLots, raiseHeld, restOf } from './held-lots';
import {
  InsufficientBalanceError,
  lockWallet,
  postTransfer,
  sweepExpired,
  type Leg,
  type LockedWallet,
} from './ledger';
import { chooseShares, freeLots, holdShare, totalUtok, type LotShare } from './lots';

type Hold = typeof holds.$inferSelect;

interface HoldTerms {
  /** Work: client id and the caller's key. Otherwise `<workflow id>:<step>`. Repeating it changes nothing. */
  readonly key: string;
  readonly userId: number;
  readonly purpose: Hold['purpose'];
  readonly asOf: Date;
  /** Work has both, the others end with the word of a provider and have neither. */
  readonly leaseUntil?: Date;
  readonly onExpiry?: NonNullable<Hold['onExpiry']>;
  /** Work only: whose it is. Limits count it in the windows of `asOf`. */
  readonly client?: {
    readonly clientId: string;
    readonly keyId?: string | undefined;
    readonly track?: string | undefined;
  };
  readonly meta?: Record<string, unknown>;
}

export interface PlacedHold {
  readonly holdId: string;
  /** True when this key was placed before: nothing was changed now, whatever became of the hold. */
  readonly isRepeat: boolean;
}

/**
 * Reserves named parts of lots, at least one of them. Throws {@link InsufficientBalanceError} when a lot has less free
 * than asked; nothing was written then.
 */
export async function placeHold(
  tx: Transaction,
  hold: HoldTerms & { lots: readonly LotShare[] },
): Promise<PlacedHold> {
  const locked = await lockWallet(tx, hold.userId);
  return (await repeatOf(tx, hold.key)) ?? reserve(tx, locked, hold);
}

/**
 * Reserves an amount on lots in the order they would burn. Throws {@link InsufficientBalanceError} when less is
 * available at `asOf`; a wallet in debt has nothing available.
 */
export async function holdTokens(
  tx: Transaction,
  hold: HoldTerms & { amountUtok: number },
): Promise<PlacedHold> {
  const { userId, asOf, amountUtok } = hold;
  await lockWallet(tx, userId);
  const repeat = await repeatOf(tx, hold.key);
  if (repeat) return repeat;
  await sweepExpired(tx, { userId, asOf });
  const locked = await lockWallet(tx, userId);
  const availableUtok = locked.balance - locked.held;
  if (availableUtok < amountUtok) throw new InsufficientBalanceError(amountUtok, availableUtok);
  const shares = chooseShares(await freeLots(tx, locked.id), amountUtok);
  return reserve(tx, locked, { ...hold, lots: shares });
}

export interface HoldRelease {
  readonly holdId: string;
  /** Base of the keys of what the release books. */
  readonly key: string;
  readonly asOf: Date;
  /** How the hold is remembered: given back on purpose, or because its lease ended. */
  readonly as?: 'released' | 'expired';
}

export interface ReleasedHold {
  readonly state: Hold['state'];
  /** True when the hold had ended before: nothing was changed now. */
  readonly isRepeat: boolean;
}

/**
 * Ends a hold and gives its tokens back to the same lots. What comes free on a lot past its expiry goes to breakage in
 * the same transaction (LG-6); the rest first covers a debt made meanwhile (LG-5).
 */
export async function releaseHold(tx: Transaction, release: HoldRelease): Promise<ReleasedHold> {
  const hold = await lockHold(tx, release.holdId);
  if (hold.state !== 'active') return { state: hold.state, isRepeat: true };
  const held = await heldLots(tx, hold.id);
  const state = release.as ?? 'released';
  await giveBack(tx, { end: release, userId: hold.userId, held });
  await tx.update(holds).set({ state }).where(eq(holds.id, hold.id));
  await audit(tx, { action: 'tokens.released', hold, after: { state }, asOf: release.asOf });
  return { state, isRepeat: false };
}

export interface HoldCapture {
  readonly holdId: string;
  /** Key of the transfer that debits the wallet. */
  readonly key: string;
  readonly kind: TransferKind;
  /** Who receives the tokens. */
  readonly counter: AccountRef;
  /** Default: all that is held. Less releases the rest; more takes other lots, and debt as far as `lowestUtok`. */
  readonly amountUtok?: number;
  readonly asOf: Date;
  readonly meta: Record<string, unknown>;
  readonly invoiceId?: string;
  readonly paymentId?: string;
  readonly reversesTransferId?: string;
  /** The charge that the transfer pays. */
  readonly chargeId?: string;
  readonly lowestUtok?: number;
  /** Further balanced lines of the same transfer, such as the money that goes back with the tokens (LG-1). */
  readonly alongside?: readonly Leg[];
}

export type CapturedHold =
  | {
      readonly kind: 'captured';
      /** Absent when nothing was captured, which is legal (LG-9). */
      readonly transferId: string | undefined;
      /** True when this hold was captured before: nothing was changed now. */
      readonly isRepeat: boolean;
      readonly capturedUtok: number;
    }
  | { readonly kind: 'closed'; readonly state: 'released' | 'expired' };

/**
 * Ends a hold by debiting its lots, as one transfer from the wallet to the counter account; what is not captured is
 * released. A hold that was released before is answered as closed. Throws {@link InsufficientBalanceError} when more
 * than the held amount is asked and does not fit.
 */
export async function captureHold(tx: Transaction, capture: HoldCapture): Promise<CapturedHold> {
  const hold = await lockHold(tx, capture.holdId);
  if (hold.state === 'captured') return capturedBefore(hold);
  if (hold.state !== 'active') return { kind: 'closed', state: hold.state };
  const held = await heldLots(tx, hold.id);
  const amountUtok = capture.amountUtok ?? hold.amountUtok;
  const taken = chooseShares(held, amountUtok);
  const transferId = await debitHeld(tx, capture, { hold, taken, amountUtok });
  await giveBack(tx, { end: capture, userId: hold.userId, held: restOf(held, taken) });
  await tx
    .update(holds)
    .set({
      state: 'captured',
      capturedUtok: amountUtok,
      meta: sql`${holds.meta} || ${JSON.stringify({ transferId })}::jsonb`,
    })
    .where(eq(holds.id, hold.id));
  const after = { state: 'captured', capturedUtok: amountUtok, transferId };
  await audit(tx, { action: 'tokens.captured', hold, after, asOf: capture.asOf });
  return { kind: 'captured', transferId, isRepeat: false, capturedUtok: amountUtok };
}

async function repeatOf(tx: Transaction, key: string): Promise<PlacedHold | undefined> {
  const [row] = await tx.select({ id: holds.id }).from(holds).where(eq(holds.key, key));
  return row && { holdId: row.id, isRepeat: true };
}

async function reserve(
  tx: Transaction,
  locked: LockedWallet,
  hold: HoldTerms & { lots: readonly LotShare[] },
): Promise<PlacedHold> {
  const { lots: shares, leaseUntil, onExpiry, client } = hold;
  const amountUtok = totalUtok(shares);
  assert(amountUtok > 0, `hold ${hold.key} reserves something`);
  await requireFree(tx, locked, shares);
  const [row] = await tx
    .insert(holds)
    .values({
      key: hold.key,
      userId: hold.userId,
      purpose: hold.purpose,
      amountUtok,
      state: 'active',
      leaseUntil: leaseUntil ?? null,
      onExpiry: onExpiry ?? null,
      clientId: client?.clientId ?? null,
      keyId: client?.keyId ?? null,
      track: client?.track ?? null,
      asOf: hold.purpose === 'work' ? hold.asOf : null,
      meta: hold.meta ?? {},
    })
    .returning();
  assert(row, 'an inserted hold is returned');
  await tx.insert(holdLots).values(shares.map((share) => ({ ...share, holdId: row.id })));
  for (const share of shares) await holdShare(tx, share);
  await raiseHeld(tx, locked, amountUtok);
  const { userId, purpose } = hold;
  const after = { userId, purpose, amountUtok, lots: shares };
  await audit(tx, { action: 'tokens.held', hold: row, after, asOf: hold.asOf });
  return { holdId: row.id, isRepeat: false };
}

async function requireFree(
  tx: Transaction,
  locked: LockedWallet,
  shares: readonly LotShare[],
): Promise<void> {
  const free = new Map((await freeLots(tx, locked.id)).map((lot) => [lot.id, lot.freeUtok]));
  for (const { lotId, amountUtok } of shares) {
    const freeUtok = free.get(lotId) ?? 0;
    if (freeUtok < amountUtok) throw new InsufficientBalanceError(amountUtok, freeUtok);
  }
}

/** The wallet is locked before the hold is read, in the order everybody takes them (DM-3). */
export async function lockHold(tx: Transaction, holdId: string): Promise<Hold> {
  const [known] = await tx.select({ userId: holds.userId }).from(holds).where(eq(holds.id, holdId));
  assert(known, `hold ${holdId} exists`);
  await lockWallet(tx, known.userId);
  const [hold] = await tx.select().from(holds).where(eq(holds.id, holdId));
  assert(hold, `hold ${holdId} exists`);
  return hold;
}

async function debitHeld(
  tx: Transaction,
  capture: HoldCapture,
  debit: { hold: Hold; taken: readonly LotShare[]; amountUtok: number },
): Promise<string | undefined> {
  const { holdId, counter, meta, alongside = [], ...order } = capture;
  const { hold, taken, amountUtok } = debit;
  if (amountUtok === 0 && alongside.length === 0) return undefined;
  const account = walletAccount(hold.userId);
  const { transferId } = await postTransfer(tx, {
    ...order,
    userId: hold.userId,
    legs: [
      { account, amount: -amountUtok },
      { account: counter, amount: amountUtok },
      ...alongside,
    ],
    takes: { shares: taken, isHeld: true },
    meta: { ...meta, holdId },
  });
  return transferId;
}

function capturedBefore(hold: Hold): CapturedHold {
  const { transferId } = hold.meta as { transferId?: string };
  return { kind: 'captured', transferId, isRepeat: true, capturedUtok: hold.capturedUtok };
}

function audit(
  tx: Transaction,
  change: { action: string; hold: Hold; after: unknown; asOf: Date },
): Promise<void> {
  const { action, hold, after, asOf } = change;
  return writeAudit(tx, { action, entity: 'hold', entityId: hold.id, after, asOf });
}
