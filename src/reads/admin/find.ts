import { sql, type SQL } from 'drizzle-orm';
import type { Database } from '../../../drizzle/client';
import { charges, invoices, payments, users } from '../../../drizzle/schema';
import type { PersonHit } from './contract';
import { nameOf } from './names';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Telegram's ids and our invoice numbers both fit; a longer run of digits is somebody's payment reference. */
const NUMBER = /^\d{1,15}$/;
/** Ids of providers are shorter; a longer text names nothing. */
const LONGEST = 200;
const MOST_HITS = 10;

type HitRow = {
  readonly [column: string]: unknown;
  readonly user_id: string | number;
  readonly username: string | null;
  readonly first_name: string | null;
  readonly last_name: string | null;
  readonly found_by: PersonHit['foundBy'];
  readonly reference: string;
};

/** Looks the words up as everything they could be, in one query; a number may be a person and an invoice at once. */
export async function findPeople(db: Database, query: string): Promise<readonly PersonHit[]> {
  const text = query.trim().replace(/^#|^№/, '').trim();
  if (text === '' || text.length > LONGEST) return [];
  const rows = await db.execute<HitRow>(sql`
    select distinct on (u.id, hit.found_by) u.id as user_id, u.username, u.first_name, u.last_name,
      hit.found_by, hit.reference
    from (${sql.join(questions(text), sql` union all `)}) hit
    join ${users} u on u.id = hit.user_id
    order by u.id, hit.found_by
    limit ${MOST_HITS}`);
  return rows.map((row) => ({
    userId: Number(row.user_id),
    username: row.username,
    name: nameOf(row),
    foundBy: row.found_by,
    reference: row.reference,
  }));
}

function questions(text: string): SQL[] {
  const all = [byUsername(text), byPayment(text), byCharge(text)];
  if (NUMBER.test(text)) all.push(byUserId(text), byInvoiceNo(text));
  if (UUID.test(text)) all.push(byInvoiceId(text));
  return all;
}

function byUserId(text: string): SQL {
  return sql`select id as user_id, 'id' as found_by, id::text as reference
    from ${users} where id = ${text}::bigint`;
}

function byUsername(text: string): SQL {
  const name = text.replace(/^@/, '').toLowerCase();
  return sql`select id as user_id, 'username' as found_by, '@' || username as reference
    from ${users} where lower(username) = ${name}`;
}

function byInvoiceNo(text: string): SQL {
  return sql`select user_id, 'invoice' as found_by, no::text as reference
    from ${invoices} where no = ${text}::bigint`;
}

function byInvoiceId(text: string): SQL {
  return sql`select user_id, 'invoice' as found_by, no::text as reference
    from ${invoices} where id = ${text}::uuid`;
}

function byPayment(text: string): SQL {
  const isId = UUID.test(text) ? sql`p.id = ${text}::uuid` : sql`false`;
  return sql`select coalesce(i.user_id, p.payer_user_id) as user_id, 'payment' as found_by,
      p.provider_payment_id as reference
    from ${payments} p left join ${invoices} i on i.id = p.invoice_id
    where p.provider_payment_id = ${text} or ${isId}`;
}

function byCharge(text: string): SQL {
  const isId = UUID.test(text) ? sql`id = ${text}::uuid` : sql`false`;
  return sql`select user_id, 'charge' as found_by, key as reference
    from ${charges} where key = ${text} or ${isId}`;
}
