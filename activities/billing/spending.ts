import { and, asc, eq } from 'drizzle-orm';
import { v7 } from 'uuid';
import type { Transaction } from '../../drizzle/client';
import { charges, entries, lotMoves, lots, type LotOrigin } from '../../drizzle/schema';
import { assert } from '../../src/domain/assert';
import type { BillingSettings } from '../../src/domain/billing/settings';
import { tokenText } from '../../src/domain/tokens';
import { writeAudit } from '../audit';
import { tokenAccount, wallet } from './accounts';
import { availableOf, balanceOf, lockWallet, postTransfer, type LockedWallet } from './ledger';
import { openItem } from './open-items';

type Charge = typeof charges.$inferSelect;

export interface Spending {
  /** `<workflow id>:<step>` or client and key: repeating it changes nothing. */
  readonly key: string;
  readonly clientId?: string;
  readonly userId: number;
  /** Zero is legal: it leaves a charge and no transfer (LG-9). */
  readonly requestedUtok: number;
  readonly kind: 'spend' | 'track';
  readonly track?: string;
  readonly description: string;
  readonly meta: Record<string, unknown>;
  readonly asOf: Date;
  /**
   * Post-paid work only: how far below zero it may leave what is available (LG-8). It takes what fits and is never
   * refused; without it, work that does not fit is refused and nothing is written.
   */
  readonly lowestUtok?: number;
  readonly settings: BillingSettings;
}

export type SpendOutcome =
  | ({ readonly kind: 'charged' } & ChargeReport)
  | {
      readonly kind: 'insufficient_balance';
      readonly requiredUtok: number;
      readonly availableUtok: number;
    };

/** A charge with what it left behind; amounts in micro-tokens. */
export interface ChargeReport {
  readonly chargeId: string;
  /** Absent when nothing was taken. */
  readonly transferId: string | undefined;
  readonly chargedUtok: number;
  /** Delivered but not paid: an open item shows it. */
  readonly uncollectedUtok: number;
  readonly balanceBeforeUtok: number;
  readonly balanceAfterUtok: number;
  readonly lots: readonly SpentLot[];
  /** True when this key was charged before: nothing was changed now. */
  readonly isRepeat: boolean;
}

export interface SpentLot {
  readonly lotId: string;
  readonly origin: LotOrigin;
  readonly amountUtok: number;
}

/**
 * Charges a person for work: one charge and, unless it is zero, one transfer to `sys:spend:TOK` that burns lots in the
 * declared order. The decision and the debit happen under the lock of the wallet's row (LG-7).
 */
export async function spendTokens(tx: Transaction, spending: Spending): Promise<SpendOutcome> {
  const { userId, asOf, requestedUtok } = spending;
  const locked = await lockWallet(tx, userId);
  const known = await chargeOf(tx, spending.key);
  if (known) return { kind: 'charged', ...(await reportOf(tx, { charge: known, locked })) };
  const availableUtok = await availableOf(tx, { userId, asOf });
  const chargedUtok = chargeable(spending, availableUtok);
  if (chargedUtok === undefined) {
    return { kind: 'insufficient_balance', requiredUtok: requestedUtok, availableUtok };
  }
  const charge = await recordCharge(tx, spending, chargedUtok);
  await showUncollected(tx, spending, charge);
  const report = await reportOf(tx, { charge, locked });
  return { kind: 'charged', ...report, isRepeat: false };
}

/** What can be taken; undefined when work that is paid in advance does not fit. */
function chargeable(
  { requestedUtok, lowestUtok }: Spending,
  availableUtok: number,
): number | undefined {
  if (requestedUtok === 0) return 0;
  if (lowestUtok !== undefined) {
    return Math.min(requestedUtok, Math.max(0, availableUtok - lowestUtok));
  }
  return availableUtok >= requestedUtok ? requestedUtok : undefined;
}

