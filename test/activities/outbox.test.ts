import { MockActivityEnvironment } from '@temporalio/testing';
import { promiseToOperators, promiseToUser } from '../../activities/outbox';
import type { MessageCategory } from '../../drizzle/schema';
import type { BillingSettings } from '../../src/domain/billing/settings';
import { atOnce, NOON, openBooks, SETTINGS, type Books } from './support/books';
import { deliver, promise, SENT } from './support/outbox';

let books: Books;

beforeAll(async () => {
  books = await openBooks();
});
beforeEach(() => books.sql`delete from outbox_messages`);
afterAll(() => books.close());

const due = (limit = 25, busyChats: number[] = []) => books.act.dueMessages({ limit, busyChats });

describe('a promise', () => {
  test('is kept once per key (NT-1)', async () => {
    const userId = await books.newUser();
    await atOnce(5, () => promise(books, userId, 'money', { key: `${userId}:pay.ok:1` }));
    const rows = await books.sql`select 1 from outbox_messages where user_id = ${userId}`;
    expect(rows).toHaveLength(1);
  });

  test('is gone when the fact it reports is rolled back', async () => {
    const userId = await books.newUser();
    const broken = books.db.transaction(async (tx) => {
      await promiseToUser(tx, userId, {
        key: 'never',
        template: 'pay.failed',
        params: { no: 1 },
        category: 'money',
        asOf: new Date(NOON),
        settings: SETTINGS,
      });
      throw new Error('the fact did not happen');
    });
    await expect(broken).rejects.toThrow('the fact did not happen');
    expect((await due()).messages).toEqual([]);
  });

  test('to operators needs their chat', async () => {
    const tell = (adminChatId: number | undefined, key: string) =>
      books.db.transaction((tx) =>
        promiseToOperators(
          tx,
          { ...SETTINGS, adminChatId },
          {
            key,
            template: 'ops.incident',
            params: { incidentId: 'i', summary: 's' },
            asOf: new Date(NOON),
          },
        ),
      );
    await tell(undefined, 'ops:1');
    await tell(-100, 'ops:2');
    const rows = await books.sql`select chat_id::int as chat, category from outbox_messages`;
    expect([...rows]).toEqual([{ chat: -100, category: 'ops' }]);
  });

  const sleepy: BillingSettings = { ...SETTINGS, quietHours: '22:00-09:00' };
  const AT_NIGHT = '2026-03-10T23:30:00.000Z';
  const quiet: readonly [MessageCategory, string, object, number][] = [
    ['service', 'waits until the end of the night', {}, 9.5],
    ['marketing', 'waits until the end of the night', {}, 9.5],
    ['money', 'does not wait', {}, 0],
    ['service', 'waits by the zone of the person', { timeZone: 'Asia/Tokyo' }, 0.5],
    ['service', 'waits by the hours of the person', { quietFrom: '23:00', quietTo: '23:45' }, 0.25],
    ['service', 'does not wait for who never sleeps', { quietFrom: '00:00', quietTo: '00:00' }, 0],
  ];

  test.each(quiet)('of category %s at night %s (NT-4)', async (category, _name, person, hours) => {
    // An instant of the person's own clock, whatever day it really is.
    const userId = await books.newUser(person);
    await promise(books, userId, category, { asOf: AT_NIGHT, settings: sleepy });
    const [row] = await books.sql`
      select coalesce(extract(epoch from not_before - ${AT_NIGHT}::timestamptz), 0)::float8 / 3600 as hours
      from outbox_messages where user_id = ${userId}`;
    expect(Number(row?.['hours'])).toBeCloseTo(hours, 2);
  });

  test('of a test customer waits until their moved clock has passed the night (OPS-20)', async () => {
    const tonight = new Date().toISOString().slice(0, 11) + '23:30:00.000Z';
    const aheadMs = Date.parse(tonight) - Date.now();
    const userId = await books.newUser({ clockOffsetMs: aheadMs });
    await promise(books, userId, 'service', { asOf: tonight, settings: sleepy });
    const chats = async () => (await due()).messages.map(({ chatId }) => chatId);
    expect(await chats()).toEqual([]);
    await books.sql`
      update users set clock_offset_ms = ${aheadMs + 9.4 * 3_600_000} where id = ${userId}`;
    expect(await chats()).toEqual([]);
    await books.sql`
      update users set clock_offset_ms = ${aheadMs + 9.6 * 3_600_000} where id = ${userId}`;
    expect(await chats()).toEqual([userId]);
  });
});

