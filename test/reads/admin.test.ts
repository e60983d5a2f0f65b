import type { BillingReads } from '../../src/reads/billing';
import { TEST_SECRETS } from '../support/secrets';
import { createReads } from '../../src/reads/reads';
import { checkBooks, NOON, openBooks, type Books } from '../activities/support/books';
import { pending } from '../activities/support/orders';
import { paidFact, post, rub } from '../activities/support/payments';
import { grant, spend, transfer } from '../activities/support/transfers';
import { connect, type Connection } from '../../drizzle/client';

const TOKEN = 1_000_000;
const DAY = { from: new Date('2026-03-10T00:00:00Z'), to: new Date('2026-03-11T00:00:00Z') };
const DAY_BEFORE = { from: new Date('2026-03-09T00:00:00Z'), to: DAY.from };

let books: Books;
let counted: Connection;
let reads: BillingReads;
const statements: string[] = [];

beforeAll(async () => {
  books = await openBooks();
  counted = connect(books.url, { poolSize: 2 });
  reads = createReads(counted.db, TEST_SECRETS);
  counted.sql.options.debug = (_connection, query) => {
    if (!query.includes('pg_catalog.pg_type')) statements.push(query);
  };
});
afterAll(async () => {
  await checkBooks(books);
  await counted.close();
  await books.close();
});

/** Asks one question and proves that it cost one query. */
async function once<T>(question: () => Promise<T>): Promise<T> {
  statements.length = 0;
  const answer = await question();
  expect(statements).toHaveLength(1);
  return answer;
}

/** Somebody who topped up 200 roubles: 100 tokens stay after the fee. */
async function newPayer(person: Parameters<Books['newUser']>[0] = {}) {
  const userId = await books.newUser(person);
  const order = await pending(books, { userId, amountMinor: 20_000 });
  const fact = paidFact(order);
  await post(books, fact);
  const no = Number(
    (await books.sql`select no from invoices where id = ${order.invoiceId}`)[0]?.['no'],
  );
  return { userId, invoiceId: order.invoiceId, no, paymentId: fact.providerPaymentId };
}

describe('finding a person', () => {
  it('takes a Telegram id, a name, an invoice, a payment and their ids, in one query', async () => {
    const payer = await newPayer({ id: 424_242, username: 'Anna_P', firstName: 'Anna' });
    for (const [query, foundBy] of [
      ['424242', 'id'],
      ['@anna_p', 'username'],
      ['ANNA_P', 'username'],
      [`#${payer.no}`, 'invoice'],
      [`№ ${payer.no}`, 'invoice'],
      [payer.invoiceId, 'invoice'],
      [payer.paymentId, 'payment'],
    ] as const) {
      const hits = await once(() => reads.findPeople(query));
      expect(hits).toContainEqual(
        expect.objectContaining({ userId: 424_242, foundBy, name: 'Anna' }),
      );
    }
  });

  it('shows both when a number is a person and an invoice', async () => {
    const payer = await newPayer();
    await books.newUser({ id: payer.no, firstName: 'Numbered' });
    const hits = await reads.findPeople(String(payer.no));
    expect(hits.map(({ userId }) => userId).sort((a, b) => a - b)).toEqual([
      payer.no,
      payer.userId,
    ]);
  });

  it.each(['', ' ', '%', '_', "' or 1=1", '@', '9'.repeat(30), 'x'.repeat(201)])(
    'finds nobody by %s',
    async (query) => expect(await reads.findPeople(query)).toEqual([]),
  );
});

