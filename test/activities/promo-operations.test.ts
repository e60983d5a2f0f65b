import { randomUUID } from 'node:crypto';
import type { OperationOrder } from '../../activities/billing/operations/running';
import type { NewCampaign } from '../../src/domain/billing/campaigns';
import type { ActionName, ActionParams } from '../../src/domain/billing/operations';
import { newCode } from '../support/campaigns';
import { asWorkflow, atOnce, checkBooks, NOON, openBooks, versionOf } from './support/books';
import type { Books } from './support/books';
import { open, wish } from './support/orders';
import { paidFact, post, rub } from './support/payments';

let books: Books;
let admin: number;

beforeAll(async () => {
  books = await openBooks();
  admin = await books.newUser();
  await books.sql`insert into roles (user_id, role, granted_by) values (${admin}, 'admin', 'test')`;
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

function order<A extends ActionName>(action: A, params: ActionParams[A]): OperationOrder {
  return {
    ...{ operationId: randomUUID(), action, params, operator: { userId: admin } },
    ...{ reason: 'the spring campaign', asOf: NOON },
  };
}

const run = (asked: OperationOrder) =>
  asWorkflow(`op:${asked.operationId}`, () => books.act.runOperation(asked));

const CODE: NewCampaign = {
  name: 'Spring',
  code: 'SPRING',
  kind: 'percent',
  value: 1_000,
  budget: 5,
};

async function tariffId(slug: string): Promise<string> {
  const [row] = await books.sql`select id from tariffs where slug = ${slug}`;
  return String(row?.['id']);
}

async function auditOf(asked: OperationOrder): Promise<readonly unknown[]> {
  return books.sql`
    select action, actor_id, reason from audit_log where workflow_id = ${`op:${asked.operationId}`}`;
}

describe('create_promo', () => {
  test('makes a code that works at once, once, with reason and actor in the audit', async () => {
    const asked = order('create_promo', CODE);
    const answers = await atOnce(3, () => run(asked));
    for (const { outcome } of answers) expect(outcome).toEqual(answers[0]?.outcome);
    expect(answers[0]?.outcome).toMatchObject({ kind: 'done', result: { codes: 1 } });
    expect((await open(books, await wish(books, { promo: 'SPRING' }))).kind).toBe('opened');
    expect(await auditOf(asked)).toEqual([
      { action: 'promo.created', actor_id: String(admin), reason: 'the spring campaign' },
    ]);
  });

  test('makes many codes of one budget, all different', async () => {
    const asked = order('create_promo', { ...CODE, code: 'BULK', count: 100 });
    const { outcome } = await run(asked);
    expect(outcome).toMatchObject({ kind: 'done', result: { codes: 100 } });
    const rows = await books.sql`
      select k.code, c.budget from promo_codes k join promo_campaigns c on c.id = k.campaign_id
      where k.code like 'BULK-%'`;
    expect(new Set(rows.map((row) => row['code'])).size).toBe(100);
    expect(rows[0]?.['code']).toMatch(/^BULK-[2-9A-HJ-NP-Z]{8}$/);
    expect(new Set(rows.map((row) => row['budget']))).toEqual(new Set([5]));
  });

  test.each([
    ['above what one operator may give away', { budget: 50 }, 1],
    ['above the large limit', { budget: 1_000 }, 2],
    ['without any bound', { budget: undefined }, 2],
  ])('%s is proposed (OPS-12)', async (_what, change, quorum) => {
    const code = `BIG-${randomUUID().slice(0, 8).toUpperCase()}`;
    const { outcome } = await run(order('create_promo', { ...CODE, code, ...change }));
    expect(outcome).toMatchObject({ kind: 'proposed', quorum });
    const rows = await books.sql`select 1 from promo_codes where code = ${code}`;
    expect(rows).toHaveLength(0);
  });

  test.each([0, 10_000, 15_000, -500])('T-D4 refuses %i hundredths of a percent', async (value) => {
    const before = await books.sql`select count(*)::int from promo_codes`;
    const { outcome } = await run(order('create_promo', { ...CODE, code: 'WRONG', value }));
    expect(outcome).toMatchObject({ kind: 'refused', reason: 'bad_params' });
    expect(await books.sql`select count(*)::int from promo_codes`).toEqual(before);
    await expect(newCode(books.sql, { code: 'WRONG', value })).rejects.toThrow('promo_codes_value');
  });

  const misfits: readonly [string, Partial<NewCampaign>, string][] = [
    ['a code that exists', { code: 'SPRING' }, 'code_taken'],
    ['an end that is past', { validUntil: '2026-03-01T00:00:00Z' }, 'expired_already'],
    ['a tariff nobody knows', { tariffId: randomUUID() }, 'unknown_tariff'],
    ['a code in lower case', { code: 'spring' }, 'bad_params'],
  ];

  test.each(misfits)('refuses %s', async (_what, change, reason) => {
    const { outcome } = await run(order('create_promo', { ...CODE, code: 'FRESH', ...change }));
    expect(outcome).toMatchObject({ kind: 'refused', reason });
  });

  test('binds trial codes to trials and nothing else to them (PR-3)', async () => {
    const [trial, pack] = [await tariffId('trial-30-7'), await tariffId('basic')];
    const discount = order('create_promo', { ...CODE, code: 'NOTRIAL', tariffId: trial });
    expect((await run(discount)).outcome).toMatchObject({ reason: 'other_tariff_kind' });
    const opener = { ...CODE, code: 'NOPACK', kind: 'trial' as const, value: 1, budget: 1 };
    const wrong = order('create_promo', { ...opener, tariffId: pack });
    expect((await run(wrong)).outcome).toMatchObject({ reason: 'other_tariff_kind' });
    const right = order('create_promo', { ...opener, tariffId: trial });
    expect((await run(right)).outcome).toMatchObject({ kind: 'done' });
  });
});

describe('switch_promo', () => {
  test('turns a code off and on again, each time once', async () => {
    await newCode(books.sql, { code: 'TOGGLE' });
    const [row] = await books.sql`select id from promo_codes where code = 'TOGGLE'`;
    const id = String(row?.['id']);
    const off = order('switch_promo', { what: 'code', id, isActive: false });
    expect((await run(off)).outcome).toMatchObject({ kind: 'done' });
    await expect(wish(books, { promo: 'TOGGLE' })).rejects.toThrow('promo_bad');
    const twice = order('switch_promo', { what: 'code', id, isActive: false });
    expect((await run(twice)).outcome).toMatchObject({ reason: 'nothing_to_change' });
    await run(order('switch_promo', { what: 'code', id, isActive: true }));
    await run(off);
    expect((await open(books, await wish(books, { promo: 'TOGGLE' }))).kind).toBe('opened');
    expect(await auditOf(off)).toHaveLength(1);
  });

  test('turns off a campaign with all its codes', async () => {
    const id = await newCode(books.sql, { code: 'WHOLE' });
    await run(order('switch_promo', { what: 'campaign', id, isActive: false }));
    await expect(wish(books, { promo: 'WHOLE' })).rejects.toThrow('promo_bad');
  });

  test('of something that is not there is refused', async () => {
    const gone = order('switch_promo', { what: 'code', id: randomUUID(), isActive: false });
    expect((await run(gone)).outcome).toMatchObject({ reason: 'unknown_promo' });
  });
});

describe('create_tariff_version', () => {
  test('T-C7 sells at the new price and leaves the old quote, order and subscription as they were', async () => {
    const [old, later] = [
      await wish(books, { slug: 'access-30' }),
      await wish(books, { slug: 'access-30' }),
    ];
    await open(books, old);
    const id = await tariffId('access-30');
    const before = await versionOf(books.sql, 'access-30');
    const asked = order('create_tariff_version', {
      tariffId: id,
      changes: { prices: { RUB: 29_900 }, feeUtok: 5_000_000, periodCount: 31 },
    });
    await atOnce(3, () => run(asked));
    expect((await run(asked)).outcome).toMatchObject({ result: { slug: 'access-30', version: 2 } });
    expect(await versionOf(books.sql, 'access-30')).not.toBe(before);
    const prices = await books.sql`
      select v.version::int, p.currency, p.amount_minor::int as minor from tariff_versions v
      join tariff_prices p on p.tariff_version_id = v.id where v.tariff_id = ${id} order by 1, 2`;
    expect(prices).toEqual([
      { version: 1, currency: 'RUB', minor: 19_900 },
      { version: 1, currency: 'XTR', minor: 150 },
      { version: 2, currency: 'RUB', minor: 29_900 },
      { version: 2, currency: 'XTR', minor: 150 },
    ]);
    for (const one of [old, later]) {
      await open(books, one);
      const outcome = await post(books, paidFact(one, { amount: rub(19_900) }), { asOf: NOON });
      expect(outcome).toMatchObject({ kind: 'fulfilled', as: 'order' });
      const [subscription] = await books.sql`
        select tariff_version_id as version, period_end from subscriptions where user_id = ${one.userId}`;
      expect(subscription).toEqual({
        version: before,
        period_end: new Date('2026-04-09T12:00:00.000Z'),
      });
    }
    const fresh = await wish(books, { slug: 'access-30' });
    const [quote] = await books.sql`
      select pay_amount_minor::int as minor, period_count::int as days from quotes where id = ${fresh.invoiceId}`;
    expect(quote).toEqual({ minor: 29_900, days: 31 });
  });

  test.each<[string, string, ActionParams['create_tariff_version']['changes']]>([
    ['a pack without tokens', 'basic', { tokensUtok: 0 }],
    ['a pack for nothing', 'basic', { prices: { RUB: 0 } }],
    ['a trial with a price', 'trial-30-7', { prices: { RUB: 100 } }],
    ['a top-up with a price', 'topup-main', { prices: { RUB: 100 } }],
    ['a top-up whose limits cross', 'topup-main', { minAmountMinor: 20_000_000 }],
    ['a currency nobody knows', 'basic', { prices: { ZZZ: 100 } }],
  ])('refuses %s', async (_what, slug, changes) => {
    const before = await versionOf(books.sql, slug);
    const asked = order('create_tariff_version', { tariffId: await tariffId(slug), changes });
    expect((await run(asked)).outcome).toMatchObject({ reason: 'terms_do_not_fit' });
    expect(await versionOf(books.sql, slug)).toBe(before);
  });

  test('of nothing new, or of no tariff, is refused', async () => {
    const idle = order('create_tariff_version', { tariffId: await tariffId('basic'), changes: {} });
    expect((await run(idle)).outcome).toMatchObject({ reason: 'bad_params' });
    const changes = { tokensUtok: 1 };
    const gone = order('create_tariff_version', { tariffId: randomUUID(), changes });
    expect((await run(gone)).outcome).toMatchObject({ reason: 'unknown_tariff' });
  });

  test('by two operators at once makes two versions, the second from the first', async () => {
    const id = await tariffId('premium');
    const asks = [
      order('create_tariff_version', { tariffId: id, changes: { tokensUtok: 7_000_000 } }),
      order('create_tariff_version', { tariffId: id, changes: { prices: { RUB: 77_700 } } }),
    ];
    await Promise.all(asks.map(run));
    const [newest] = await books.sql`
      select v.version::int, v.tokens_utok::int as utok, p.amount_minor::int as minor
      from tariff_versions v join tariff_prices p on p.tariff_version_id = v.id and p.currency = 'RUB'
      where v.tariff_id = ${id} order by v.version desc limit 1`;
    expect(newest).toEqual({ version: 3, utok: 7_000_000, minor: 77_700 });
  });
});

describe('switch_tariff', () => {
  test('takes a tariff off sale and hides it, with what it was in the audit', async () => {
    const id = await tariffId('standard');
    const asked = order('switch_tariff', { tariffId: id, isActive: false, isHidden: true });
    await atOnce(2, () => run(asked));
    await expect(wish(books, { slug: 'standard' })).rejects.toThrow('tariff_unavailable');
    const [row] = await books.sql`
      select before, after from audit_log where workflow_id = ${`op:${asked.operationId}`}`;
    expect(row).toMatchObject({
      before: { isActive: true, isHidden: false },
      after: { isActive: false, isHidden: true },
    });
    const again = order('switch_tariff', { tariffId: id, isActive: false });
    expect((await run(again)).outcome).toMatchObject({ reason: 'nothing_to_change' });
  });
});

describe('what is in use', () => {
  test('cannot be deleted: neither a tariff nor a code (DM-5)', async () => {
    await newCode(books.sql, { code: 'INUSE', tariff: 'basic' });
    await open(books, await wish(books, { slug: 'basic', promo: 'INUSE' }));
    const refused = /violates foreign key constraint|restrict/i;
    await expect(books.sql`delete from tariffs where slug = 'basic'`).rejects.toThrow(refused);
    await expect(books.sql`delete from promo_codes where code = 'INUSE'`).rejects.toThrow(refused);
    await expect(books.sql`delete from promo_campaigns where name = 'INUSE'`).rejects.toThrow(
      refused,
    );
  });
});
