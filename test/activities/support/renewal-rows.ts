import type { Books } from './books';
import type { Owner } from './subscriptions';

/** Every table in which a renewal leaves something, and how the rows of one person are found in it. */
const TABLES: Readonly<Record<string, string>> = {
  accounts: 'user_id = $1',
  attempts: 'user_id = $1',
  audit_log: "entity_id = $2::text or after->>'userId' = $1::text",
  entries: 'transfer_id in (select id from transfers where user_id = $1)',
  lot_moves:
    'lot_id in (select l.id from lots l join accounts a on a.id = l.account_id where a.user_id = $1)',
  lots: 'account_id in (select id from accounts where user_id = $1)',
  outbox_messages: 'user_id = $1',
  quotes: 'user_id = $1',
  subscription_periods: 'subscription_id = $2',
  subscription_steps: 'subscription_id = $2',
  subscriptions: 'id = $2',
  transfers: 'user_id = $1',
};

/** What belongs to the row and not to the story: when it was written, its number, a digest over the person's id. */
const TECHNICAL = ['recorded_at', 'updated_at', 'terms_hash', 'no'];
const NUMBERED = ['audit_log', 'entries', 'lot_moves'];

const ORDERS: Readonly<Record<string, string>> = {
  ...{ audit_log: 'x.id', entries: 'x.id', lot_moves: 'x.id' },
  ...{ subscription_periods: 'x.n', subscription_steps: 'x.period_n, x.as_of, x.name' },
};

/** Everything one person's books hold, without what differs between two people who live through the same. */
export async function rowsOf(
  { sql }: Pick<Books, 'sql'>,
  { userId, subscriptionId }: Owner,
): Promise<Record<string, readonly unknown[]>> {
  const all: Record<string, readonly Record<string, unknown>[]> = {};
  for (const [table, condition] of Object.entries(TABLES)) {
    const rows = await sql.unsafe(
      `select to_jsonb(x) as row from ${table} x
       where (${condition}) and $1::bigint is not null and $2::uuid is not null
       order by ${ORDERS[table] ?? 'x.recorded_at, x.id'}`,
      [userId, subscriptionId],
    );
    all[table] = rows.map(({ row }) => plain(table, row as Record<string, unknown>));
  }
  return namedAlike(all, { userId, subscriptionId });
}

function plain(table: string, row: Record<string, unknown>): Record<string, unknown> {
  const left = new Set([...TECHNICAL, ...(NUMBERED.includes(table) ? ['id'] : [])]);
  return Object.fromEntries(
    Object.entries(row)
      .filter(([name]) => !left.has(name))
      .map(([name, value]) => [name, name === 'entry_id' ? 'an entry' : value]),
  );
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** Ids become their number in the order in which they appear. */
function namedAlike(
  all: Record<string, unknown>,
  { userId, subscriptionId }: Owner,
): Record<string, readonly unknown[]> {
  const names = new Map([[subscriptionId, 'the subscription']]);
  const text = JSON.stringify(all)
    .replace(UUID, (id) => {
      const name = names.get(id) ?? `id ${names.size}`;
      names.set(id, name);
      return name;
    })
    .replace(new RegExp(`\\b${userId}\\b`, 'g'), '1')
    // Orders are numbered through all people.
    .replace(/"no":\d+/g, '"no":0');
  return JSON.parse(text) as Record<string, readonly unknown[]>;
}
