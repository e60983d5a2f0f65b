import type postgres from 'postgres';

/** A wallet's figures, whichever way they were found; lots by age. */
export interface WalletFigures {
  readonly balance: number;
  readonly held: number;
  readonly lots: readonly (readonly [remaining: number, held: number])[];
  /** Assets in which the person's transfers do not sum to zero. */
  readonly unbalanced: number;
}

/** What the mutable rows say now: `accounts` and `lots`; one question, because it is asked after every step. */
export async function standingFigures(sql: postgres.Sql, userId: number): Promise<WalletFigures> {
  const [row] = await sql`
    with wallet as (select id, balance, held from accounts where user_id = ${userId})
    select
      coalesce((select balance from wallet), 0)::float8 as balance,
      coalesce((select held from wallet), 0)::float8 as held,
      (select coalesce(json_agg(json_build_array(remaining_utok, held_utok) order by recorded_at, id), '[]')
       from lots where account_id = (select id from wallet)) as lots,
      (select count(*)::int from (
         select a.asset from transfers t join entries e on e.transfer_id = t.id
         join accounts a on a.id = e.account_id where t.user_id = ${userId}
         group by a.asset having sum(e.amount) <> 0) uneven) as unbalanced`;
  return {
    balance: Number(row?.['balance']),
    held: Number(row?.['held']),
    lots: row?.['lots'] as WalletFigures['lots'],
    unbalanced: Number(row?.['unbalanced']),
  };
}

interface HoldEvent {
  readonly action: string;
  readonly entity_id: string;
  readonly after: { readonly lots?: readonly { lotId: string; amountUtok: number }[] };
}

/**
 * The same figures from nothing but what can never be changed: entries and lot moves for what came and went, the audit
 * for what is held.
 */
export async function replayedFigures(sql: postgres.Sql, userId: number): Promise<WalletFigures> {
  const entries = await sql`
    select e.id::float8 as id, e.amount::float8 as amount, e.balance_after::float8 as after
    from entries e join accounts a on a.id = e.account_id where a.user_id = ${userId} order by e.id`;
  const moves = await sql`
    select m.lot_id, m.amount_utok::float8 as amount from lot_moves m
    join entries e on e.id = m.entry_id join accounts a on a.id = e.account_id
    where a.user_id = ${userId} order by m.id`;
  const events = await sql<HoldEvent[]>`
    select action, entity_id, after from audit_log
    where entity = 'hold'
      and entity_id in (select id::text from holds where user_id = ${userId}) order by id`;
  const remaining = new Map<string, number>();
  for (const move of moves) raise(remaining, String(move['lot_id']), Number(move['amount']));
  const held = heldByLot(events);
  const balance = entries.reduce((total, entry) => {
    const next = total + Number(entry['amount']);
    if (next !== Number(entry['after'])) throw new Error(`entry ${entry['id']} left ${next}`);
    return next;
  }, 0);
  return {
    balance,
    held: [...held.values()].reduce((total, amount) => total + amount, 0),
    // The first move of a lot is the credit that filled it, so they come in the order of their age.
    lots: [...remaining].map(([lotId, left]) => [left, held.get(lotId) ?? 0]),
    unbalanced: 0,
  };
}

function heldByLot(events: readonly HoldEvent[]): Map<string, number> {
  const active = new Map<string, NonNullable<HoldEvent['after']['lots']>>();
  for (const { action, entity_id: holdId, after } of events) {
    if (action === 'tokens.held') active.set(holdId, after.lots ?? []);
    else active.delete(holdId);
  }
  const held = new Map<string, number>();
  for (const shares of active.values()) {
    for (const { lotId, amountUtok } of shares) raise(held, lotId, amountUtok);
  }
  return held;
}

function raise(totals: Map<string, number>, key: string, amount: number): void {
  totals.set(key, (totals.get(key) ?? 0) + amount);
}
