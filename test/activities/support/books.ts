import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import postgres from 'postgres';
import {
  createActivities,
  createDeliveryActivities,
  type ActivityDeps,
  type DeliveryActivities,
  type OutboxActivities,
} from '../../../activities';
import type {
  AutoTopupActivities,
  BreakActivities,
  AuditActivities,
  BroadcastActivities,
  CheckoutActivities,
  FreeOrderActivities,
  GiftActivities,
  ErasureActivities,
  ExportActivities,
  KeeperActivities,
  LimitActivities,
  MethodRemovalActivities,
  OperationActivities,
  PaymentActivities,
  PlanChangeActivities,
  PriceChangeActivities,
  ProposalActivities,
  ProviderActivities,
  DeskActivities,
  DisputeActivities,
  OrderRefundActivities,
  ReconciliationActivities,
  ReferralActivities,
  RefundActivities,
  RepairActivities,
  SpendActivities,
  SpendRefundActivities,
  SubscriptionActivities,
  SubscriptionCourseActivities,
  SubscriptionWishActivities,
  TrackActivities,
  TrialActivities,
  VerificationActivities,
  WalletActivities,
  WorkHoldActivities,
} from '../../../activities/billing';
import { connect, type Database } from '../../../drizzle/client';
import { migrateDatabase } from '../../../drizzle/migrate';
import { users } from '../../../drizzle/schema';
import { seedDatabase } from '../../../drizzle/seeds';
import type { QuotePurpose } from '../../../src/domain/billing/pricing';
import { DEFAULT_SETTINGS, type BillingSettings } from '../../../src/domain/billing/settings';
import type { PaymentProvider } from '../../../src/payments/provider';
import { createQuote } from '../../../src/records/quotes';
import { giveConsent } from '../../support/consent';
import { requireInvariants } from '../../support/invariants';
import { createDatabase } from '../../support/servers';
import { TEST_SECRETS } from '../../support/secrets';

/** A business instant in the middle of an ordinary day; tests count from here. */
export const NOON = '2026-03-10T12:00:00.000Z';

/** `NOON` and so many hours. */
export function after(hours: number): string {
  return new Date(Date.parse(NOON) + hours * 3_600_000).toISOString();
}

export interface Books {
  readonly db: Database;
  readonly sql: postgres.Sql;
  readonly url: string;
  /** Activities with other dependencies than the standing ones. */
  activities(change?: Partial<ActivityDeps>): Activities;
  readonly act: Activities;
  newUser(person?: Partial<typeof users.$inferInsert>): Promise<number>;
  /** A frozen quote of a tariff by its slug; the amount is for top-ups. */
  quote(wish: QuoteWish): Promise<string>;
  close(): Promise<void>;
}

export interface QuoteWish {
  readonly userId: number;
  readonly slug?: string;
  readonly amountMinor?: number;
  readonly currency?: string;
  readonly asOf?: string;
  /** A code as it is typed. */
  readonly promo?: string;
  readonly purpose?: QuotePurpose;
}

export type Activities = AutoTopupActivities &
  CheckoutActivities &
  FreeOrderActivities &
  GiftActivities &
  ErasureActivities &
  ExportActivities &
  BreakActivities &
  AuditActivities &
  BroadcastActivities &
  KeeperActivities &
  LimitActivities &
  MethodRemovalActivities &
  OperationActivities &
  PaymentActivities &
  PlanChangeActivities &
  PriceChangeActivities &
  ProposalActivities &
  ProviderActivities &
  DeskActivities &
  DisputeActivities &
  OrderRefundActivities &
  ReconciliationActivities &
  ReferralActivities &
  RefundActivities &
  RepairActivities &
  SpendActivities &
  SpendRefundActivities &
  SubscriptionActivities &
  SubscriptionCourseActivities &
  SubscriptionWishActivities &
  TrackActivities &
  TrialActivities &
  VerificationActivities &
  WalletActivities &
  WorkHoldActivities &
  OutboxActivities &
  DeliveryActivities;

function allActivities(deps: ActivityDeps): Activities {
  const united = { ...createActivities(deps), ...createDeliveryActivities(deps) };
  return united as unknown as Activities;
}

