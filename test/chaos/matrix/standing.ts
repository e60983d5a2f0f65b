import type { Field } from './field';

/** Where somebody stands: all that the product remembers of them but instants and ids. */
export type Standing = Readonly<Record<string, readonly string[]>>;

/** A change of plan gives tokens by the second; what a slow run costs of them is far below a hundredth. */
const AMOUNT = `case a.asset when 'TOK' then trunc(e.amount / 1e6, 2) else e.amount end`;

/**
 * What is compared with the undisturbed run, each as words, as often as there are rows. Tries and steps that an
 * outage may add or change on the way are not among them; what they led to is.
 */
const PARTS: Readonly<Record<string, string>> = {
  wallet: `select 'balance ' || trunc(balance / 1e6, 2) || ', held ' || trunc(held / 1e6, 2) as words from accounts where user_id = $1`,
  entries: `
    select t.kind || ' ' || coalesce(t.period_n::text, '-') || ' ' ||
      regexp_replace(a.code, '[0-9]{6,}', '…') || ' ' || ${AMOUNT} as words
    from transfers t join entries e on e.transfer_id = t.id join accounts a on a.id = e.account_id
    where t.user_id = $1`,
  lots: `
    select l.origin || ' ' || trunc(l.original_utok / 1e6, 2) || ' left ' || trunc(l.remaining_utok / 1e6, 2) ||
      ' held ' || trunc(l.held_utok / 1e6, 2) as words
    from lots l join accounts a on a.id = l.account_id where a.user_id = $1`,
  orders: `select provider || ' ' || pay_amount_minor || ' ' || state || ' as ' ||
      coalesce(fulfilled_as, '-') as words from invoices where user_id = $1`,
  payments: `select p.provider || ' ' || p.amount_minor || ' ' || p.state as words
    from payments p where p.payer_user_id = $1
      or p.invoice_id in (select id from invoices where user_id = $1)`,
  tries: `select purpose || ' ' || coalesce(period_n::text, '-') || ' ' || driver || ' ' || state as words
    from attempts where user_id = $1`,
  subscriptions: `select state || ' by ' || driver || ', period ' || period_n || ', access ' || access as words
    from subscriptions where user_id = $1`,
  periods: `select p.n || ' paid by ' || p.paid_by as words
    from subscription_periods p join subscriptions s on s.id = p.subscription_id where s.user_id = $1`,
  refunds: `select r.amount_minor || ' ' || r.state as words from refunds r join payments p on p.id = r.payment_id
    where p.payer_user_id = $1 or p.invoice_id in (select id from invoices where user_id = $1)`,
  disputes: `select amount_minor || ' ' || state as words from disputes where user_id = $1`,
  holds: `select purpose || ' ' || amount_utok || ' ' || state || ' ' || captured_utok as words
    from holds where user_id = $1`,
  charges: `select kind || ' ' || charged_utok || ' ' || uncollected_utok as words
    from charges where user_id = $1`,
  gifts: `select case when buyer_id = $1 then 'given' else 'got' end || ' ' || state as words
    from gifts where buyer_id = $1 or recipient_id = $1`,
  'open items': `select kind || ' ' || state as words from open_items where user_id = $1
    or invoice_id in (select id from invoices where user_id = $1)`,
  referrals: `select case when referrer_id = $1 then 'brought' else 'came' end || ' ' || state || ' ' ||
      coalesce(reward_utok::text, '-') as words
    from referrals where referrer_id = $1 or referee_id = $1`,
  trials: `select 'trial' as words from trial_grants where user_id = $1`,
  methods: `select provider || ' ' || state as words from payment_methods where user_id = $1`,
  erasures: `select state as words from erasures where user_id = $1`,
  receipts: `select case when refund_id is null then 'of a payment' else 'of a refund' end as words
    from receipts where user_id = $1`,
  promises: `select template || ' ' || category || ' ' || state ||
      case when state = 'failed' then ': ' || coalesce(error, '-') else '' end as words
    from outbox_messages where user_id = $1`,
};

/** All of it in one question: it is asked again and again while a run recovers. */
const QUESTION = Object.entries(PARTS)
  .map(([name, query]) => `select '${name}' as part, words from (${query}) as "${name}"`)
  .join('\nunion all ');

/** Where the people of a flow stand now. */
export async function standingOf(field: Field, people: readonly number[]): Promise<Standing> {
  const parts: Record<string, string[]> = {};
  for (const [index, userId] of people.entries()) {
    const rows = await field.sql.unsafe<{ part: string; words: string }[]>(QUESTION, [userId]);
    for (const { part, words } of rows) (parts[`${index + 1} ${part}`] ??= []).push(words);
  }
  for (const words of Object.values(parts)) words.sort();
  return parts;
}

/** What differs, in words; empty where nothing does. */
export function differencesOf(wished: Standing, found: Standing): string[] {
  const names = new Set([...Object.keys(wished), ...Object.keys(found)]);
  return [...names].flatMap((name) => {
    const [expected, actual] = [wished[name] ?? [], found[name] ?? []];
    const missing = less(expected, actual).map((words) => `${name}: “${words}” is missing`);
    return [
      ...missing,
      ...less(actual, expected).map((words) => `${name}: “${words}” is too much`),
    ];
  });
}

/** What is left of a list when each line of another is struck out once. */
export function less(list: readonly string[], other: readonly string[]): string[] {
  const left = [...list];
  for (const words of other) {
    const index = left.indexOf(words);
    if (index >= 0) left.splice(index, 1);
  }
  return left;
}
