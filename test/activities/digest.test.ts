import type { DailyDigest } from '../../src/domain/billing/digest';
import { topicSetting } from '../../src/domain/billing/ops-topics';
import { asWorkflow, atOnce, openBooks, type Books } from './support/books';
import { openItemsOf, paidFact, post, rub } from './support/payments';
import { pending } from './support/orders';
import { sell } from './support/refunds';

let books: Books;

beforeEach(async () => {
  // Moscow is three hours ahead of UTC: its day of March 10 ends at 21:00 UTC.
  books = await openBooks({ adminChatId: -100, displayTimeZone: 'Europe/Moscow' });
});
afterEach(() => books.close());

const tell = (asOf: string, toldOf?: string) =>
  asWorkflow('keeper:0', () =>
    books.act.promiseDigest(toldOf === undefined ? { asOf } : { asOf, toldOf }),
  );

async function told(): Promise<[string, DailyDigest][]> {
  const rows = await books.sql`
    select key, params from outbox_messages where template = 'ops.digest' order by key`;
  return rows.map(({ key, params }) => {
    const { digest } = params as { digest: string };
    return [String(key), JSON.parse(digest) as DailyDigest];
  });
}

/** Somebody who was there before any day that a test tells of. */
const somebody = () => books.sql`
  insert into users (id, locale, time_zone, recorded_at) values (1, 'en', 'UTC', '2026-01-01')`;

describe('NT-7 the digest', () => {
  it('tells at ten of the day before: money, first payers, what waits and what is late', async () => {
    await somebody();
    await sell(books);
    const odd = paidFact(await pending(books, {}), { amount: rub(15_000) });
    await post(books, odd);
    expect(await openItemsOf(books, odd)).toEqual(['underpaid']);
    expect(await tell('2026-03-11T07:00:00.000Z')).toEqual({
      toldOf: '2026-03-10',
      nextAt: '2026-03-12T07:00:00.000Z',
    });
    const [[key, digest] = []] = await told();
    expect(key).toBe('ops:digest:2026-03-10');
    expect(digest).toMatchObject({
      revenue: [
        {
          ...{ provider: 'mock', payments: 2, returns: 0 },
          received: rub(35_000),
        },
      ],
      openItems: [{ kind: 'underpaid', count: 1, overdue: 0 }],
      ...{ unknownPayments: 0, unconfirmedRefunds: 0, unverified: 0 },
    });
    expect(digest?.newPayers).toBeGreaterThanOrEqual(1);
    await tell('2026-03-12T07:00:00.000Z', '2026-03-10');
    const [, [, next] = []] = await told();
    expect(next).toMatchObject({
      ...{ revenue: [], newPayers: 0 },
      openItems: [{ kind: 'underpaid', count: 1, overdue: 1 }],
    });
  });

  it('is promised once for each day, whoever tells it', async () => {
    await somebody();
    await atOnce(4, () => tell('2026-03-11T07:00:00.000Z'));
    await tell('2026-03-11T09:00:00.000Z', '2026-03-10');
    expect((await told()).map(([key]) => key)).toEqual(['ops:digest:2026-03-10']);
  });

  it('waits for ten in the morning of the operators', async () => {
    await somebody();
    expect(await tell('2026-03-11T06:59:59.000Z', '2026-03-09')).toEqual({
      toldOf: '2026-03-09',
      nextAt: '2026-03-11T07:00:00.000Z',
    });
    expect(await told()).toEqual([]);
  });

  it('makes up for days on which nobody worked, a week of them at most', async () => {
    await somebody();
    await tell('2026-03-11T07:00:00.000Z', '2026-03-07');
    expect((await told()).map(([key]) => key.slice(-5))).toEqual(['03-08', '03-09', '03-10']);
    await tell('2026-04-11T07:00:00.000Z', '2026-03-10');
    expect(await told()).toHaveLength(3 + 7);
  });

  it('has nothing to say of days before anybody came, nor when it is switched off', async () => {
    await tell('2026-03-11T07:00:00.000Z');
    await somebody();
    await books.sql`
      insert into settings (key, value, updated_by)
      values (${topicSetting('digest')}, 'false', '1')`;
    await tell('2026-03-11T07:00:00.000Z');
    expect(await told()).toEqual([]);
  });
});

describe('NT-7 a topic that is switched off', () => {
  it('is not promised, while the others are', async () => {
    await books.sql`
      insert into settings (key, value, updated_by)
      values (${topicSetting('payment')}, 'false', '1')`;
    await sell(books);
    await post(books, paidFact(await pending(books, {}), { amount: rub(15_000) }));
    const rows = await books.sql`select template from outbox_messages where chat_id = -100`;
    expect(rows.map(({ template }) => String(template))).toEqual(['ops.open_item']);
  });
});
