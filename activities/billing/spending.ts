import { and, asc, eq } from 'drizzle-orm';
import type { Transaction } from '../../drizzle/client';
import { charges, entries, lotMoves, lots, type LotOrigin } from '../../drizzle/schema';
import { assert } from '../../src/domain/assert';
import type { BillingSettings } from '../../src/domain/billing/settings';
import {
  decideSpends,
  type SpendDecision,
  type SpendRefusal,
} from '../../src/domain/billing/spend-batch';
import { balanceOf } from './ledger';
import { newIds, recordCharges, type ChargedSpend, type SpendToBook } from './spends/booking';
import { openWallets, type OpenWallet } from './spends/wallets';

type Charge = typeof charges.$inferSelect;

export interface Spending {
  /** `<workflow id>:<step>` or client and key: repeating it changes nothing. */
  readonly key: string;
  readonly clientId?: string;
  /** The API key that was used. */
  readonly keyId?: string;
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
 * declared order. It is a batch of one, in the caller's transaction: the same rules decide under the same lock (LG-7),
 * and the same statements book. Whether the person may start work, and their limits, are the caller's to ask.
 */
export async function spendTokens(tx: Transaction, spending: Spending): Promise<SpendOutcome> {
  const { userId, asOf, settings } = spending;
  const wallet = (await openWallets(tx, [{ userId, asOf }])).get(userId);
  assert(wallet, `wallet of ${userId} is open`);
  const known = await chargeOf(tx, spending.key);
  if (known) return { kind: 'charged', ...(await reportOf(tx, { charge: known, wallet })) };
  const decision = decide(spending, wallet);
  if (decision.kind === 'refused') return refusalOf(decision.refusal);
  await recordCharges(tx, { spends: [toBook(spending, { decision, wallet })], settings });
  const charge = await chargeOf(tx, spending.key);
  assert(charge, 'a recorded charge is found');
  return { kind: 'charged', ...(await reportOf(tx, { charge, wallet })), isRepeat: false };
}

function decide(spending: Spending, wallet: OpenWallet): SpendDecision {
  const { key, userId, requestedUtok: amountUtok, lowestUtok } = spending;
  const isPostPaid = lowestUtok !== undefined;
  const [decision] = decideSpends([{ key, userId, amountUtok, isPostPaid, limitIds: [] }], {
    spenders: new Map([[userId, { ...wallet, refusal: undefined }]]),
    limits: new Map(),
    floorUtok: lowestUtok ?? 0,
  });
  assert(decision, 'one wish has one decision');
  return decision;
}

/** Limits and standing are not asked here, so only the balance can refuse. */
function refusalOf(refusal: SpendRefusal): SpendOutcome {
  assert(refusal.code === 'insufficient_balance', `a charge is refused for its balance only`);
  const { requiredUtok, availableUtok } = refusal;
  return { kind: 'insufficient_balance', requiredUtok, availableUtok };
}

function toBook(
  { kind, clientId, keyId, track, description, meta, asOf }: Spending,
  decided: { decision: ChargedSpend; wallet: OpenWallet },
): SpendToBook {
  return {
    ...decided,
    ids: newIds(decided.decision),
    ...{ kind, description, meta, asOf },
    clientId: clientId ?? null,
    keyId: keyId ?? null,
    track: track ?? null,
  };
}

async function chargeOf(tx: Transaction, key: string): Promise<Charge | undefined> {
  const [charge] = await tx.select().from(charges).where(eq(charges.key, key));
  return charge;
}

/** Rebuilt from the books, so that a repeat hears years later what was said the first time. */
async function reportOf(
  tx: Transaction,
  { charge, wallet }: { charge: Charge; wallet: OpenWallet },
): Promise<ChargeReport> {
  const { id: chargeId, transferId, chargedUtok, uncollectedUtok } = charge;
  const entry = transferId === null ? undefined : await entryOf(tx, transferId, wallet.accountId);
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
