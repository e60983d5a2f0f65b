import { sql, type SQL } from 'drizzle-orm';
import { v7 } from 'uuid';
import type { Transaction } from '../../drizzle/client';
import { fewRows, insertRows } from '../../drizzle/rows';
import {
  accounts,
  entries,
  lotMoves,
  lots,
  transfers,
  type TransferKind,
} from '../../drizzle/schema';
import { noteTransfers } from '../../src/tracing/spans';
import { tokenAccount, TOKENS } from './accounts';
import type { LotShare } from './lots';

/** Where debited tokens go. */
export type Sink = 'spend' | 'fees';

/** A decided debit of one wallet: a balanced transfer of its own, whose key refuses a second one. */
export interface WalletDebit {
  readonly transfer: {
    readonly id: string;
    readonly key: string;
    readonly kind: TransferKind;
    readonly userId: number;
    readonly chargeId: string | null;
    readonly subscriptionId: string | null;
    readonly periodN: number | null;
    readonly asOf: Date;
  };
  readonly accountId: string;
  /** Micro-tokens, more than zero. */
  readonly amountUtok: number;
  readonly balanceAfterUtok: number;
  /** Which lots it burns, in the order in which they burn. */
  readonly takes: readonly LotShare[];
}

/**
 * Writes many decided debits with all that goes with them in one statement: transfers, entries, lots, balances and
 * whatever else is given. Belongs to the ledger: the wallets are locked, and the decisions were made on what the locks
 * guard.
 *
 * Every part sees what was there before the statement, so none may read what another writes but by its `returning`.
 * Rows travel as one JSON value: the text is then the same for every batch, and is parsed and planned once a connection.
 */
export async function writeDebits(
  tx: Transaction,
  debits: readonly WalletDebit[],
  { sink, alongside }: { sink: Sink; alongside: readonly SQL[] },
): Promise<void> {
  noteTransfers(debits.map(({ transfer }) => transfer.id));
  const parts = [
    ...(debits.length === 0 ? [] : movements(debits, tokenAccount(sink).code)),
    ...alongside.map((part, n) => sql`${sql.raw(`alongside_${n}`)} as (${part})`),
  ];
  await Promise.all([
    ...(debits.length === 0 ? [] : [tx.execute(openSink(sink)).execute()]),
    tx.execute(sql`with ${sql.join(parts, sql`, `)} select 1`).execute(),
  ]);
}

/** It begins with the first debit. */
function openSink(sink: Sink): SQL {
  return sql`
    insert into ${accounts} (id, code, asset) values (${v7()}, ${tokenAccount(sink).code}, ${TOKENS})
    on conflict (code) do nothing`;
}

function movements(debits: readonly WalletDebit[], sinkCode: string): readonly SQL[] {
  return [
    sql`transferred as (${insertRows(
      transfers,
      debits.map(({ transfer }) => transfer),
    )})`,
    sql`entered as (${insertEntries(debits, sinkCode)})`,
    sql`moved as (${insertLotMoves(debits)})`,
    sql`drained as (${lowerLots(debits)})`,
    sql`lowered as (${lowerBalances(debits)})`,
  ];
}

function insertEntries(debits: readonly WalletDebit[], sinkCode: string): SQL {
  const rows = debits.map(({ transfer, accountId, amountUtok, balanceAfterUtok }) => ({
    transfer_id: transfer.id,
    account_id: accountId,
    debited: amountUtok,
    balance_after: balanceAfterUtok,
  }));
  return sql`
    insert into ${entries} (transfer_id, account_id, amount, balance_after)
    select debit.transfer_id, line.account_id, line.amount, line.balance_after
    from json_to_recordset(${json(rows)}::json)
      as debit (transfer_id uuid, account_id uuid, debited bigint, balance_after bigint),
    lateral (values
      (debit.account_id, - debit.debited, debit.balance_after),
      ((select id from ${accounts} where code = ${sinkCode}), debit.debited, null)
    ) as line (account_id, amount, balance_after)
    returning id, transfer_id, amount`;
}

/**
 * Each lot is drained by the entry that lowered the wallet, in the order in which the lots burned: a join alone keeps
 * none, and a repeat reads these rows by their ids.
 */
function insertLotMoves(debits: readonly WalletDebit[]): SQL {
  const rows = debits.flatMap(({ transfer, takes }) =>
    takes.map(({ lotId, amountUtok }, n) => ({
      n,
      transfer_id: transfer.id,
      lot_id: lotId,
      amount: amountUtok,
    })),
  );
  return sql`
    insert into ${lotMoves} (entry_id, lot_id, amount_utok)
    select entry.id, take.lot_id, - take.amount
    from json_to_recordset(${json(rows)}::json) as take (n int, transfer_id uuid, lot_id uuid, amount bigint)
    join entered entry on entry.transfer_id = take.transfer_id and entry.amount < 0
    order by entry.id, take.n`;
}

function lowerLots(debits: readonly WalletDebit[]): SQL {
  const totals = totalsOf(
    debits.flatMap(({ takes }) => takes).map(({ lotId, amountUtok }) => [lotId, amountUtok]),
  );
  return sql`
    update ${lots} set remaining_utok = remaining_utok - total.amount, updated_at = now()
    from ${fewRows(sql`json_to_recordset(${json(totals)}::json) as total (id uuid, amount bigint)`, totals)} as total
    where ${lots.id} = total.id`;
}

function lowerBalances(debits: readonly WalletDebit[]): SQL {
  const totals = totalsOf(debits.map(({ accountId, amountUtok }) => [accountId, amountUtok]));
  return sql`
    update ${accounts} set balance = balance - total.amount, updated_at = now()
    from ${fewRows(sql`json_to_recordset(${json(totals)}::json) as total (id uuid, amount bigint)`, totals)} as total
    where ${accounts.id} = total.id`;
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
