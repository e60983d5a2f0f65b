import { sql } from 'drizzle-orm';
import { userIdOfReferralCode } from '../../drizzle/carried-codes';
import type { Database } from '../../drizzle/client';
import { invoices, referrals, users } from '../../drizzle/schema';

/**
 * Notes who brought a newcomer: a fact of their arrival, like their name, worth nothing by itself. True when it was
 * noted now. Nobody is brought twice, by themselves, by somebody unknown, or after their first order.
 */
export async function bringIn(
  db: Database,
  pepper: string,
  { userId, code }: { readonly userId: number; readonly code: string },
): Promise<boolean> {
  const referrerId = userIdOfReferralCode(pepper, code);
  if (referrerId === undefined || referrerId === userId) return false;
  const rows = await db.execute(sql`
    with brought as (
      update ${users} set referred_by = ${referrerId}, updated_at = now()
      where id = ${userId} and referred_by is null
        and exists (select 1 from ${users} r
                    where r.id = ${referrerId} and not r.is_blocked and r.pseudonymised_at is null)
        and not exists (select 1 from ${invoices} i where i.user_id = ${userId})
      returning id
    )
    insert into ${referrals} (referee_id, referrer_id, state)
    select id, ${referrerId}, 'joined' from brought
    on conflict do nothing
    returning referee_id`);
  return rows.length > 0;
}
