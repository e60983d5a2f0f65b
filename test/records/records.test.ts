import { startDatabase, type TestingDatabase } from '../bot/support/database';
import { seedDatabase } from '../../drizzle/seeds';
import { termsHash } from '../../drizzle/terms-hash';
import { canonicalTerms } from '../../src/domain/billing/pricing';
import { DEFAULT_SETTINGS } from '../../src/domain/billing/settings';
import { createReads } from '../../src/reads/reads';
import type { EdgeRecords, TelegramPerson } from '../../src/records/contract';
import { createRecords } from '../../src/records/records';
import { openSealed } from '../../drizzle/person-keys';
import { TEST_SECRETS } from '../support/secrets';

const AS_OF = new Date('2030-01-10T12:00:00Z');
const PERSON: TelegramPerson = {
  ...{ id: 1, username: 'anna', firstName: 'Anna', lastName: undefined, languageCode: 'ru-RU' },
};

describe('records', () => {
  let database: TestingDatabase;
  let records: EdgeRecords;
  let updateId = 100;
  beforeAll(async () => {
    database = await startDatabase();
    await seedDatabase(database.db, { hasCatalogue: true });
    records = createRecords(database.db, { settings: DEFAULT_SETTINGS, secrets: TEST_SECRETS });
  });
  afterAll(() => database.drop());

  const arrive = (person: Partial<TelegramPerson> = {}, asOf = AS_OF) => {
    updateId += 1;
    return records.arrive({ updateId, person: { ...PERSON, ...person }, asOf });
  };

  describe('arriving', () => {
    it('registers once, whoever hurries, with one audit row, in one query each', async () => {
      database.statements.length = 0;
      const all = await Promise.all(Array.from({ length: 10 }, () => arrive({ id: 2 })));
      expect(all.filter(({ isNew }) => isNew)).toHaveLength(1);
      expect(database.statements).toHaveLength(10);
      const audit = await database.sql`
        select actor_kind, action, as_of from audit_log where entity_id = '2'`;
      expect(audit).toEqual([{ actor_kind: 'user', action: 'user.created', as_of: AS_OF }]);
    });

    it('finds a newcomer as new as before when an update that nobody handled comes again', async () => {
      const registrations = async () => {
        const rows = await database.sql`select 1 from audit_log where entity_id = '30'`;
        return rows.length;
      };
      const first = { updateId: 7_001, person: { ...PERSON, id: 30 }, asOf: AS_OF };
      expect((await records.arrive(first)).isNew).toBe(true);
      expect(await records.arrive(first)).toMatchObject({ isNew: true, isRepeat: false });
      expect((await arrive({ id: 30 })).isNew).toBe(false);
      expect(await registrations()).toBe(1);
      const left = { updateId: first.updateId, userId: 30, dialogue: { kind: 'keep' } } as const;
      await records.leave({ ...left, staysNew: true });
      expect((await arrive({ id: 30 })).isNew).toBe(true);
      expect((await arrive({ id: 30 })).isNew).toBe(false);
      expect(await registrations()).toBe(1);
      await database.sql`update users set pseudonymised_at = now() where id = 30`;
      const back = { ...first, updateId: 7_002, asOf: new Date(AS_OF.getTime() + 60_000) };
      expect((await records.arrive(back)).isNew).toBe(true);
      const later = { ...back, asOf: new Date(AS_OF.getTime() + 61_000) };
      expect((await records.arrive(later)).isNew).toBe(true);
      expect(await registrations()).toBe(2);
    });

    it.each([
      ['ru-RU', 'ru'],
      ['uk', 'ru'],
      ['en', 'en'],
      ['de', 'en'],
      [undefined, 'ru'],
    ])('takes the first language from %s: %s', async (languageCode, locale) => {
      updateId += 1;
      const arrival = await arrive({ id: 1000 + updateId, languageCode });
      expect(arrival).toMatchObject({ locale, timeZone: 'Europe/Moscow', isBlocked: false });
    });

    it('refreshes the name, keeps the chosen language, and makes reachable again', async () => {
      await arrive({ id: 3 });
      await records.setLocale(3, 'en');
      await records.setReachable(3, false);
      const arrival = await arrive({ id: 3, firstName: 'Renamed', languageCode: 'ru' });
      expect(arrival).toMatchObject({ isNew: false, locale: 'en' });
      const [row] =
        await database.sql`select first_name, unreachable_since from users where id = 3`;
      expect(row).toEqual({ first_name: 'Renamed', unreachable_since: null });
    });

    it('tells roles, balance, block, and the lead of a test customer’s clock', async () => {
      await arrive({ id: 4 });
      await database.sql`update users set is_blocked = true, clock_offset_ms = 86400000 where id = 4`;
      await database.sql`insert into roles (user_id, role, granted_by) values (4, 'support', 'x'), (4, 'admin', 'x')`;
      await database.sql`
        insert into accounts (id, code, asset, user_id, balance, floor)
        values (gen_random_uuid(), 'wallet:4:TOK', 'TOK', 4, -1500000, -1000000000)`;
      expect(await arrive({ id: 4 })).toMatchObject({
        ...{ isBlocked: true, clockOffsetMs: 86_400_000, balanceUtok: -1_500_000 },
        ...{ roles: ['admin', 'support'], hasCatalogue: true },
      });
    });
  });

  describe('leaving', () => {
    it('marks an update handled, so that it is a repeat when it comes again', async () => {
      await arrive({ id: 5 });
      await records.leave({ updateId, userId: 5, dialogue: { kind: 'keep' } });
      await records.leave({ updateId, userId: 5, dialogue: { kind: 'keep' } });
      const again = await records.arrive({ updateId, person: { ...PERSON, id: 5 }, asOf: AS_OF });
      expect(again.isRepeat).toBe(true);
      expect((await arrive({ id: 5 })).isRepeat).toBe(false);
    });

    it('sets, keeps and clears the open question, in one query each', async () => {
      await arrive({ id: 6 });
      const expiresAt = new Date(AS_OF.getTime() + 1_800_000);
      const state = { kind: 'topup_amount', note: "it's" };
      database.statements.length = 0;
      await records.leave({
        updateId: 9001,
        userId: 6,
        dialogue: { kind: 'set', state, expiresAt },
      });
      await records.leave({ updateId: 9002, userId: 6, dialogue: { kind: 'keep' } });
      expect(database.statements).toHaveLength(2);
      expect(await arrive({ id: 6 })).toMatchObject({ dialogue: state, isDialogueOver: false });
      const late = await arrive({ id: 6 }, expiresAt);
      expect([late.dialogue, late.isDialogueOver]).toEqual([undefined, true]);
      await records.leave({ updateId: 9003, userId: 6, dialogue: { kind: 'clear' } });
      const after = await arrive({ id: 6 });
      expect([after.dialogue, after.isDialogueOver]).toEqual([undefined, false]);
    });

    it('measures the question’s half hour by the person’s own clock', async () => {
      await arrive({ id: 7 });
      await database.sql`update users set clock_offset_ms = 3600000 where id = 7`;
      const expiresAt = new Date(AS_OF.getTime() + 3_600_000 + 1_800_000);
      await records.leave({
        updateId: 9004,
        userId: 7,
        dialogue: { kind: 'set', state: {}, expiresAt },
      });
      expect((await arrive({ id: 7 })).isDialogueOver).toBe(false);
      const later = new Date(AS_OF.getTime() + 1_800_000);
      expect((await arrive({ id: 7 }, later)).isDialogueOver).toBe(true);
    });
  });

  describe('quotes', () => {
    const USER = 8;
    beforeAll(() => arrive({ id: USER }));

    async function topup() {
      const card = await createReads(database.db, TEST_SECRETS).topupTariff(AS_OF);
      if (!card) throw new Error('no top-up is on sale');
      return card;
    }
    const quote = async (wish: { amountMinor?: number; currency?: string; asOf?: Date } = {}) =>
      records.createQuote({
        ...{ userId: USER, currency: 'RUB', asOf: AS_OF, ...wish },
        tariffVersionId: (await topup()).tariffVersionId,
      });

    it('freeze the terms, their hash, and both of their terms', async () => {
      const outcome = await quote({ amountMinor: 19_999 + 1 });
      const quoteId = outcome.kind === 'quoted' ? outcome.quoteId : '';
      const [row] = await database.sql`select * from quotes where id = ${quoteId}`;
      expect(row).toMatchObject({
        ...{ purpose: 'topup', pay_amount_minor: '20000', tokens_utok: '200000000' },
        ...{ fee_utok: '100000000', utok_per_minor: '10000', period_unit: 'month' },
        ...{ consumed_by: null, as_of: AS_OF },
        holds_until: new Date('2030-01-13T12:00:00Z'),
        button_until: new Date('2030-01-10T12:15:00Z'),
      });
      const card = await topup();
      const terms = {
        ...{ userId: USER, tariffVersionId: card.tariffVersionId, currency: 'RUB', exponent: 2 },
        ...{ listAmountMinor: 20_000, discountMinor: 0, payAmountMinor: 20_000 },
        ...{ tokensUtok: 200_000_000, bonusUtok: 0, feeUtok: 100_000_000, utokPerMinor: 10_000 },
        ...({ periodUnit: 'month', periodCount: 1, purpose: 'topup' } as const),
        ...{ promoCodeId: null, bonusDays: 0, creditMinor: 0, subscriptionId: null },
      };
      expect(row?.['terms_hash']).toEqual(termsHash(canonicalTerms(terms)));
    });

    it('of equal orders hash equally at any time, of other amounts not', async () => {
      const [a, b, c] = await Promise.all([
        quote({ amountMinor: 30_000 }),
        quote({ amountMinor: 30_000, asOf: new Date(AS_OF.getTime() + 5_000) }),
        quote({ amountMinor: 30_001 }),
      ]);
      const ids = [a, b, c].map((it) => (it?.kind === 'quoted' ? it.quoteId : ''));
      const rows =
        await database.sql`select id, terms_hash from quotes where id in ${database.sql(ids)}`;
      const hash = (id: string | undefined) =>
        String(rows.find((row) => row['id'] === id)?.['terms_hash']);
      expect(hash(ids[0])).toBe(hash(ids[1]));
      expect(hash(ids[0])).not.toBe(hash(ids[2]));
    });

    it('T-V9 below the minimum are refused and written nowhere', async () => {
      const before = await database.sql`select count(*) from quotes`;
      expect(await quote({ amountMinor: 5_000 })).toEqual({
        ...{ kind: 'refused', reason: 'below_minimum' },
        minimum: { minor: 20_000, currency: 'RUB', exponent: 2 },
      });
      expect(await quote({ amountMinor: 30_000, currency: 'USD' })).toMatchObject({
        reason: 'currency_not_sold',
      });
      expect(await quote()).toMatchObject({ reason: 'amount_missing' });
      expect(await database.sql`select count(*) from quotes`).toEqual(before);
    });

    it('follow the live settings and the newest rate that is valid already', async () => {
      await database.sql`
        insert into settings (key, value, updated_by) values
          ('QUOTE_HOLD_HOURS', '1'::jsonb, 'x'), ('QUOTE_BUTTON_TTL_MIN', '2'::jsonb, 'x')`;
      await database.sql`
        insert into topup_rates (currency, utok_per_minor, valid_from) values
          ('USD', 900000, '2029-01-01'), ('USD', 950000, '2030-01-01'), ('USD', 1, '2031-01-01')`;
      const outcome = await quote({ amountMinor: 30_000, currency: 'USD' });
      const id = outcome.kind === 'quoted' ? outcome.quoteId : '';
      const [row] = await database.sql`select * from quotes where id = ${id}`;
      expect(row).toMatchObject({
        utok_per_minor: '950000',
        holds_until: new Date('2030-01-10T13:00:00Z'),
        button_until: new Date('2030-01-10T12:02:00Z'),
      });
      await database.sql`delete from settings`;
    });

    it('of a version not on sale are refused', async () => {
      const unavailable = { kind: 'refused', reason: 'tariff_unavailable' };
      const { tariffId } = await topup();
      const early = new Date('2000-01-01');
      expect(await quote({ amountMinor: 30_000, asOf: early })).toEqual(unavailable);
      await database.sql`update tariffs set is_active = false where id = ${tariffId}`;
      const [version] =
        await database.sql`select id from tariff_versions where tariff_id = ${tariffId}`;
      const wish = { userId: USER, currency: 'RUB', amountMinor: 30_000, asOf: AS_OF };
      expect(
        await records.createQuote({ ...wish, tariffVersionId: String(version?.['id']) }),
      ).toEqual(unavailable);
      await database.sql`update tariffs set is_active = true where id = ${tariffId}`;
    });
  });

  describe('notifications', () => {
    const event = {
      ...{
        provider: 'mock',
        dedupeKey: 'n-1',
        headers: { 'x-a': 'b' },
        raw: Buffer.from([0, 255]),
      },
      ...({ verified: 'yes', paymentRef: undefined } as const),
    };

    it('are stored once and counted, also fifty at a time', async () => {
      const stored = await Promise.all(
        Array.from({ length: 50 }, () => records.storeInboxEvent(event)),
      );
      expect(new Set(stored.map(({ id }) => id)).size).toBe(1);
      expect(Math.max(...stored.map(({ deliveries }) => deliveries))).toBe(50);
      const [row] = await database.sql`select raw, headers, signalled_at from inbox_events`;
      expect(row).toMatchObject({ headers: event.headers, signalled_at: null });
      const { raw } = row as unknown as { raw: Buffer };
      expect(await openSealed(database.db, TEST_SECRETS.dataKey, raw)).toEqual(event.raw);
    });

    it('remember that they were handed over, or why not', async () => {
      const { id } = await records.storeInboxEvent({ ...event, dedupeKey: 'n-2' });
      await records.markInboxError(id, 'no Temporal');
      const read = async () =>
        (
          await database.sql`select error, signalled_at is not null as done from inbox_events where id = ${id}`
        )[0];
      expect(await read()).toEqual({ error: 'no Temporal', done: false });
      await records.markInboxSignalled(id);
      expect(await read()).toEqual({ error: null, done: true });
    });
  });

  describe('limits', () => {
    it('are thirty commands a minute each, shared by two processes', async () => {
      const other = createRecords(database.db, {
        settings: DEFAULT_SETTINGS,
        secrets: TEST_SECRETS,
      });
      const verdicts = await Promise.all(
        Array.from({ length: 33 }, (_, count) =>
          (count % 2 ? records : other).takeRate('command', 77),
        ),
      );
      expect(verdicts.filter(({ kind }) => kind === 'ok')).toHaveLength(30);
      expect(await records.takeRate('command', 78)).toEqual({ kind: 'ok' });
      expect(await records.takeRate('promo', 77)).toEqual({ kind: 'ok' });
    });
  });
});