describe('the card of a person', () => {
  it('shows the wallet with lots, the subscription, orders, items and the last movements', async () => {
    const payer = await newPayer({ firstName: 'Ivan', lastName: 'Petrov', username: 'ivan' });
    const { userId } = payer;
    await transfer(books, grant(userId, 5, { expiresAt: new Date('2026-04-01T00:00:00Z') }));
    await books.sql`insert into roles (user_id, role, granted_by) values (${userId}, 'support', 't')`;
    const open = await pending(books, { userId, amountMinor: 30_000 });
    await books.sql`
      insert into open_items (id, key, kind, user_id, amount_minor, currency, reason, due_at)
      values (gen_random_uuid(), 'card', 'underpaid', ${userId}, 15000, 'RUB', 'r', ${NOON})`;
    const card = await once(() => reads.personCard(userId));
    expect(card).toMatchObject({
      ...{ userId, name: 'Ivan Petrov', username: 'ivan', locale: 'en', timeZone: 'UTC' },
      ...{ isBlocked: false, isMoneyFrozen: false, roles: ['support'] },
      ...{ balanceUtok: 105 * TOKEN, heldUtok: 0, debtUtok: 0, lotCount: 2 },
      subscription: { state: 'active', access: 'full', periodN: 0 },
      openInvoices: [{ invoiceId: open.invoiceId, state: 'pending', amount: rub(30_000) }],
      openItems: [{ kind: 'underpaid', userId, amount: rub(15_000), dueAt: NOON }],
      paid: [rub(20_000)],
    });
    expect(card?.lots.map(({ origin }) => origin)).toEqual(['grant', 'topup']);
    expect(card?.lots[0]).toMatchObject({ expiresAt: '2026-04-01T00:00:00.000Z' });
    expect(card?.recentTransfers.map(({ kind }) => kind)).toEqual([
      'grant',
      'subscription_fee',
      'topup',
    ]);
  });

  it('of who never paid is empty, and there is none of a stranger', async () => {
    const userId = await books.newUser();
    expect(await reads.personCard(userId)).toMatchObject({
      ...{ balanceUtok: 0, debtUtok: 0, lots: [], lotCount: 0, subscription: undefined },
      ...{ recentTransfers: [], openInvoices: [], openItems: [], paid: [], roles: [] },
    });
    expect(await reads.personCard(1)).toBeUndefined();
  });
});

describe('open items', () => {
  it('come in pages, the most overdue first, each once', async () => {
    await books.sql`delete from open_items`;
    for (let day = 20; day > 0; day -= 1) {
      await books.sql`
        insert into open_items (id, key, kind, reason, due_at)
        values (gen_random_uuid(), ${`page:${day}`}, 'break', 'r', ${new Date(Date.UTC(2026, 0, Math.ceil(day / 2)))})`;
    }
    await books.sql`update open_items set state = 'resolved' where key = 'page:1'`;
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await once(() => reads.openItems(after));
      expect(page.total).toBe(19);
      seen.push(...page.rows.map(({ openItemId }) => openItemId));
      after = page.nextAfter;
    } while (after !== undefined);
    expect(new Set(seen).size).toBe(19);
    const first = await once(() => reads.openItem(seen[0] ?? ''));
    expect(first).toMatchObject({
      key: 'page:2',
      state: 'open',
      amount: undefined,
      payment: undefined,
    });
    await books.sql`delete from open_items`;
  });
});

