import { sql } from 'drizzle-orm';
import { v7 } from 'uuid';
import type { Transaction } from '../../../drizzle/client';
import { accounts, charges, entries, lotMoves, lots, transfers } from '../../../drizzle/schema';
import { assert } from '../../../src/domain/assert';
import type { BillingSettings } from '../../../src/domain/billing/settings';
import type { SpendDecision } from '../../../src/domain/billing/spend-batch';
import { tokenText } from '../../../src/domain/tokens';
import { writeAudits, type AuditEntry } from '../../audit';
import { tokenAccount, TOKENS } from '../accounts';
import { requestTopups } from '../auto-topups/noting';
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
  await writeAudits(
    tx,
    spends.map((spend, index) => auditOf(spend, booked[index])),
  );
  for (const spend of spends) await showUncollected(tx, spend, settings);
  await requestTopups(tx, { ...debitedBy(spends), settings });
  await noticeFalls(tx, {
    falls: spends.flatMap((spend, i) => fallOf(spend, booked[i])),
    settings,
  });
  return booked;
}

/** Whose wallets these spends made smaller, and when. */
function debitedBy(spends: readonly SpendToBook[]): { userIds: number[]; asOf: Date } {
  const moving = spends.filter(({ decision }) => decision.chargedUtok > 0);
  const userIds = new Set(moving.map(({ decision }) => decision.wish.userId));
  return { userIds: [...userIds], asOf: spends[0]?.asOf ?? new Date(0) };
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
 *
 * No statement needs another's answer, so they leave together and are carried out in this order. Rows travel as one
 * JSON value: the text of a statement is then the same for every batch, and is parsed and planned once a connection.
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
  const moving = booked.flatMap(({ spend, chargeId, transferId }) =>
    transferId === null ? [] : [{ ...spend, chargeId, transferId }],
  );
  const movements = moving.length === 0 ? [] : moveTokens(tx, moving);
  await Promise.all([...movements, insertCharges(tx, booked)]);
  return booked.map(({ chargeId, transferId }) => ({ chargeId, transferId }));
}

type MovingSpend = SpendToBook & { readonly chargeId: string; readonly transferId: string };
type NumberedSpend = BookedSpend & { readonly spend: SpendToBook };

function moveTokens(tx: Transaction, moving: readonly MovingSpend[]): PromiseLike<unknown>[] {
  return [
    openSink(tx),
    insertTransfers(tx, moving),
    insertEntries(tx, moving),
    insertLotMoves(tx, moving),
    lowerLots(tx, moving),
    lowerBalances(tx, moving),
  ].map((query) => query.then());
}

/** Where spent tokens go; it begins with the first spend. */
const SINK = tokenAccount('spend').code;

function openSink(tx: Transaction) {
  return tx.execute(sql`
    insert into ${accounts} (id, code, asset) values (${v7()}, ${SINK}, ${TOKENS})
    on conflict (code) do nothing`);
}

function insertTransfers(tx: Transaction, moving: readonly MovingSpend[]) {
  const rows = moving.map(({ transferId, chargeId, decision, asOf }) => ({
    id: transferId,
    key: `charge:${decision.wish.key}`,
    user_id: decision.wish.userId,
    charge_id: chargeId,
    as_of: asOf,
  }));
  return tx.execute(sql`
    insert into ${transfers} (id, key, kind, user_id, charge_id, as_of)
    select id, key, 'spend', user_id, charge_id, as_of
    from json_to_recordset(${json(rows)}::json)
      as spend (id uuid, key text, user_id bigint, charge_id uuid, as_of timestamptz)`);
}

