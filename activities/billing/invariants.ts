import { sql } from 'drizzle-orm';
import type { Transaction } from '../../drizzle/client';

/** What must hold of the books at every moment (DM-4); each query gives the rows that break it. */
export const INVARIANTS: Readonly<Record<string, string>> = {
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
  // Debt is not stored: it is what is available below zero, for holds keep their tokens while debt grows beside them.
  'a wallet equals its lots less its debt': `
    select a.code, a.balance, a.held, coalesce(sum(l.remaining_utok), 0)::text as lots
    from accounts a left join lots l on l.account_id = a.id
    where a.user_id is not null group by a.id
    having a.balance <> coalesce(sum(l.remaining_utok), 0) - greatest(a.held - a.balance, 0)`,
  'who owes has nothing free': `
    select a.code, a.balance, a.held, sum(l.remaining_utok - l.held_utok)::text as free
    from accounts a join lots l on l.account_id = a.id
    where a.user_id is not null and a.balance < a.held group by a.id
    having sum(l.remaining_utok - l.held_utok) > 0`,
  'held equals the lots held': `
    select a.code, a.held, coalesce(sum(l.held_utok), 0)::text as lots
    from accounts a left join lots l on l.account_id = a.id
    where a.user_id is not null group by a.id having a.held <> coalesce(sum(l.held_utok), 0)`,
  'held equals the active holds': `
    select a.code, a.held, coalesce(sum(h.amount_utok - h.captured_utok), 0)::text as holds
    from accounts a left join holds h on h.user_id = a.user_id and h.state = 'active'
    where a.user_id is not null group by a.id
    having a.held <> coalesce(sum(h.amount_utok - h.captured_utok), 0)`,
  'a lot is held by the active holds on it': `
    select l.id, l.held_utok, coalesce(sum(p.amount_utok), 0)::text as holds
    from lots l
    left join (select hl.* from hold_lots hl join holds h on h.id = hl.hold_id and h.state = 'active') p
      on p.lot_id = l.id
    group by l.id having l.held_utok <> coalesce(sum(p.amount_utok), 0)`,
  'a hold lies wholly on lots': `
    select h.id, h.amount_utok, coalesce(sum(l.amount_utok), 0)::text as lots
    from holds h left join hold_lots l on l.hold_id = h.id group by h.id
    having h.amount_utok <> coalesce(sum(l.amount_utok), 0)`,
  'balance_after follows from entry to entry': `
    select * from (
      select e.id, e.account_id, e.amount, e.balance_after,
        coalesce(lag(e.balance_after) over (partition by e.account_id order by e.id), 0) as balance_before
      from entries e join accounts a on a.id = e.account_id where a.user_id is not null) line
    where balance_after is distinct from balance_before + amount`,
  'a transfer balances in each asset': `
    select e.transfer_id, a.asset, sum(e.amount)::text as total from entries e
    join accounts a on a.id = e.account_id group by 1, 2 having sum(e.amount) <> 0`,
  'a charge is what its transfer took': `
    select c.id, c.charged_utok, e.amount from charges c
    left join accounts a on a.user_id = c.user_id
    left join entries e on e.transfer_id = c.transfer_id and e.account_id = a.id
    where c.charged_utok <> coalesce(-e.amount, 0) or c.requested_utok <> c.charged_utok + c.uncollected_utok`,
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
  'refunds never give back more than was paid': `
    select p.id, p.amount_minor, sum(r.amount_minor)::text as refunded
    from refunds r join payments p on p.id = r.payment_id
    where r.state in ('frozen', 'sent', 'unknown', 'done') group by p.id
    having sum(r.amount_minor) > p.amount_minor`,
  'what a refund or a dispute freezes waits for its end': `
    select h.id, h.purpose from holds h
    where h.state = 'active' and h.purpose <> 'work'
      and not exists (select 1 from refunds r
                      where r.hold_id = h.id and r.state in ('frozen', 'sent', 'unknown'))
      and not exists (select 1 from disputes d
                      where d.hold_id = h.id and d.state in ('opened', 'evidence_sent'))`,
  'who is frozen has an open dispute, or wants to be forgotten': `
    select u.id from users u
    where u.money_frozen_by is not null
      and not exists (select 1 from disputes d
                      where d.id = u.money_frozen_by and d.state in ('opened', 'evidence_sent'))
      and not exists (select 1 from erasures r
                      where r.id = u.money_frozen_by and r.state in ('requested', 'settling', 'waiting'))`,
  'gifts hold what unclaimed ones promise': `
    select held.total::text as held, promised.total::text as promised
    from (select coalesce(sum(e.amount), 0) as total from entries e join accounts a on a.id = e.account_id
          where a.code = 'sys:gifts:TOK') held,
         (select coalesce(sum(q.tokens_utok + q.bonus_utok), 0) as total from gifts g
          join quotes q on q.id = g.quote_id where g.state = 'paid') promised
    where held.total <> promised.total`,
  'a used promo code belongs to money that stayed, or to a trial': `
    select u.id, u.invoice_id from promo_uses u
    where u.state = 'confirmed'
      and not exists (select 1 from invoices i
                      where i.id = u.invoice_id and i.state in ('paid', 'partially_refunded'))
      and not exists (select 1 from trial_grants t where t.promo_use_id = u.id)`,
  'a reserved promo code belongs to an order that is open': `
    select u.id, u.invoice_id from promo_uses u left join invoices i on i.id = u.invoice_id
    where u.state = 'reserved' and (i.state is null or i.state not in ('draft', 'pending'))`,
  'an order given at the price of a code has used it up': `
    select i.id, i.no from invoices i join quotes q on q.id = i.quote_id
    where q.promo_code_id is not null and i.fulfilled_as = 'order'
      and i.state in ('paid', 'partially_refunded')
      and not exists (select 1 from promo_uses u where u.quote_id = q.id and u.state = 'confirmed')`,
  'a campaign counts its uses': `
    select c.id, c.reserved, c.used, count(u.id) as uses from promo_campaigns c
    left join promo_codes k on k.campaign_id = c.id left join promo_uses u on u.code_id = k.id
    group by c.id having c.reserved <> count(u.id) filter (where u.state = 'reserved')
      or c.used <> count(u.id) filter (where u.state = 'confirmed')`,
  'a promo code counts its uses': `
    select k.id, k.reserved, k.used, count(u.id) as uses from promo_codes k
    left join promo_uses u on u.code_id = k.id
    group by k.id having k.reserved <> count(u.id) filter (where u.state = 'reserved')
      or k.used <> count(u.id) filter (where u.state = 'confirmed')`,
  'a person uses a campaign as often as it allows': `
    select c.id, u.user_id, count(*)::int as uses from promo_campaigns c
    join promo_codes k on k.campaign_id = c.id join promo_uses u on u.code_id = k.id
    where u.state <> 'returned' group by c.id, u.user_id having count(*) > c.per_user`,
};

/** An invariant that does not hold, with some of the rows that break it. */
export interface BrokenInvariant {
  readonly name: string;
  readonly rows: readonly unknown[];
}

/** Rows of one invariant that are worth showing to a human. */
const SHOWN_ROWS = 5;

/** The invariants that do not hold in what this transaction sees; an empty list is good news. */
export async function brokenInvariants(tx: Transaction): Promise<readonly BrokenInvariant[]> {
  // Sums over all of the books take longer than any screen may.
  await tx.execute(sql`set local statement_timeout = '10min'`);
  const broken: BrokenInvariant[] = [];
  for (const [name, query] of Object.entries(INVARIANTS)) {
    const rows = await tx.execute(sql.raw(`${query} limit ${SHOWN_ROWS}`));
    if (rows.length > 0) broken.push({ name, rows: [...rows] });
  }
  return broken;
}
