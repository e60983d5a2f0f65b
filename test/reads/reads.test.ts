import { v7 } from 'uuid';
import { startDatabase, type TestingDatabase } from '../bot/support/database';
import { seedDatabase } from '../../drizzle/seeds';
import { DEFAULT_SETTINGS } from '../../src/domain/billing/settings';
import type { BillingReads } from '../../src/reads/billing';
import { createReads } from '../../src/reads/reads';
import { createRecords } from '../../src/records/records';
import { TEST_SECRETS } from '../support/secrets';

const AS_OF = new Date('2030-01-10T12:00:00Z');
const USER = 42;

describe('reads', () => {
  let database: TestingDatabase;
  let reads: BillingReads;
  beforeAll(async () => {
    database = await startDatabase();
    await seedDatabase(database.db, { hasCatalogue: true });
    reads = createReads(database.db, TEST_SECRETS);
    const person = {
      ...{ id: USER, username: undefined, firstName: 'A', lastName: undefined, languageCode: 'en' },
    };
    await createRecords(database.db, { settings: DEFAULT_SETTINGS, secrets: TEST_SECRETS }).arrive({
      updateId: 1,
      person,
      asOf: AS_OF,
    });
  });
  afterAll(() => database.drop());

  /** Asks one question and proves that it cost one query. */
  async function once<T>(question: () => Promise<T>): Promise<T> {
    database.statements.length = 0;
    const answer = await question();
    expect(database.statements).toHaveLength(1);
    return answer;
  }

  describe('the catalogue', () => {
    it('lists what is on sale in order, with prices, and neither top-ups nor trials', async () => {
      const cards = await once(() => reads.catalogue(AS_OF));
      expect(cards.map(({ kind }) => kind)).not.toContain('topup');
      expect(cards.map(({ kind }) => kind)).not.toContain('trial');
      const basic = cards.find(({ slug }) => slug === 'basic');
      expect(basic?.prices).toContainEqual({ minor: 9_900, currency: 'RUB', exponent: 2 });
    });

    it('shows the newest version that is valid, by id and by slug', async () => {
      const card = await once(() => reads.tariffBySlug('basic', AS_OF));
      const id = card?.tariffId ?? '';
      await database.sql.begin(async (sql) => {
        const [old] = await sql`select * from tariff_versions where tariff_id = ${id}`;
        for (const [version, from] of [
          [2, '2030-01-01'],
          [3, '2031-01-01'],
        ] as const) {
          const next = v7();
          await sql`insert into tariff_versions ${sql({ ...old, id: next, version, valid_from: from })}`;
          await sql`insert into tariff_prices values (${next}, 'RUB', 2, ${version * 1000})`;
        }
      });
      expect((await once(() => reads.tariff(id, AS_OF)))?.prices).toEqual([
        { minor: 2_000, currency: 'RUB', exponent: 2 },
      ]);
      expect(await reads.tariffBySlug("' or 1=1", AS_OF)).toBeUndefined();
    });

    it('knows the top-up of the simple storefront with its limits', async () => {
      const card = await once(() => reads.topupTariff(AS_OF));
      expect(card).toMatchObject({
        ...{ kind: 'topup', feeUtok: 100_000_000, periodUnit: 'month' },
        minAmount: { minor: 20_000, currency: 'RUB', exponent: 2 },
      });
    });
  });

  describe('a wallet', () => {
    it('without any row is empty', async () => {
      expect(await once(() => reads.wallet(7, AS_OF))).toEqual({
        ...{ balanceUtok: 0, heldUtok: 0, subscription: undefined, lots: [] },
        spentLastWeekUtok: 0,
      });
      expect(await reads.history(7, undefined)).toEqual({ rows: [], nextCursor: undefined });
      expect(await reads.subscription(7)).toBeUndefined();
    });

    it('shows balance, subscription, lots that end soon and the spending of a week', async () => {
      const wallet = await makeWallet(database, USER);
      for (const [daysAgo, kind] of [
        [1, 'spend'],
        [6, 'hold_capture'],
        [8, 'spend'],
        [1, 'adjustment'],
      ] as const)
        await move(database, wallet, { kind, utok: -1_000_000, asOf: daysFrom(-daysAgo) });
      const [entry] = await database.sql`select transfer_id from entries limit 1`;
      for (const days of [40, 20, 10, -1])
        await database.sql`
          insert into lots (id, account_id, origin, transfer_id, paid, original_utok, remaining_utok, priority, expires_at)
          values (gen_random_uuid(), ${wallet}, 'grant', ${String(entry?.['transfer_id'])}, false, 5, 5, 40, ${daysFrom(days)})`;
      const [version] =
        await database.sql`select id from tariff_versions where fee_utok > 0 limit 1`;
      for (const [state, access, n] of [
        ['expired', 'none', 1],
        ['active', 'full', 0],
      ] as const)
        await database.sql`
          insert into subscriptions (id, user_id, product_code, tariff_version_id, state, driver, anchor_local,
            anchor_day, billing_zone, period_n, period_start, period_end, access)
          values (gen_random_uuid(), ${USER}, 'main', ${String(version?.['id'])}, ${state}, 'wallet',
            '2030-01-01 00:00', 1, 'UTC', ${n}, ${daysFrom(-9)}, ${daysFrom(22 + n)}, ${access})`;
      const view = await once(() => reads.wallet(USER, AS_OF));
      expect(view).toMatchObject({
        ...{ balanceUtok: 995_999_995, heldUtok: 0, spentLastWeekUtok: 2_000_000 },
        subscription: { state: 'active', access: 'full', periodEnd: daysFrom(22).toISOString() },
        lots: [10, 20, 40].map((days) => ({
          ...{ origin: 'grant', utok: 5, heldUtok: 0 },
          expiresAt: daysFrom(days).toISOString(),
        })),
      });
      expect(await once(() => reads.subscription(USER))).toEqual(view.subscription);
    });
  });

  describe('history', () => {
    it('comes in pages of ten, newest first, each entry once', async () => {
      const wallet = await makeWallet(database, 43);
      for (let count = 1; count <= 25; count += 1)
        await move(database, wallet, { kind: 'spend', utok: -count, asOf: AS_OF });
      const seen: number[] = [];
      let cursor: string | undefined;
      const sizes: number[] = [];
      do {
        const page = await once(() => reads.history(43, cursor));
        seen.push(...page.rows.map(({ amountUtok }) => amountUtok));
        sizes.push(page.rows.length);
        cursor = page.nextCursor;
        expect((cursor ?? '').length).toBeLessThanOrEqual(11);
      } while (cursor !== undefined);
      expect(sizes).toEqual([10, 10, 5]);
      expect(seen).toEqual(Array.from({ length: 25 }, (_, index) => index - 25));
    });

    it('begins anew for a cursor that nobody made', async () => {
      for (const cursor of ['', "';--", '-1', 'zzzzzzzzzzzzzzzzz'])
        expect((await reads.history(43, cursor)).rows).toHaveLength(10);
    });
  });

  describe('orders', () => {
    it('are unknown when their id is no id', async () => {
      for (const id of ['', 'x', "' or 1=1", v7()]) {
        expect(await reads.invoice(id)).toBeUndefined();
        expect(await reads.quote(id)).toBeUndefined();
      }
      expect(await reads.invoices(7)).toEqual([]);
      expect(await reads.invoiceIdByNo(999_999)).toBeUndefined();
    });

    it('show their terms, and confirm while a payment is under way', async () => {
      const card = await reads.topupTariff(AS_OF);
      const outcome = await createRecords(database.db, {
        settings: DEFAULT_SETTINGS,
        secrets: TEST_SECRETS,
      }).createQuote({
        ...{ userId: USER, currency: 'RUB', amountMinor: 20_000, asOf: AS_OF },
        tariffVersionId: card?.tariffVersionId ?? '',
      });
      const id = outcome.kind === 'quoted' ? outcome.quoteId : '';
      await database.sql`
        insert into invoices (id, user_id, quote_id, provider, pay_amount_minor, currency, exponent, state,
          created_as_of, expires_at, terms_hash)
        select id, user_id, id, 'mock', pay_amount_minor, currency, exponent, 'pending', as_of,
          as_of + interval '1 day', terms_hash from quotes where id = ${id}`;
      const view = await once(() => reads.invoice(id));
      expect(view).toMatchObject({
        ...{ userId: USER, state: 'pending', tokensUtok: 200_000_000, isConfirming: false },
        ...{ amount: { minor: 20_000, currency: 'RUB', exponent: 2 }, tariffKind: 'topup' },
      });
      await database.sql`
        insert into payments (id, provider, provider_payment_id, invoice_id, amount_minor, currency, exponent, state, rank)
        values (gen_random_uuid(), 'mock', 'p1', ${id}, 20000, 'RUB', 2, 'unknown', 0)`;
      expect((await reads.invoice(id))?.isConfirming).toBe(true);
      expect(await once(() => reads.invoices(USER))).toEqual([{ ...view, isConfirming: true }]);
      expect(await once(() => reads.invoiceIdByNo(view?.no ?? 0))).toBe(id);
      expect(await once(() => reads.quote(id))).toMatchObject({ quoteId: id, isConsumed: false });
    });
  });
});