describe('dueMessages', () => {
  test('gives receipts first, then service, operators, marketing', async () => {
    const people = await atOnce(4, () => books.newUser());
    const categories: MessageCategory[] = ['marketing', 'ops', 'service', 'money'];
    for (const [index, category] of categories.entries()) {
      await promise(books, people[index] ?? 0, category);
    }
    const { messages } = await due();
    expect(messages.map(({ chatId }) => chatId)).toEqual([...people].reverse());
  });

  test('gives one message of each chat, the oldest, and the next only after it', async () => {
    const userId = await books.newUser();
    const first = await promise(books, userId, 'service');
    const second = await promise(books, userId, 'money');
    expect((await due()).messages).toEqual([{ messageId: first, chatId: userId }]);
    await deliver(books, first, SENT);
    expect((await due()).messages).toEqual([{ messageId: second, chatId: userId }]);
  });

  test('leaves out chats that are being written to', async () => {
    const [busy, free] = [await books.newUser(), await books.newUser()];
    await promise(books, busy, 'money');
    await promise(books, free, 'money');
    expect((await due(25, [busy])).messages.map(({ chatId }) => chatId)).toEqual([free]);
  });

  test('tells whether more is due behind what is being sent', async () => {
    const [busy, other] = [await books.newUser(), await books.newUser()];
    const first = await promise(books, busy, 'money');
    await promise(books, other, 'money');
    const queues = async (busyChats: number[], sendingIds: string[]) =>
      (await books.act.dueMessages({ limit: 25, busyChats, sendingIds })).isQueueing === true;
    expect(await queues([busy], [first])).toBe(false);
    expect(await queues([busy], [])).toBe(true);
    const second = await promise(books, busy, 'service');
    expect(await queues([busy], [first])).toBe(true);
    await books.sql`update outbox_messages set not_before = now() + interval '1 hour' where id = ${second}`;
    expect(await queues([busy], [first])).toBe(false);
  });

  test('gives no more than asked for', async () => {
    for (const userId of await atOnce(5, () => books.newUser()))
      await promise(books, userId, 'money');
    expect((await due(3)).messages).toHaveLength(3);
  });

  test('keeps what waits for the morning back and says how long', async () => {
    const userId = await books.newUser();
    const id = await promise(books, userId, 'service');
    await books.sql`update outbox_messages set not_before = now() + interval '10 minutes' where id = ${id}`;
    const { messages, nextInMs } = await due();
    expect(messages).toEqual([]);
    expect(nextInMs).toBeGreaterThan(590_000);
    expect(nextInMs).toBeLessThanOrEqual(600_000);
  });

  test('a message that waits does not hold up a later receipt of the same chat', async () => {
    const userId = await books.newUser();
    const late = await promise(books, userId, 'service');
    await books.sql`update outbox_messages set not_before = now() + interval '1 hour' where id = ${late}`;
    const receipt = await promise(books, userId, 'money');
    expect((await due()).messages).toEqual([{ messageId: receipt, chatId: userId }]);
  });

  test('asking changes nothing', async () => {
    const userId = await books.newUser();
    await promise(books, userId, 'money');
    expect(await due()).toEqual(await due());
  });
});

describe('wakeNotifier', () => {
  test('signals the sender, starting it when nobody runs', async () => {
    const calls: unknown[][] = [];
    const client = {
      withAbortSignal: (_signal: unknown, work: () => unknown) => work(),
      workflow: {
        signalWithStart: (...call: unknown[]) => {
          calls.push(call);
          return Promise.resolve();
        },
      },
    };
    const environment = new MockActivityEnvironment(
      { taskQueue: 'billing' },
      { client: client as never },
    );
    await environment.run(() => books.act.wakeNotifier());
    await environment.run(() => books.act.wakeNotifier());
    expect(calls).toHaveLength(2);
    expect(calls[0]).toMatchObject(['notifier', { workflowId: 'notifier:0', signal: 'wake' }]);
    expect(calls[1]).toEqual(calls[0]);
  });
});