/** Nobody sleeps in tests, unless a test says so. */
export const SETTINGS: BillingSettings = { ...DEFAULT_SETTINGS, quietHours: '00:00-00:00' };

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A database of its own with the seed catalogue on sale, and the activities that work on it. */
export async function openBooks(settings: Partial<BillingSettings> = {}): Promise<Books> {
  const test = await createDatabase({ sources: ['drizzle'], migrate: prepare });
  const connection = connect(test.url, { poolSize: 12, keepsStatements: true });
  const { db } = connection;
  // One of its own: Drizzle makes the driver below it give instants as text.
  const sql = postgres(test.url, { max: 4, onnotice: () => undefined });
  let nextUser = 1_000;
  const activities = (change: Partial<ActivityDeps> = {}) =>
    allActivities({
      db,
      settings: { ...SETTINGS, ...settings },
      providers: new Map(),
      secrets: TEST_SECRETS,
      publicBaseUrl: 'https://billing.example',
      messenger: {
        send: () => Promise.reject(new Error('this test sends nothing')),
        edit: () => Promise.reject(new Error('this test changes no message')),
      },
      log: silent,
      ...change,
    });
  return {
    db,
    sql,
    url: test.url,
    activities,
    act: activities(),
    newUser: async (person = {}) => {
      const id = person.id ?? (nextUser += 1);
      await db.insert(users).values({ timeZone: 'UTC', locale: 'en', ...person, id });
      await giveConsent(sql, id);
      return id;
    },
    quote: (wish) => freeze(db, sql, wish),
    close: async () => {
      await Promise.all([connection.close(), sql.end({ timeout: 2 })]);
      await test.drop();
    },
  };
}

async function prepare(url: string): Promise<void> {
  await migrateDatabase(url, 'drizzle/migrations');
  const connection = connect(url, { poolSize: 1 });
  await seedDatabase(connection.db, { hasCatalogue: true });
  await connection.close();
}

async function freeze(db: Database, sql: postgres.Sql, wish: QuoteWish): Promise<string> {
  const { userId, slug = 'topup-main', currency = 'RUB', asOf = NOON } = wish;
  const tariffVersionId = await versionOf(sql, slug);
  const quote = await createQuote(db, SETTINGS, {
    userId,
    tariffVersionId,
    currency,
    asOf: new Date(asOf),
    ...(wish.amountMinor === undefined ? {} : { amountMinor: wish.amountMinor }),
    ...(wish.promo === undefined ? {} : { promo: wish.promo }),
    ...(wish.purpose === undefined ? {} : { purpose: wish.purpose }),
  });
  if (quote.kind !== 'quoted') throw new Error(`no quote: ${quote.reason}`);
  return quote.quoteId;
}

export async function versionOf(sql: postgres.Sql, slug: string): Promise<string> {
  const [row] = await sql`
    select v.id from tariff_versions v join tariffs t on t.id = v.tariff_id
    where t.slug = ${slug} order by v.version desc limit 1`;
  return String(row?.['id']);
}

/** Runs an activity as a step of the workflow of that id. */
export function asWorkflow<T>(
  workflowId: string,
  work: () => Promise<T>,
  { attempt = 1 }: { readonly attempt?: number } = {},
): Promise<T> {
  const environment = new MockActivityEnvironment(
    {
      workflowExecution: { workflowId, runId: '00000000-0000-0000-0000-000000000001' },
      taskQueue: 'billing',
      attempt,
    },
    { logger: new DefaultLogger('ERROR') },
  );
  return environment.run(work);
}

/** Runs the same work so many times at once. */
export function atOnce<T>(times: number, work: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: times }, (_, index) => work(index)));
}

/** How many rows a table has. */
export async function count(sql: postgres.Sql, table: string): Promise<number> {
  const [row] = await sql`select count(*)::int as rows from ${sql(table)}`;
  return Number(row?.['rows']);
}

/** Tokens in a wallet. */
export async function balance(sql: postgres.Sql, userId: number): Promise<number> {
  const [row] = await sql`select balance::float8 as utok from accounts where user_id = ${userId}`;
  return Number(row?.['utok'] ?? 0) / 1_000_000;
}

export async function checkBooks(books: Books): Promise<void> {
  await requireInvariants(books.sql);
}

/** A provider that answers what a test says; anything else it is asked is a mistake of the test. */
export function fakeProvider(answers: Partial<PaymentProvider> = {}): PaymentProvider {
  const unexpected = () => Promise.reject(new Error('this test does not ask the provider'));
  return {
    name: 'mock',
    capabilities: { currencies: ['RUB'], canAsk: true, canRefund: 'full', canCancel: true },
    createPayment: unexpected,
    verify: () => Promise.resolve({ verified: 'malformed', reason: 'this test verifies nothing' }),
    ask: unexpected,
    refund: unexpected,
    askRefund: unexpected,
    cancel: unexpected,
    check: unexpected,
    cabinet: () => [],
    answer: () => ({ status: 200, contentType: 'text/plain', body: 'OK' }),
    ...answers,
  };
}
