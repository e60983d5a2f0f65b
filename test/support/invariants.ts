import type postgres from 'postgres';

/** What must hold of the books at every moment (DM-4); each query returns the rows that break it. */
const BROKEN: Readonly<Record<string, string>> = {
  'entries of an asset sum to zero': `
    select a.asset, sum(e.amount)::text as total from entries e join accounts a on a.id = e.account_id
    group by a.asset having sum(e.amount) <> 0`,
  'a wallet equals the sum of its entries': `
    select a.code, a.balance, coalesce(sum(e.amount), 0)::text as total
    from accounts a left join entries e on e.account_id = a.id
    where a.user_id is not null group by a.id having a.balance <> coalesce(sum(e.amount), 0)`,
  'a wallet equals its last balance_after': `
    select a.code, a.balance, last.balance_after from accounts a
    join lateral (select balance_after from entries e where e.account_id = a.id order by id desc limit 1) last on true
    where a.user_id is not null and last.balance_after is distinct from a.balance`,
  'a wallet equals its lots less its debt': `
    select a.code, a.balance, coalesce(sum(l.remaining_utok), 0)::text as lots
    from accounts a left join lots l on l.account_id = a.id
    where a.user_id is not null group by a.id
    having greatest(a.balance, 0) <> coalesce(sum(l.remaining_utok), 0)`,
  'held equals the lots held': `
    select a.code, a.held, coalesce(sum(l.held_utok), 0)::text as lots
    from accounts a left join lots l on l.account_id = a.id
    where a.user_id is not null group by a.id having a.held <> coalesce(sum(l.held_utok), 0)`,
  'a lot equals its moves': `
    select l.id, l.remaining_utok, sum(m.amount_utok)::text as moves
    from lots l join lot_moves m on m.lot_id = l.id group by l.id
    having l.remaining_utok <> sum(m.amount_utok)`,
  'a payment brings money in once': `
    select payment_id, count(*)::int from transfers
    where kind in ('topup', 'pack', 'sale', 'quarantine') group by payment_id having count(*) > 1`,
  'a period is paid once': `
    select subscription_id, period_n, count(*)::int from transfers
    where kind = 'subscription_fee' group by 1, 2 having count(*) > 1`,
  'a paid invoice has its money in the books': `
    select i.id, i.no from invoices i
    where i.state = 'paid' and not exists (select 1 from transfers t where t.invoice_id = i.id)`,
};

/** Throws with the broken rows unless every invariant of the books holds. */
export async function requireInvariants(sql: postgres.Sql): Promise<void> {
  for (const [name, query] of Object.entries(BROKEN)) {
    const rows = await sql.unsafe(query);
    if (rows.length > 0) throw new Error(`broken: ${name}: ${JSON.stringify(rows.slice(0, 5))}`);
  }
}
