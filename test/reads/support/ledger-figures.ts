import { tokenAccount } from '../../../activities/billing/accounts';
import { tokens } from '../../../src/domain/tokens';
import { after, type Books } from '../../activities/support/books';
import { grant, transfer } from '../../activities/support/transfers';

export const MONTH = {
  from: new Date('2026-03-01T00:00:00Z'),
  to: new Date('2026-04-01T00:00:00Z'),
};

/** What the ledger says was taken for work by transfers of a span, and not given back. */
export async function ledgerUtok(
  books: Books,
  filter: { userId?: number; from?: Date; to?: Date } = {},
) {
  const { userId = null, from = MONTH.from, to = MONTH.to } = filter;
  const [row] = await books.sql`
    with taken as (
      select t.id, -sum(e.amount) as utok from transfers t join entries e on e.transfer_id = t.id
      join accounts a on a.id = e.account_id and a.user_id is not null
      where t.kind in ('spend', 'hold_capture') and t.as_of >= ${from} and t.as_of < ${to}
        and (${userId}::bigint is null or t.user_id = ${userId})
      group by t.id)
    select coalesce(sum(utok), 0) - coalesce((
      select sum(e.amount) from transfers t join entries e on e.transfer_id = t.id
      join accounts a on a.id = e.account_id and a.user_id is not null
      where t.reverses_transfer_id in (select id from taken)), 0) as utok from taken`;
  return BigInt(String(row?.['utok']));
}

export async function transferOf(books: Books, chargeId: string): Promise<string> {
  const [row] = await books.sql`select transfer_id from charges where id = ${chargeId}`;
  return String(row?.['transfer_id']);
}

export function giveBack(
  books: Books,
  { userId, count, transferId }: { userId: number; count: number; transferId: string },
) {
  const { legs, ...credit } = grant(userId, count);
  return transfer(books, {
    ...credit,
    legs: [{ account: tokenAccount('spend'), amount: -tokens(count) }, ...legs.slice(1)],
    ...{ kind: 'reversal', reversesTransferId: transferId, asOf: new Date(after(24)) },
  });
}