describe('figures', () => {
  it('of a day are those of its ledger', async () => {
    await checkBooks(books);
    const before = await reads.salesReport(DAY);
    const [ann, ben] = [await newPayer(), await newPayer()];
    await transfer(books, grant(ann.userId, 7));
    await transfer(books, spend(ann.userId, 30));
    const report = await once(() => reads.salesReport(DAY));
    const received = (line: typeof report) => line.revenue[0]?.received.minor ?? 0;
    expect(received(report) - received(before)).toBe(40_000);
    expect(report.revenue).toMatchObject([{ provider: 'mock', returned: rub(0) }]);
    expect(report.payers - before.payers).toBe(2);
    expect(report.newPayers - before.newPayers).toBe(2);
    expect(report.soldUtok - before.soldUtok).toBe(400 * TOKEN);
    expect(report.givenUtok - before.givenUtok).toBe(7 * TOKEN);
    expect(report.spentUtok - before.spentUtok).toBe(230 * TOKEN);
    expect(report.membersDuring - before.membersDuring).toBe(2);
    expect(report.membersAtStart).toBe(0);
    expect(await reads.salesReport(DAY_BEFORE)).toMatchObject({ revenue: [], payers: 0 });
    const again = await pending(books, { userId: ben.userId, amountMinor: 50_000 });
    await post(books, paidFact(again, { amount: rub(50_000) }), {
      asOf: '2026-03-11T05:00:00.000Z',
    });
    const next = { from: DAY.to, to: new Date('2026-03-12T00:00:00Z') };
    expect(await reads.salesReport(next)).toMatchObject({
      payers: 1,
      newPayers: 0,
      membersLost: 0,
    });
    expect((await reads.salesReport(next)).membersAtStart).toBeGreaterThanOrEqual(2);
  });

  it('compare what work cost with what was charged for it, whatever number of reports it had', async () => {
    const { userId } = await newPayer();
    const before = await reads.salesReport(DAY);
    await transfer(books, spend(userId, 5));
    const { transferId } = await transfer(books, spend(userId, 3));
    const [charge] = await books.sql`
      insert into charges (id, key, user_id, kind, requested_utok, charged_utok, transfer_id, description, as_of)
      values (gen_random_uuid(), 'margin', ${userId}, 'track', ${3 * TOKEN}, ${3 * TOKEN}, ${transferId},
        'work', ${NOON}) returning id`;
    await books.sql`
      insert into usage_events (id, source, event_id, user_id, track, raw_cost, currency, multiplier,
        rounding, cost_utok, charge_id, occurred_at)
      select gen_random_uuid(), 'test', event, ${userId}, 't-1', '0.4025', 'RUB', '3.14', 'cent', ${TOKEN},
        ${String(charge?.['id'])}, ${NOON}
      from unnest(array['margin-1', 'margin-2']) event`;
    const report = await once(() => reads.salesReport(DAY));
    expect(report.workUtok - before.workUtok).toBe(3 * TOKEN);
    // 2 × 40.25 kopecks, rounded once.
    expect(report.workCostMinor - before.workCostMinor).toBe(81);
  });

  it('count who left: a period at the beginning and none at the end', async () => {
    const far = { from: new Date('2026-03-20T00:00:00Z'), to: new Date('2026-05-20T00:00:00Z') };
    const report = await reads.salesReport(far);
    expect(report.membersAtStart).toBeGreaterThan(0);
    expect(report.membersLost).toBe(report.membersAtStart);
  });

  it('by day are cut in the zone that is asked for', async () => {
    const span = { from: DAY.from, to: new Date('2026-03-13T00:00:00Z') };
    const utc = await once(() => reads.dailySales(span, 'UTC'));
    expect(utc.map(({ day }) => day)).toEqual(['2026-03-10', '2026-03-11']);
    const west = await reads.dailySales(span, 'America/Los_Angeles');
    expect(west.map(({ day }) => day)).toEqual(['2026-03-10']);
    expect(west[0]?.received.minor).toBe(
      utc.reduce((sum, { received }) => sum + received.minor, 0),
    );
  });

  it('of now count subscriptions and what they bring in a month', async () => {
    const standing = await once(() => reads.standing());
    expect(standing.active).toBeGreaterThan(0);
    expect(standing.mrrMinor).toBe(standing.active * 10_000);
  });
});

describe('an export', () => {
  it('has every sale, every movement and every person, as integers and exact decimals', async () => {
    const payer = await newPayer({ firstName: '=cmd()' });
    const sales = await once(() => reads.exportPage('sales', undefined));
    const sale = sales.rows.find((row) => row.includes(payer.paymentId));
    expect(sale?.slice(1)).toEqual([
      ...['2026-03-10 13:00:00', String(payer.userId), 'topup', 'mock', 'RUB', '200.00'],
      ...[String(payer.no), payer.paymentId],
    ]);
    const moves = await once(() => reads.exportPage('transfers', undefined));
    const own = moves.rows.filter((row) => row[3] === String(payer.userId));
    expect(own.map((row) => row.slice(4))).toEqual([
      ['subscription_fee', '-100', '100'],
      ['topup', '200', '200'],
    ]);
    const people = await once(() => reads.exportPage('users', undefined));
    expect(people.rows.find((row) => row[0] === String(payer.userId))).toMatchObject({
      ...{ 2: '=cmd()', 7: 'false', 8: '100', 9: '0', 10: 'active' },
    });
    for (const page of [sales, moves, people]) {
      expect(page.nextBefore).toBeUndefined();
      for (const row of page.rows) expect(row).toHaveLength(page.columns.length);
    }
  });

  it('goes on below a row that was shown', async () => {
    const all = await reads.exportPage('users', undefined);
    const second = Number(all.rows[1]?.[0]);
    const below = await reads.exportPage('users', second);
    expect(below.rows).toEqual(all.rows.slice(2));
  });
});
