import { inArray, sql } from 'drizzle-orm';
import { v7 } from 'uuid';
import type { Transaction } from '../../../drizzle/client';
import { accounts, charges, entries, lotMoves, lots, transfers } from '../../../drizzle/schema';
import { assert } from '../../../src/domain/assert';
import type { BillingSettings } from '../../../src/domain/billing/settings';
import type { SpendDecision } from '../../../src/domain/billing/spend-batch';
import { tokenText } from '../../../src/domain/tokens';
import { writeAudits, type AuditEntry } from '../../audit';
import { tokenAccount } from '../accounts';
import { openItem } from '../open-items';
import { noticeFalls, type WalletFall } from './notices';
import type { OpenWallet } from './wallets';

export type ChargedSpend = Extract<SpendDecision, { kind: 'charged' }>;

/** A decided spend with what its charge remembers. */
export interface SpendToBook {
  readonly decision: ChargedSpend;
  readonly wallet: OpenWallet;
  readonly kind: 'spend' | 'track';
  readonly clientId: string | null;
  /** The API key that was used. */
  readonly keyId: string | null;
  readonly track: string | null;
  readonly description: string;
  readonly meta: Readonly<Record<string, unknown>>;
  readonly asOf: Date;
}

export interface BookedSpend {
  readonly chargeId: string;
  /** Null for a charge of nothing, which moves no tokens (LG-9). */
  readonly transferId: string | null;
}

/**
 * Books decided spends with all that belongs to them: the trail of the audit, an open item for what could not be
 * collected (LG-8), and the word to people whose balance falls past a threshold (SP-8).
 */
export async function recordCharges(
  tx: Transaction,
  { spends, settings }: { spends: readonly SpendToBook[]; settings: BillingSettings },
): Promise<readonly BookedSpend[]> {
  if (spends.length === 0) return [];
  const booked = await bookSpends(tx, spends);
  await writeAudits(tx, spends.map((spend, index) => auditOf(spend, booked[index])));
  for (const spend of spends) await showUncollected(tx, spend, settings);
  await noticeFalls(tx, { falls: spends.flatMap((spend, i) => fallOf(spend, booked[i])), settings });
  return booked;
}

function auditOf({ decision, asOf }: SpendToBook, booked: BookedSpend | undefined): AuditEntry {
  assert(booked, `spend ${decision.wish.key} was booked`);
  const { chargeId, transferId } = booked;
  const { wish, chargedUtok, uncollectedUtok } = decision;
  const amounts = { requestedUtok: wish.amountUtok, chargedUtok, uncollectedUtok };
  return {
    action: 'tokens.spent',
    entity: 'transfer',
    entityId: transferId ?? chargeId,
    after: { userId: wish.userId, chargeId, ...amounts },
    asOf,
  };
}

async function showUncollected(
  tx: Transaction,
  { decision, description, asOf }: SpendToBook,
  settings: BillingSettings,
): Promise<void> {
  const { wish, uncollectedUtok } = decision;
  if (uncollectedUtok === 0) return;
  const [missing, asked] = [tokenText(uncollectedUtok), tokenText(wish.amountUtok)];
  await openItem(tx, settings, {
    key: `${wish.key}:uncollected`,
    kind: 'uncollected',
    userId: wish.userId,
    reason: `${missing} of ${asked} tokens could not be collected: ${description}`,
    asOf,
  });
}

function fallOf({ decision, asOf }: SpendToBook, booked: BookedSpend | undefined): WalletFall[] {
  const { wish, chargedUtok, balanceBeforeUtok, balanceAfterUtok } = decision;
  if (!booked || chargedUtok === 0) return [];
  const { chargeId } = booked;
  return [{ userId: wish.userId, balanceBeforeUtok, balanceAfterUtok, chargeId, asOf }];
}

/**
 * Writes many decided spends with one statement per table: transfers, entries, lots, balances and charges. Belongs to
 * the ledger: the wallets are locked, the decisions were made on what the locks guard, and each spend is a balanced
 * transfer of its own whose key refuses a second one.
 */
async function bookSpends(
  tx: Transaction,
  spends: readonly SpendToBook[],
): Promise<readonly BookedSpend[]> {
  const booked = spends.map((spend) => ({
    spend,
    chargeId: v7(),
    transferId: spend.decision.chargedUtok > 0 ? v7() : null,
  }));
  const moving = booked.flatMap(({ spend, transferId }) =>
    transferId === null ? [] : [{ ...spend, transferId }],
  );
  if (moving.length > 0) {
    await insertTransfers(tx, moving, booked);
    const entryIds = await insertEntries(tx, moving);
    await burnLots(tx, moving, entryIds);
    await lowerBalances(tx, moving);
  }
  await insertCharges(tx, booked);
  return booked.map(({ chargeId, transferId }) => ({ chargeId, transferId }));
}

type MovingSpend = SpendToBook & { readonly transferId: string };
type NumberedSpend = BookedSpend & { readonly spend: SpendToBook };

