import { v7 } from 'uuid';
import type postgres from 'postgres';
import { createRegistry, watchBusiness } from '../../src/main/metrics';
import { GAUGES } from '../../src/reads/gauges';
import { startDatabase, type TestingDatabase } from '../bot/support/database';
import { scrape, valuesOf, type Shown } from '../support/shown-metrics';

// A business on one page: each row is here for one number, and what must not count stands beside what must.

const AGO = (seconds: number) => new Date(Date.now() - seconds * 1_000);
const DAY = 86_400;

let database: TestingDatabase;
let shown: Shown[];

beforeAll(async () => {
  database = await startDatabase();
  await database.sql.begin(async (sql) => {
    // Rows are written past foreign keys and guards: what counts is how they are counted.
    await sql`set local session_replication_role = replica`;
    for (const [table, rows] of Object.entries(ROWS)) {
      for (const row of rows) await insert(sql, table, row);
    }
  });
  const registry = createRegistry('server');
  shown = await scrape(registry, watchBusiness(registry, database.db));
});
afterAll(() => database?.drop());

type Row = Readonly<Record<string, unknown>>;

async function insert(sql: postgres.TransactionSql, table: string, row: Row): Promise<void> {
  await sql`insert into ${sql(table)} ${sql(row as Record<string, never>)}`;
}

const payment = (provider: string, state: string, amount_minor: number, ago = 60): Row => ({
  ...{ id: v7(), provider, provider_payment_id: v7(), amount_minor, exponent: 2, rank: 0 },
  ...{ currency: provider === 'stripe' ? 'EUR' : 'RUB', state, recorded_at: AGO(ago) },
});

const attempt = (driver: string, state: string, ago = 60): Row => ({
  ...{ id: v7(), key: v7(), user_id: 7, purpose: 'renewal', driver, state },
  ...{ as_of: AGO(ago), recorded_at: AGO(ago), updated_at: AGO(ago) },
});

const notification = (verified: string, ago: number, signalled = false): Row => ({
  ...{ id: v7(), provider: 'mock', dedupe_key: v7(), headers: {}, raw: Buffer.from('x') },
  ...{ verified, recorded_at: AGO(ago), updated_at: AGO(ago) },
  signalled_at: signalled ? new Date() : null,
});

const message = (category: string, ago: number, more: Row = {}): Row => ({
  ...{ id: v7(), key: v7(), chat_id: 7, template: 'x', locale: 'ru', params: {} },
  ...{ category, recorded_at: AGO(ago) },
  ...more,
});

const item = (kind: string, dueInSeconds: number, state = 'open'): Row => ({
  ...{ id: v7(), key: v7(), kind, state, reason: 'x', due_at: AGO(-dueInSeconds) },
});

const subscription = (state: string): Row => ({
  ...{ id: v7(), user_id: 7, product_code: v7(), tariff_version_id: v7(), state, driver: 'none' },
  ...{ anchor_local: '2026-01-01 00:00:00', anchor_day: 1, billing_zone: 'UTC', period_n: 0 },
  ...{ period_start: AGO(DAY), period_end: AGO(-DAY), access: 'full' },
});

const refund = (state: string): Row => ({
  ...{ id: v7(), key: v7(), payment_id: v7(), amount_minor: 1, state },
  ...{ policy: 'goodwill', reason: 'x' },
});

const RUB = v7();
const UTOK = v7();
const account = (id: string, asset: string): Row => ({ id, code: v7(), asset });
const entry = (account_id: string, amount: number): Row => ({
  ...{ transfer_id: v7(), account_id, amount },
});

