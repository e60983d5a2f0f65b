import { sql, type SQL } from 'drizzle-orm';

/** One file of the copy: its rows in the order of time, as text or null. */
export interface Section {
  readonly name: string;
  /** Headings by column; the columns are those of the query. */
  readonly columns: Readonly<Record<string, { readonly ru: string; readonly en: string }>>;
  /** Rows of the person, none from before they are visible to them. */
  readonly rows: (person: { readonly userId: number; readonly since: SQL }) => SQL;
}

const WHEN = { ru: 'Когда', en: 'When' };
const STATE = { ru: 'Состояние', en: 'State' };
const AMOUNT = { ru: 'Сумма', en: 'Amount' };
const CURRENCY = { ru: 'Валюта', en: 'Currency' };
const TOKENS = { ru: 'Токены', en: 'Tokens' };
const PROVIDER = { ru: 'Платёжная система', en: 'Provider' };
const INVOICE = { ru: 'Счёт №', en: 'Invoice no.' };
const KIND = { ru: 'Вид', en: 'Kind' };
const CODE = { ru: 'Код', en: 'Code' };
const PLAN = { ru: 'Тариф', en: 'Plan' };
const UNTIL = { ru: 'До', en: 'Until' };

/** Everything the product keeps about a person (AU-3). */
export const SECTIONS: readonly Section[] = [
  {
    name: 'profile',
    columns: {
      id: { ru: 'Номер в Telegram', en: 'Telegram id' },
      username: { ru: 'Имя пользователя', en: 'Username' },
      first_name: { ru: 'Имя', en: 'First name' },
      last_name: { ru: 'Фамилия', en: 'Last name' },
      locale: { ru: 'Язык', en: 'Language' },
      time_zone: { ru: 'Часовой пояс', en: 'Time zone' },
      quiet_from: { ru: 'Тихие часы с', en: 'Quiet from' },
      quiet_to: { ru: 'Тихие часы до', en: 'Quiet until' },
      marketing_ok: { ru: 'Согласие на рассылку', en: 'Marketing allowed' },
      registered_at: { ru: 'С нами с', en: 'With us since' },
    },
    rows: ({ userId }) => sql`
      select id, username, first_name, last_name, locale, time_zone, quiet_from, quiet_to,
        marketing_ok, coalesce(visible_from, recorded_at) as registered_at
      from users where id = ${userId}`,
  },
  {
    name: 'consents',
    columns: {
      kind: KIND,
      text_version: { ru: 'Версия текста', en: 'Text version' },
      text_hash: { ru: 'Хеш текста', en: 'Text hash' },
      shown: { ru: 'Показанные суммы', en: 'Figures shown' },
      given_at: { ru: 'Дано', en: 'Given' },
      withdrawn_at: { ru: 'Отозвано', en: 'Withdrawn' },
    },
    rows: ({ userId, since }) => sql`
      select kind, text_version, text_hash, shown::text as shown, given_at, withdrawn_at from consents
      where user_id = ${userId} and given_at >= ${since} order by id`,
  },
  {
    name: 'invoices',
    columns: {
      no: INVOICE,
      created_at: WHEN,
      plan: PLAN,
      provider: PROVIDER,
      amount: AMOUNT,
      currency: CURRENCY,
      state: STATE,
      paid_at: { ru: 'Оплачен', en: 'Paid' },
    },
    rows: ({ userId, since }) => sql`
      select i.no, i.created_as_of as created_at, t.slug as plan, i.provider,
        ${majorOf(sql`i.pay_amount_minor`, sql`i.exponent`)} as amount, i.currency, i.state, i.paid_at
      from invoices i join quotes q on q.id = i.quote_id
        join tariff_versions v on v.id = q.tariff_version_id join tariffs t on t.id = v.tariff_id
      where i.user_id = ${userId} and i.created_as_of >= ${since} order by i.no`,
  },
  {
    name: 'payments',
    columns: {
      recorded_at: WHEN,
      provider: PROVIDER,
      provider_payment_id: { ru: 'Номер платежа', en: 'Payment id' },
      invoice_no: INVOICE,
      amount: AMOUNT,
      currency: CURRENCY,
      state: STATE,
      paid_at: { ru: 'Оплачен', en: 'Paid' },
    },
    rows: ({ userId, since }) => sql`
      select p.recorded_at, p.provider, p.provider_payment_id, i.no as invoice_no,
        ${majorOf(sql`p.amount_minor`, sql`p.exponent`)} as amount, p.currency, p.state, p.paid_at
      from payments p left join invoices i on i.id = p.invoice_id
      where (p.payer_user_id = ${userId} or i.user_id = ${userId})
        and coalesce(p.paid_at, p.recorded_at) >= ${since} order by p.id`,
  },
  {
    name: 'payment_methods',
    columns: {
      recorded_at: WHEN,
      provider: PROVIDER,
      label: { ru: 'Способ', en: 'Method' },
      state: STATE,
    },
    rows: ({ userId, since }) => sql`
      select recorded_at, provider, label, state from payment_methods
      where user_id = ${userId} and recorded_at >= ${since} order by id`,
  },
  {
    name: 'refunds',
    columns: {
      recorded_at: WHEN,
      invoice_no: INVOICE,
      amount: AMOUNT,
      currency: CURRENCY,
      state: STATE,
      reason: { ru: 'Причина', en: 'Reason' },
    },
    rows: ({ userId, since }) => sql`
      select r.recorded_at, i.no as invoice_no,
        ${majorOf(sql`r.amount_minor`, sql`p.exponent`)} as amount, p.currency, r.state, r.reason
      from refunds r join payments p on p.id = r.payment_id left join invoices i on i.id = p.invoice_id
      where (p.payer_user_id = ${userId} or i.user_id = ${userId}) and r.recorded_at >= ${since}
      order by r.id`,
  },
  {
    name: 'receipts',
    columns: {
      no: { ru: 'Чек №', en: 'Receipt no.' },
      issued_at: WHEN,
      content: { ru: 'Содержание', en: 'Content' },
    },
    rows: ({ userId, since }) => sql`
      select no, issued_at, content::text as content from receipts
      where user_id = ${userId} and issued_at >= ${since} order by no`,
  },
  {
    name: 'transfers',
    columns: {
      id: { ru: 'Проводка', en: 'Transfer' },
      as_of: WHEN,
      kind: KIND,
      invoice_no: INVOICE,
    },
    rows: ({ userId, since }) => sql`
      select t.id, t.as_of, t.kind, i.no as invoice_no
      from transfers t left join invoices i on i.id = t.invoice_id
      where (t.user_id = ${userId} or exists (
          select 1 from entries e join accounts a on a.id = e.account_id
          where e.transfer_id = t.id and a.user_id = ${userId}))
        and t.as_of >= ${since} order by t.as_of, t.id`,
  },
  {
    name: 'entries',
    columns: {
      transfer_id: { ru: 'Проводка', en: 'Transfer' },
      tokens: TOKENS,
      balance_after: { ru: 'Стало', en: 'Balance after' },
    },
    rows: ({ userId, since }) => sql`
      select e.transfer_id, ${tokensOf(sql`e.amount`)} as tokens,
        ${tokensOf(sql`e.balance_after`)} as balance_after
      from entries e join accounts a on a.id = e.account_id join transfers t on t.id = e.transfer_id
      where a.user_id = ${userId} and t.as_of >= ${since} order by e.id`,
  },
  {
    name: 'lots',
    columns: {
      received_at: WHEN,
      origin: { ru: 'Откуда', en: 'Origin' },
      original: { ru: 'Получено', en: 'Received' },
      remaining: { ru: 'Осталось', en: 'Remaining' },
      expires_at: UNTIL,
    },
    rows: ({ userId, since }) => sql`
      select t.as_of as received_at, l.origin, ${tokensOf(sql`l.original_utok`)} as original,
        ${tokensOf(sql`l.remaining_utok`)} as remaining, l.expires_at
      from lots l join accounts a on a.id = l.account_id join transfers t on t.id = l.transfer_id
      where a.user_id = ${userId} and t.as_of >= ${since} order by l.id`,
  },
  {
    name: 'subscriptions',
    columns: {
      plan: PLAN,
      state: STATE,
      driver: { ru: 'Продление', en: 'Renewed by' },
      period: { ru: 'Период', en: 'Period' },
      starts_at: { ru: 'С', en: 'From' },
      ends_at: UNTIL,
      paid_by: { ru: 'Чем оплачен', en: 'Paid by' },
    },
    rows: ({ userId, since }) => sql`
      select t.slug as plan, s.state, s.driver, p.n as period, p.starts_at, p.ends_at, p.paid_by
      from subscriptions s join subscription_periods p on p.subscription_id = s.id
        join tariff_versions v on v.id = s.tariff_version_id join tariffs t on t.id = v.tariff_id
      where s.user_id = ${userId} and p.starts_at >= ${since} order by s.id, p.n`,
  },
  {
    name: 'usage',
    columns: {
      occurred_at: WHEN,
      track: { ru: 'Работа', en: 'Track' },
      task_ref: { ru: 'Задача', en: 'Task' },
      raw_cost: { ru: 'Себестоимость', en: 'Raw cost' },
      currency: CURRENCY,
      tokens: TOKENS,
    },
    rows: ({ userId, since }) => sql`
      select occurred_at, track, task_ref, raw_cost::text as raw_cost, currency,
        ${tokensOf(sql`cost_utok`)} as tokens
      from usage_events where user_id = ${userId} and occurred_at >= ${since} order by id`,
  },
  {
    name: 'charges',
    columns: {
      as_of: WHEN,
      kind: KIND,
      description: { ru: 'За что', en: 'Description' },
      track: { ru: 'Работа', en: 'Track' },
      tokens: TOKENS,
    },
    rows: ({ userId, since }) => sql`
      select as_of, kind, description, track, ${tokensOf(sql`charged_utok`)} as tokens
      from charges where user_id = ${userId} and as_of >= ${since} order by id`,
  },
  {
    name: 'promo_uses',
    columns: { recorded_at: WHEN, code: CODE, state: STATE },
    rows: ({ userId, since }) => sql`
      select u.recorded_at, c.code, u.state from promo_uses u join promo_codes c on c.id = u.code_id
      where u.user_id = ${userId} and u.recorded_at >= ${since} order by u.id`,
  },
  {
    name: 'gifts',
    columns: {
      recorded_at: WHEN,
      role: { ru: 'Подарок', en: 'Gift' },
      state: STATE,
      expires_at: UNTIL,
    },
    rows: ({ userId, since }) => sql`
      select recorded_at, case when buyer_id = ${userId} then 'given' else 'received' end as role,
        state, expires_at
      from gifts where (buyer_id = ${userId} or recipient_id = ${userId})
        and recorded_at >= ${since} order by id`,
  },
  {
    name: 'referrals',
    columns: {
      recorded_at: WHEN,
      role: { ru: 'Кто вы', en: 'You are' },
      state: STATE,
      tokens: TOKENS,
    },
    rows: ({ userId, since }) => sql`
      select recorded_at, case when referrer_id = ${userId} then 'referrer' else 'referee' end as role,
        state, ${tokensOf(sql`reward_utok`)} as tokens
      from referrals where (referrer_id = ${userId} or referee_id = ${userId})
        and recorded_at >= ${since} order by recorded_at`,
  },
  {
    name: 'messages',
    columns: {
      recorded_at: WHEN,
      template: { ru: 'Сообщение', en: 'Message' },
      state: STATE,
      params: { ru: 'Содержание', en: 'Content' },
    },
    rows: ({ userId, since }) => sql`
      select recorded_at, template, state, params::text as params from outbox_messages
      where user_id = ${userId} and recorded_at >= ${since} order by id`,
  },
];

/** Minor units as decimal text in major ones, without a float on the way. */
function majorOf(minor: SQL, exponent: SQL): SQL {
  return sql`round(${minor}::numeric / (10::numeric ^ ${exponent}), ${exponent})::text`;
}

/** Micro-tokens as decimal text of tokens. */
function tokensOf(utok: SQL): SQL {
  return sql`round(${utok}::numeric / 1000000, 6)::text`;
}