function insertEntries(tx: Transaction, moving: readonly MovingSpend[]) {
  const rows = moving.map(({ transferId, wallet, decision }) => ({
    transfer_id: transferId,
    account_id: wallet.accountId,
    charged: decision.chargedUtok,
    balance_after: decision.balanceAfterUtok,
  }));
  return tx.execute(sql`
    insert into ${entries} (transfer_id, account_id, amount, balance_after)
    select spend.transfer_id, line.account_id, line.amount, line.balance_after
    from json_to_recordset(${json(rows)}::json)
      as spend (transfer_id uuid, account_id uuid, charged bigint, balance_after bigint),
    lateral (values
      (spend.account_id, - spend.charged, spend.balance_after),
      ((select id from ${accounts} where code = ${SINK}), spend.charged, null)
    ) as line (account_id, amount, balance_after)`);
}

/**
 * Each lot is drained by the entry that lowered the wallet, in the order in which the lots burned: a join alone keeps
 * none, and a repeat reads these rows by their ids.
 */
function insertLotMoves(tx: Transaction, moving: readonly MovingSpend[]) {
  const rows = moving.flatMap(({ transferId, decision }) =>
    decision.takes.map(({ lotId, amountUtok }, n) => ({
      n,
      transfer_id: transferId,
      lot_id: lotId,
      amount: amountUtok,
    })),
  );
  return tx.execute(sql`
    insert into ${lotMoves} (entry_id, lot_id, amount_utok)
    select entry.id, take.lot_id, - take.amount
    from json_to_recordset(${json(rows)}::json) as take (n int, transfer_id uuid, lot_id uuid, amount bigint)
    join ${entries} entry on entry.transfer_id = take.transfer_id and entry.amount < 0
    order by entry.id, take.n`);
}

function lowerLots(tx: Transaction, moving: readonly MovingSpend[]) {
  const totals = totalsOf(
    moving
      .flatMap(({ decision }) => decision.takes)
      .map(({ lotId, amountUtok }) => [lotId, amountUtok]),
  );
  return tx.execute(sql`
    update ${lots} set remaining_utok = remaining_utok - total.amount, updated_at = now()
    from json_to_recordset(${json(totals)}::json) as total (id uuid, amount bigint)
    where ${lots.id} = total.id`);
}

function lowerBalances(tx: Transaction, moving: readonly MovingSpend[]) {
  const totals = totalsOf(
    moving.map(({ wallet, decision }) => [wallet.accountId, decision.chargedUtok]),
  );
  return tx.execute(sql`
    update ${accounts} set balance = balance - total.amount, updated_at = now()
    from json_to_recordset(${json(totals)}::json) as total (id uuid, amount bigint)
    where ${accounts.id} = total.id`);
}

function insertCharges(tx: Transaction, booked: readonly NumberedSpend[]) {
  const rows = booked.map(({ spend, chargeId, transferId }) => ({
    id: chargeId,
    key: spend.decision.wish.key,
    client_id: spend.clientId,
    key_id: spend.keyId,
    user_id: spend.decision.wish.userId,
    kind: spend.kind,
    requested_utok: spend.decision.wish.amountUtok,
    charged_utok: spend.decision.chargedUtok,
    uncollected_utok: spend.decision.uncollectedUtok,
    transfer_id: transferId,
    track: spend.track,
    description: spend.description,
    meta: spend.meta,
    as_of: spend.asOf,
  }));
  return tx.execute(sql`
    insert into ${charges} (id, key, client_id, key_id, user_id, kind, requested_utok, charged_utok, uncollected_utok,
      transfer_id, track, description, meta, as_of)
    select * from json_to_recordset(${json(rows)}::json)
      as charge (id uuid, key text, client_id uuid, key_id uuid, user_id bigint, kind text,
        requested_utok bigint, charged_utok bigint, uncollected_utok bigint, transfer_id uuid, track text, description text, meta jsonb,
        as_of timestamptz)`);
}

/** Rows for `json_to_recordset`; instants travel as ISO 8601. */
function json(rows: readonly object[]): string {
  return JSON.stringify(rows);
}

function totalsOf(parts: readonly (readonly [id: string, amount: number])[]) {
  const totals = new Map<string, number>();
  for (const [id, amount] of parts) totals.set(id, (totals.get(id) ?? 0) + amount);
  return [...totals].map(([id, amount]) => ({ id, amount }));
}
