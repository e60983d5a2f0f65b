import { sql, type SQL } from 'drizzle-orm';
import { v7 } from 'uuid';
import type { Transaction } from '../../../drizzle/client';
import { accounts, charges, entries, lotMoves, lots, transfers } from '../../../drizzle/schema';
import { noteTransfers } from '../../../src/tracing/spans';
import { tokenAccount, TOKENS } from '../accounts';
import type { SpendToBook } from './booking';

/** A spend that moves tokens. */
type MovingSpend = SpendToBook & { readonly transferId: string };

/**
 * Writes many decided spends with all that goes with them in one statement: transfers, entries, lots, balances, charges
 * and whatever else is given. Belongs to the ledger: the wallets are locked, the decisions were made on what the locks
 * guard, and each spend is a balanced transfer of its own whose key refuses a second one.
 *
 * Every part sees what was there before the statement, so none may read what another writes but by its `returning`.
 * Rows travel as one JSON value: the text is then the same for every batch, and is parsed and planned once a connection.
 */
export async function writeTogether(
  tx: Transaction,
  spends: readonly SpendToBook[],
  alongside: readonly SQL[],
): Promise<void> {
  const moving = spends.flatMap((spend): MovingSpend[] => {
    const { transferId } = spend.ids;
    return transferId === null ? [] : [{ ...spend, transferId }];
  });
  noteTransfers(moving.map(({ transferId }) => transferId));
  const parts = [
    ...(moving.length === 0 ? [] : movements(moving)),
    sql`charged as (${insertCharges(spends)})`,
    ...alongside.map((part, n) => sql`${sql.raw(`alongside_${n}`)} as (${part})`),
  ];
  await Promise.all([
    ...(moving.length === 0 ? [] : [tx.execute(openSink()).execute()]),
    tx.execute(sql`with ${sql.join(parts, sql`, `)} select 1`).execute(),
  ]);
}

function movements(moving: readonly MovingSpend[]): readonly SQL[] {
  return [
    sql`transferred as (${insertTransfers(moving)})`,
    sql`entered as (${insertEntries(moving)})`,
    sql`moved as (${insertLotMoves(moving)})`,
    sql`drained as (${lowerLots(moving)})`,
    sql`lowered as (${lowerBalances(moving)})`,
  ];
}

/** Where spent tokens go; it begins with the first spend. */
const SINK = tokenAccount('spend').code;

function openSink(): SQL {
  return sql`
    insert into ${accounts} (id, code, asset) values (${v7()}, ${SINK}, ${TOKENS})
    on conflict (code) do nothing`;
}

function insertTransfers(moving: readonly MovingSpend[]): SQL {
  const rows = moving.map(({ transferId, ids: { chargeId }, decision, asOf }) => ({
    id: transferId,
    key: `charge:${decision.wish.key}`,
    user_id: decision.wish.userId,
    charge_id: chargeId,
    as_of: asOf,
  }));
  return sql`
    insert into ${transfers} (id, key, kind, user_id, charge_id, as_of)
    select id, key, 'spend', user_id, charge_id, as_of
    from json_to_recordset(${json(rows)}::json)
      as spend (id uuid, key text, user_id bigint, charge_id uuid, as_of timestamptz)`;
}

function insertEntries(moving: readonly MovingSpend[]): SQL {
  const rows = moving.map(({ transferId, wallet, decision }) => ({
    transfer_id: transferId,
    account_id: wallet.accountId,
    charged: decision.chargedUtok,
    balance_after: decision.balanceAfterUtok,
  }));
  return sql`
    insert into ${entries} (transfer_id, account_id, amount, balance_after)
    select spend.transfer_id, line.account_id, line.amount, line.balance_after
    from json_to_recordset(${json(rows)}::json)
      as spend (transfer_id uuid, account_id uuid, charged bigint, balance_after bigint),
    lateral (values
      (spend.account_id, - spend.charged, spend.balance_after),
      ((select id from ${accounts} where code = ${SINK}), spend.charged, null)
    ) as line (account_id, amount, balance_after)
    returning id, transfer_id, amount`;
}

/**
 * Each lot is drained by the entry that lowered the wallet, in the order in which the lots burned: a join alone keeps
 * none, and a repeat reads these rows by their ids.
 */
function insertLotMoves(moving: readonly MovingSpend[]): SQL {
  const rows = moving.flatMap(({ transferId, decision }) =>
    decision.takes.map(({ lotId, amountUtok }, n) => ({
      n,
      transfer_id: transferId,
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

function lowerLots(moving: readonly MovingSpend[]): SQL {
  const totals = totalsOf(
    moving
      .flatMap(({ decision }) => decision.takes)
      .map(({ lotId, amountUtok }) => [lotId, amountUtok]),
  );
  return sql`
    update ${lots} set remaining_utok = remaining_utok - total.amount, updated_at = now()
    from json_to_recordset(${json(totals)}::json) as total (id uuid, amount bigint)
    where ${lots.id} = total.id`;
}

function lowerBalances(moving: readonly MovingSpend[]): SQL {
  const totals = totalsOf(
    moving.map(({ wallet, decision }) => [wallet.accountId, decision.chargedUtok]),
  );
  return sql`
    update ${accounts} set balance = balance - total.amount, updated_at = now()
    from json_to_recordset(${json(totals)}::json) as total (id uuid, amount bigint)
    where ${accounts.id} = total.id`;
}

function insertCharges(spends: readonly SpendToBook[]): SQL {
  const rows = spends.map((spend) => ({
    id: spend.ids.chargeId,
    key: spend.decision.wish.key,
    client_id: spend.clientId,
    key_id: spend.keyId,
    user_id: spend.decision.wish.userId,
    kind: spend.kind,
    requested_utok: spend.decision.wish.amountUtok,
    charged_utok: spend.decision.chargedUtok,
    uncollected_utok: spend.decision.uncollectedUtok,
    transfer_id: spend.ids.transferId,
    track: spend.track,
    description: spend.description,
    meta: spend.meta,
    as_of: spend.asOf,
  }));
  return sql`
    insert into ${charges} (id, key, client_id, key_id, user_id, kind, requested_utok, charged_utok, uncollected_utok,
      transfer_id, track, description, meta, as_of)
    select * from json_to_recordset(${json(rows)}::json)
      as charge (id uuid, key text, client_id uuid, key_id uuid, user_id bigint, kind text,
        requested_utok bigint, charged_utok bigint, uncollected_utok bigint, transfer_id uuid, track text, description text, meta jsonb,
        as_of timestamptz)`;
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