async function recordCharge(
  tx: Transaction,
  spending: Spending,
  chargedUtok: number,
): Promise<Charge> {
  const { key, userId, requestedUtok, kind, description, meta, asOf } = spending;
  const id = v7();
  const transferId = chargedUtok > 0 ? await debit(tx, spending, { id, chargedUtok }) : null;
  const uncollectedUtok = requestedUtok - chargedUtok;
  const amounts = { requestedUtok, chargedUtok, uncollectedUtok };
  const optional = { clientId: spending.clientId ?? null, track: spending.track ?? null };
  const row = { id, key, userId, kind, transferId, description, meta, asOf };
  const [charge] = await tx
    .insert(charges)
    .values({ ...row, ...amounts, ...optional })
    .returning();
  assert(charge, 'an inserted charge is returned');
  await writeAudit(tx, {
    action: 'tokens.spent',
    entity: 'transfer',
    entityId: transferId ?? id,
    after: { userId, chargeId: id, ...amounts },
    asOf,
  });
  return charge;
}

async function debit(
  tx: Transaction,
  spending: Spending,
  charge: { id: string; chargedUtok: number },
): Promise<string> {
  const { key, userId, asOf, meta, lowestUtok } = spending;
  const { transferId } = await postTransfer(tx, {
    key,
    kind: 'spend',
    legs: [
      { account: wallet(userId), amount: -charge.chargedUtok },
      { account: tokenAccount('spend'), amount: charge.chargedUtok },
    ],
    userId,
    chargeId: charge.id,
    asOf,
    meta,
    ...(lowestUtok === undefined ? {} : { lowestUtok }),
  });
  return transferId;
}

async function showUncollected(tx: Transaction, spending: Spending, charge: Charge): Promise<void> {
  if (charge.uncollectedUtok === 0) return;
  const missing = tokenText(charge.uncollectedUtok);
  const asked = tokenText(charge.requestedUtok);
  await openItem(tx, spending.settings, {
    key: `${spending.key}:uncollected`,
    kind: 'uncollected',
    userId: spending.userId,
    reason: `${missing} of ${asked} tokens could not be collected: ${spending.description}`,
    asOf: spending.asOf,
  });
}

async function chargeOf(tx: Transaction, key: string): Promise<Charge | undefined> {
  const [charge] = await tx.select().from(charges).where(eq(charges.key, key));
  return charge;
}

/** Rebuilt from the books, so that a repeat hears years later what was said the first time. */
async function reportOf(
  tx: Transaction,
  { charge, locked }: { charge: Charge; locked: LockedWallet },
): Promise<ChargeReport> {
  const { id: chargeId, transferId, chargedUtok, uncollectedUtok } = charge;
  const entry = transferId === null ? undefined : await entryOf(tx, transferId, locked.id);
  const balanceAfterUtok = entry?.balanceAfter ?? (await balanceOf(tx, charge.userId));
  return {
    chargeId,
    transferId: transferId ?? undefined,
    chargedUtok,
    uncollectedUtok,
    balanceBeforeUtok: balanceAfterUtok + chargedUtok,
    balanceAfterUtok,
    lots: entry ? await lotsOf(tx, entry.id) : [],
    isRepeat: true,
  };
}

async function entryOf(tx: Transaction, transferId: string, accountId: string) {
  const [entry] = await tx
    .select({ id: entries.id, balanceAfter: entries.balanceAfter })
    .from(entries)
    .where(and(eq(entries.transferId, transferId), eq(entries.accountId, accountId)));
  assert(entry, `transfer ${transferId} has an entry on its wallet`);
  return entry;
}

async function lotsOf(tx: Transaction, entryId: number): Promise<SpentLot[]> {
  const moves = await tx
    .select({ lotId: lotMoves.lotId, origin: lots.origin, movedUtok: lotMoves.amountUtok })
    .from(lotMoves)
    .innerJoin(lots, eq(lots.id, lotMoves.lotId))
    .where(eq(lotMoves.entryId, entryId))
    .orderBy(asc(lotMoves.id));
  return moves.map(({ lotId, origin, movedUtok }) => ({ lotId, origin, amountUtok: -movedUtok }));
}