async function insertTransfers(
  tx: Transaction,
  moving: readonly MovingSpend[],
  booked: readonly NumberedSpend[],
): Promise<void> {
  const chargeOf = new Map(booked.map(({ transferId, chargeId }) => [transferId, chargeId]));
  await tx.insert(transfers).values(
    moving.map(({ transferId, decision, asOf }) => ({
      id: transferId,
      key: `charge:${decision.wish.key}`,
      kind: 'spend' as const,
      userId: decision.wish.userId,
      chargeId: chargeOf.get(transferId) ?? null,
      asOf,
      meta: {},
    })),
  );
}

/** Returns the id of the wallet's entry of each transfer. */
async function insertEntries(
  tx: Transaction,
  moving: readonly MovingSpend[],
): Promise<ReadonlyMap<string, number>> {
  const sink = await accountId(tx, tokenAccount('spend').code);
  const rows = await tx
    .insert(entries)
    .values(
      moving.flatMap(({ transferId, wallet, decision }) => [
        {
          transferId,
          accountId: wallet.accountId,
          amount: -decision.chargedUtok,
          balanceAfter: decision.balanceAfterUtok,
        },
        { transferId, accountId: sink, amount: decision.chargedUtok, balanceAfter: null },
      ]),
    )
    .returning({ id: entries.id, transferId: entries.transferId, amount: entries.amount });
  return new Map(
    rows.filter(({ amount }) => amount < 0).map(({ id, transferId }) => [transferId, id]),
  );
}

async function accountId(tx: Transaction, code: string): Promise<string> {
  await tx.insert(accounts).values({ code, asset: 'TOK' }).onConflictDoNothing();
  const [row] = await tx
    .select({ id: accounts.id })
    .from(accounts)
    .where(inArray(accounts.code, [code]));
  assert(row, `account ${code} exists`);
  return row.id;
}

async function burnLots(
  tx: Transaction,
  moving: readonly MovingSpend[],
  entryIds: ReadonlyMap<string, number>,
): Promise<void> {
  const moves = moving.flatMap(({ decision, transferId }) => {
    const entryId = entryIds.get(transferId);
    assert(entryId !== undefined, `transfer ${transferId} has a wallet entry`);
    return decision.takes.map(({ lotId, amountUtok }) => ({
      entryId,
      lotId,
      amountUtok: -amountUtok,
    }));
  });
  if (moves.length === 0) return;
  await tx.insert(lotMoves).values(moves);
  await subtract(
    tx,
    sumBy(
      moves,
      ({ lotId }) => lotId,
      ({ amountUtok }) => -amountUtok,
    ),
  );
}

async function subtract(tx: Transaction, totals: ReadonlyMap<string, number>): Promise<void> {
  const [ids, amounts] = [[...totals.keys()], [...totals.values()]];
  await tx.execute(sql`
    update ${lots} set remaining_utok = remaining_utok - taken.amount, updated_at = now()
    from unnest(${array(ids)}::uuid[], ${array(amounts)}::bigint[]) as taken (lot_id, amount)
    where ${lots.id} = taken.lot_id`);
}

async function lowerBalances(tx: Transaction, moving: readonly MovingSpend[]): Promise<void> {
  const totals = sumBy(
    moving,
    ({ wallet }) => wallet.accountId,
    ({ decision }) => decision.chargedUtok,
  );
  const [ids, amounts] = [[...totals.keys()], [...totals.values()]];
  await tx.execute(sql`
    update ${accounts} set balance = balance - spent.amount, updated_at = now()
    from unnest(${array(ids)}::uuid[], ${array(amounts)}::bigint[]) as spent (account_id, amount)
    where ${accounts.id} = spent.account_id`);
}

async function insertCharges(tx: Transaction, booked: readonly NumberedSpend[]): Promise<void> {
  await tx.insert(charges).values(
    booked.map(({ spend, chargeId, transferId }) => ({
      id: chargeId,
      key: spend.decision.wish.key,
      clientId: spend.clientId,
      keyId: spend.keyId,
      userId: spend.decision.wish.userId,
      kind: spend.kind,
      requestedUtok: spend.decision.wish.amountUtok,
      chargedUtok: spend.decision.chargedUtok,
      uncollectedUtok: spend.decision.uncollectedUtok,
      transferId,
      track: spend.track,
      description: spend.description,
      meta: spend.meta,
      asOf: spend.asOf,
    })),
  );
}

/** An array literal: the driver sends it as one text parameter. */
function array(values: readonly (string | number)[]): string {
  return `{${values.join(',')}}`;
}

function sumBy<T>(
  rows: readonly T[],
  key: (row: T) => string,
  amount: (row: T) => number,
): ReadonlyMap<string, number> {
  const totals = new Map<string, number>();
  for (const row of rows) totals.set(key(row), (totals.get(key(row)) ?? 0) + amount(row));
  return totals;
}