function daysFrom(days: number): Date {
  return new Date(AS_OF.getTime() + days * 86_400_000);
}

async function makeWallet(database: TestingDatabase, userId: number): Promise<string> {
  const id = v7();
  await database.sql`
    insert into users (id, time_zone) values (${userId}, 'UTC') on conflict do nothing`;
  await database.sql`
    insert into accounts (id, code, asset, user_id, balance, floor)
    values (${id}, ${`wallet:${userId}:TOK`}, 'TOK', ${userId}, 1000000000, -1000000000)`;
  await database.sql`
    insert into accounts (id, code, asset) values (gen_random_uuid(), 'sys:spend:TOK', 'TOK') on conflict do nothing`;
  return id;
}

/** A balanced transfer between a wallet and the system. */
async function move(
  database: TestingDatabase,
  wallet: string,
  transfer: { kind: string; utok: number; asOf: Date },
): Promise<void> {
  const { kind, utok, asOf } = transfer;
  const id = v7();
  await database.sql.begin(async (sql) => {
    await sql`
      insert into transfers (id, key, kind, user_id, as_of)
      select ${id}, ${id}, ${kind}, user_id, ${asOf} from accounts where id = ${wallet}`;
    const [row] =
      await sql`update accounts set balance = balance + ${utok} where id = ${wallet} returning balance`;
    await sql`
      insert into entries (transfer_id, account_id, amount, balance_after) values
        (${id}, ${wallet}, ${utok}, ${String(row?.['balance'])}),
        (${id}, (select id from accounts where code = 'sys:spend:TOK'), ${-utok}, null)`;
  });
}
