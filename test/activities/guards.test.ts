import { clearing, moneyAccount, tokenAccount, wallet } from '../../activities/billing/accounts';
import { postTransfer } from '../../activities/billing/ledger';
import { inTransaction } from '../../activities/transactions';
import { writeAudit } from '../../activities/audit';
import { tokens } from '../../src/domain/tokens';
import { asWorkflow, checkBooks, NOON, openBooks, versionOf, type Books } from './support/books';

let books: Books;
let userId: number;

/** One transfer with lots, one audit row and one open invoice to try to damage. */
beforeAll(async () => {
  books = await openBooks();
  userId = await books.newUser();
  const invoiceId = await books.quote({ userId, amountMinor: 20_000 });
  await asWorkflow(`checkout:${invoiceId}`, () =>
    books.act.openInvoice({ invoiceId, userId, provider: 'mock', asOf: NOON }),
  );
  await asWorkflow('grant', () =>
    inTransaction(books.db, async (tx) => {
      await postTransfer(tx, {
        key: 'grant:1',
        kind: 'grant',
        legs: [
          { account: tokenAccount('issuance'), amount: -tokens(10) },
          { account: wallet(userId), amount: tokens(10) },
        ],
        asOf: new Date(NOON),
        lot: { origin: 'grant' },
      });
      await writeAudit(tx, {
        action: 'invoice.created',
        entity: 'invoice',
        entityId: invoiceId,
        asOf: new Date(NOON),
      });
      await postTransfer(tx, {
        key: 'suspense:1',
        kind: 'quarantine',
        legs: [
          { account: clearing('mock', 'RUB'), amount: -100 },
          { account: moneyAccount('suspense', 'RUB'), amount: 100 },
        ],
        asOf: new Date(NOON),
      });
    }),
  );
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

const attempt = (statement: string) => books.sql.begin((tx) => tx.unsafe(statement));

describe.each(['transfers', 'entries', 'lot_moves', 'audit_log'])('%s', (table) => {
  test('refuses UPDATE', async () => {
    const touch = `update ${table} set recorded_at = recorded_at + interval '1 second'`;
    await expect(attempt(touch)).rejects.toThrow(`${table} is append-only: UPDATE refused`);
  });

  test('refuses DELETE', async () => {
    const statement = `delete from ${table}`;
    await expect(attempt(statement)).rejects.toThrow(`${table} is append-only: DELETE refused`);
  });

  test('refuses TRUNCATE', async () => {
    const statement = `truncate ${table} cascade`;
    await expect(attempt(statement)).rejects.toThrow(/is append-only: TRUNCATE refused/);
  });
});

describe('a transfer written past the code', () => {
  const transfer = (id: string) => `
    insert into transfers (id, key, kind, as_of)
    values ('${id}', 'by-hand:${id}', 'adjustment', now());`;
  const entry = (id: string, code: string, amount: number) => `
    insert into entries (transfer_id, account_id, amount)
    select '${id}', id, ${amount} from accounts where code = '${code}';`;
  const id = '0195f000-0000-7000-8000-000000000001';
  const cases: readonly [name: string, statement: string, refusal: RegExp][] = [
    ['with no entry', transfer(id), /has 0 entries; a transfer needs at least two/],
    ['with one entry', transfer(id) + entry(id, 'sys:issuance:TOK', 5), /has 1 entries/],
    [
      'that does not balance',
      transfer(id) + entry(id, 'sys:suspense:RUB', 5) + entry(id, 'clearing:mock:RUB', -4),
      /does not balance: RUB 1/,
    ],
    [
      'that balances only across assets',
      transfer(id) + entry(id, 'sys:suspense:RUB', 5) + entry(id, 'sys:issuance:TOK', -5),
      /does not balance/,
    ],
    ['with an entry of nothing', transfer(id) + entry(id, 'sys:suspense:RUB', 0), /entries_amount/],
  ];

  test.each(cases)('%s is refused', async (_name, statement, refusal) => {
    await expect(attempt(statement)).rejects.toThrow(refusal);
  });

  test('gets no further entry later, either', async () => {
    const [row] = await books.sql`select id from transfers where key = 'grant:1'`;
    const late = entry(String(row?.['id']), 'sys:fees:TOK', 5);
    await attempt(
      `insert into accounts (id, code, asset) values (gen_random_uuid(), 'sys:fees:TOK', 'TOK')`,
    );
    await expect(attempt(late)).rejects.toThrow(/does not balance/);
  });
});

describe('terms that somebody relies on', () => {
  const frozen: readonly [name: string, table: string, change: string, refusal: RegExp][] = [
    [
      'tokens of a used version',
      'tariff_versions',
      'tokens_utok = 1',
      /is in use and cannot change/,
    ],
    ['fee of a used version', 'tariff_versions', 'fee_utok = 1', /is in use and cannot change/],
    ['name of a used version', 'tariff_versions', `name_i18n = '{}'`, /is in use/],
    ['amount of a quote', 'quotes', 'pay_amount_minor = 1', /is frozen/],
    ['term of a quote', 'quotes', `holds_until = holds_until + interval '1 day'`, /is frozen/],
    ['consumer of a quote', 'quotes', `consumed_by = 'somebody else'`, /is frozen/],
    ['release of a quote', 'quotes', 'consumed_by = null', /is frozen/],
    ['amount of an invoice', 'invoices', 'pay_amount_minor = 1', /terms of invoice .* are frozen/],
    ['number of an invoice', 'invoices', 'no = no + 100', /are frozen/],
    ['currency of an invoice', 'invoices', `currency = 'USD'`, /are frozen/],
    ['owner of an invoice', 'invoices', 'user_id = 1', /are frozen/],
  ];

  test.each(frozen)('%s never changes', async (_name, table, change, refusal) => {
    const used =
      table === 'tariff_versions' ? ' where id in (select tariff_version_id from quotes)' : '';
    await expect(attempt(`update ${table} set ${change}${used}`)).rejects.toThrow(refusal);
  });

  test('the price of a used version never changes and never goes', async () => {
    await books.quote({ userId, slug: 'basic' });
    const id = await versionOf(books.sql, 'basic');
    const where = `where tariff_version_id = '${id}'`;
    await expect(attempt(`update tariff_prices set amount_minor = 1 ${where}`)).rejects.toThrow(
      /are in use and cannot change/,
    );
    await expect(attempt(`delete from tariff_prices ${where}`)).rejects.toThrow(/are in use/);
  });

  test('a used version can still be withdrawn, an unused one still edited', async () => {
    const id = await versionOf(books.sql, 'basic');
    await attempt(`update tariff_versions set valid_until = now() where id = '${id}'`);
    const unused = await versionOf(books.sql, 'standard');
    await attempt(`update tariff_versions set fee_utok = 1 where id = '${unused}'`);
    await attempt(`update tariff_versions set fee_utok = 0 where id = '${unused}'`);
  });
});

describe('a tariff version', () => {
  const cases: readonly [name: string, kind: string, columns: string, refusal: RegExp][] = [
    ['pack without tokens', 'pack', '', /a pack must contain tokens/],
    ['subscription without a period', 'subscription', '', /must have a period/],
    ['top-up without a minimum', 'topup', '', /a topup has a minimum amount/],
    ['period of half a definition', 'pack', `, period_unit = 'day'`, /tariff_versions_period/],
    ['negative fee', 'pack', ', fee_utok = -1', /tariff_versions_amounts/],
    [
      'minimum above the maximum',
      'topup',
      ', min_amount_minor = 2, max_amount_minor = 1',
      /tariff_versions_limits/,
    ],
  ];

  test.each(cases)('refuses a %s', async (_name, kind, columns, refusal) => {
    const assignments = columns
      .split(',')
      .map((part) => part.trim().split(' = '))
      .filter((part) => part.length === 2);
    const names = assignments.map(([name]) => `, ${name}`).join('');
    const values = assignments.map(([, value]) => `, ${value}`).join('');
    await expect(
      attempt(`
        with product as (
          insert into tariffs (id, slug, kind) values (gen_random_uuid(), 'odd', '${kind}') returning id)
        insert into tariff_versions (id, tariff_id, version, name_i18n, description_i18n, valid_from${names})
        select gen_random_uuid(), id, 1, '{}', '{}', now()${values} from product`),
    ).rejects.toThrow(refusal);
  });
});

describe('periods of one subscription', () => {
  const subscription = '0195f000-0000-7000-8000-00000000000a';
  const period = (n: number, from: string, to: string) => `
    insert into subscription_periods (subscription_id, n, starts_at, ends_at, paid_by)
    values ('${subscription}', ${n}, '${from}', '${to}', 'operator');`;

  beforeAll(async () => {
    const version = await versionOf(books.sql, 'access-30');
    await attempt(`
      insert into subscriptions (id, user_id, product_code, tariff_version_id, state, driver, anchor_local,
        anchor_day, billing_zone, period_n, period_start, period_end, access)
      values ('${subscription}', ${userId}, 'main', '${version}', 'active', 'none', '2026-01-01', 1, 'UTC', 0,
        '2026-01-01', '2026-02-01', 'full');
      ${period(0, '2026-01-01', '2026-02-01')}`);
  });

  test('may touch', async () => {
    await attempt(period(1, '2026-02-01', '2026-03-01'));
  });

  test('may not overlap, not even by a second', async () => {
    const overlapping = period(2, '2026-02-28 23:59:59', '2026-04-01');
    await expect(attempt(overlapping)).rejects.toThrow(/subscription_periods_no_overlap/);
  });

  test('may not carry one number twice', async () => {
    await expect(attempt(period(1, '2027-01-01', '2027-02-01'))).rejects.toThrow(/_pk/);
  });

  test('belong to at most one live subscription of a person and product', async () => {
    await expect(
      attempt(`
        insert into subscriptions (id, user_id, product_code, tariff_version_id, state, driver, anchor_local,
          anchor_day, billing_zone, period_n, period_start, period_end, access)
        select gen_random_uuid(), user_id, product_code, tariff_version_id, 'active', driver, anchor_local,
          anchor_day, billing_zone, 0, period_start, period_end, access from subscriptions`),
    ).rejects.toThrow(/subscriptions_one_live/);
  });
});