const ROWS: Readonly<Record<string, readonly Row[]>> = {
  payments: [
    payment('mock', 'paid', 20_000),
    payment('mock', 'partially_refunded', 5_000),
    payment('mock', 'refunded', 700),
    payment('mock', 'failed', 900),
    payment('mock', 'paid', 99, DAY + 60),
    payment('stripe', 'paid', 1_050),
    payment('stripe', 'unknown', 1, 1_800),
  ],
  attempts: [
    attempt('wallet', 'failed_soft'),
    attempt('wallet', 'failed_soft'),
    attempt('saved_method', 'failed_soft'),
    attempt('saved_method', 'failed_hard'),
    attempt('saved_method', 'failed_hard', DAY + 60),
    attempt('saved_method', 'succeeded'),
    attempt('stars', 'unknown', 600),
  ],
  inbox_events: [
    notification('yes', 5_000, true),
    notification('not_possible', 240),
    notification('no', 10),
    notification('no', 20),
    notification('no', 400),
  ],
  outbox_messages: [
    message('money', 30),
    message('money', 900, { state: 'sent' }),
    message('service', 9_000, { not_before: AGO(300) }),
    message('ops', 9_000, { not_before: AGO(-300) }),
  ],
  open_items: [
    item('unmatched', -60),
    item('unmatched', 60),
    item('refund_stuck', -60),
    item('break', -60, 'resolved'),
  ],
  subscriptions: ['trialing', 'active', 'active', 'past_due', 'ended'].map(subscription),
  refunds: ['proposed', 'frozen', 'frozen', 'sent', 'unknown', 'done', 'refused'].map(refund),
  accounts: [account(RUB, 'RUB'), account(UTOK, 'TOK')],
  entries: [entry(RUB, 500), entry(RUB, -500), entry(UTOK, 300), entry(UTOK, -295)],
};

/** What these rows have to be shown as; of an age the least, because the test itself takes time. */
const VALUES: Readonly<Partial<Record<keyof typeof GAUGES, Readonly<Record<string, number>>>>> = {
  billing_payments_day: {
    'provider=mock,state=paid': 1,
    'provider=mock,state=partially_refunded': 1,
    'provider=mock,state=refunded': 1,
    'provider=mock,state=failed': 1,
    'provider=stripe,state=paid': 1,
    'provider=stripe,state=unknown': 1,
  },
  billing_sales_day_minor: {
    'currency=RUB,provider=mock': 25_000,
    'currency=EUR,provider=stripe': 1_050,
  },
  billing_charges_declined_day: {
    'driver=wallet,state=failed_soft': 2,
    'driver=saved_method,state=failed_soft': 1,
    'driver=saved_method,state=failed_hard': 1,
  },
  billing_verification_failures_5m: { 'provider=mock': 2 },
  billing_open_items: { 'kind=unmatched': 2, 'kind=refund_stuck': 1 },
  billing_open_items_overdue: { 'kind=unmatched': 1, 'kind=refund_stuck': 1 },
  billing_subscriptions: {
    'state=trialing': 1,
    'state=active': 2,
    'state=past_due': 1,
    'state=ended': 1,
  },
  billing_refunds_open: { 'state=frozen': 2, 'state=sent': 1, 'state=unknown': 1 },
  billing_ledger_imbalance: { 'asset=RUB': 0, 'asset=TOK': 5 },
};

const AGES: Readonly<Partial<Record<keyof typeof GAUGES, Readonly<Record<string, number>>>>> = {
  billing_unknown_age_seconds: { 'kind=payment': 1_800, 'kind=charge': 600 },
  billing_inbox_lag_seconds: { '': 240 },
  billing_outbox_lag_seconds: {
    'category=money': 30,
    'category=service': 300,
    'category=ops': 0,
  },
};

test.each(Object.entries(VALUES))('/metrics shows %s as the rows say', (name, expected) => {
  expect(valuesOf(shown, name)).toEqual(expected);
});

test.each(Object.entries(AGES))(
  '/metrics shows %s as old as the oldest row that counts',
  (name, ages) => {
    const values = valuesOf(shown, name);
    expect(Object.keys(values).sort()).toEqual(Object.keys(ages).sort());
    for (const [labels, age] of Object.entries(ages)) {
      expect(values[labels]).toBeGreaterThanOrEqual(age);
      expect(values[labels]).toBeLessThan(age + 30);
    }
  },
);

/** Told by the cluster of its backups, not by rows; see gauges.test.ts. */
const OF_BACKUPS = /^billing_backup_/;

test('no number of the rows is left out here', () => {
  const ofRows = Object.keys(GAUGES).filter((name) => !OF_BACKUPS.test(name));
  expect([...Object.keys(VALUES), ...Object.keys(AGES)].sort()).toEqual(ofRows.sort());
});
