import { MockActivityEnvironment } from '@temporalio/testing';
import { promiseToOperators, promiseToUser } from '../../activities/outbox';
import type { MessageCategory } from '../../drizzle/schema';
import type { BillingSettings } from '../../src/domain/billing/settings';
import type { SendOutcome } from '../../src/domain/messages';
import { asWorkflow, atOnce, NOON, openBooks, SETTINGS, type Books } from './support/books';

let books: Books;

beforeAll(async () => {
  books = await openBooks();
});
beforeEach(() => books.sql`delete from outbox_messages`);
afterAll(() => books.close());

let made = 0;

/** Promises somebody a word; receipts and others differ only by category here. */
async function promise(
  userId: number,
  category: MessageCategory,
  change: { key?: string; asOf?: string; settings?: BillingSettings } = {},
): Promise<string> {
  made += 1;
  const key = change.key ?? `${userId}:pay.failed:${made}`;
  await books.db.transaction((tx) =>
    promiseToUser(tx, userId, {
      key,
      template: 'pay.failed',
      params: { no: made },
      category,
      asOf: new Date(change.asOf ?? NOON),
      settings: change.settings ?? SETTINGS,
    }),
  );
  const [row] = await books.sql`select id from outbox_messages where key = ${key}`;
  return String(row?.['id']);
}

const due = (limit = 25, busyChats: number[] = []) => books.act.dueMessages({ limit, busyChats });

/** Delivers through a Telegram that answers as told; returns the activity's outcome and what was sent. */
async function deliver(messageId: string, answer: SendOutcome | Error) {
  const sent: number[] = [];
  const { deliverMessage } = books.activities({
    messenger: {
      send: ({ chatId }) => {
        sent.push(chatId);
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
      },
    },
  });
  const outcome = await asWorkflow('notifier:0', () => deliverMessage({ messageId })).catch(
    (error: unknown) => error,
  );
  return { outcome, sends: sent.length };
}

async function rowOf(messageId: string) {
  const [row] = await books.sql`
    select state, attempts, error, late, telegram_message_id::int as "messageId",
      sending_since is not null as "isSending", sent_at is not null as "isSent"
    from outbox_messages where id = ${messageId}`;
  return row as Record<string, unknown>;
}

const SENT: SendOutcome = { kind: 'sent', telegramMessageId: 77 };

describe('a promise', () => {
  test('is kept once per key (NT-1)', async () => {
    const userId = await books.newUser();
    await atOnce(5, () => promise(userId, 'money', { key: `${userId}:pay.ok:1` }));
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
    const userId = await books.newUser(person);
    await promise(userId, category, { asOf: AT_NIGHT, settings: sleepy });
    const [row] = await books.sql`
      select coalesce(extract(epoch from not_before - recorded_at), 0)::float8 / 3600 as hours
      from outbox_messages where user_id = ${userId}`;
    expect(Number(row?.['hours'])).toBeCloseTo(hours, 2);
  });
});

describe('dueMessages', () => {
  test('gives receipts first, then service, operators, marketing', async () => {
    const people = await atOnce(4, () => books.newUser());
    const categories: MessageCategory[] = ['marketing', 'ops', 'service', 'money'];
    for (const [index, category] of categories.entries()) {
      await promise(people[index] ?? 0, category);
    }
    const { messages } = await due();
    expect(messages.map(({ chatId }) => chatId)).toEqual([...people].reverse());
  });

  test('gives one message of each chat, the oldest, and the next only after it', async () => {
    const userId = await books.newUser();
    const first = await promise(userId, 'service');
    const second = await promise(userId, 'money');
    expect((await due()).messages).toEqual([{ messageId: first, chatId: userId }]);
    await deliver(first, SENT);
    expect((await due()).messages).toEqual([{ messageId: second, chatId: userId }]);
  });

  test('leaves out chats that are being written to', async () => {
    const [busy, free] = [await books.newUser(), await books.newUser()];
    await promise(busy, 'money');
    await promise(free, 'money');
    expect((await due(25, [busy])).messages.map(({ chatId }) => chatId)).toEqual([free]);
  });

  test('gives no more than asked for', async () => {
    for (const userId of await atOnce(5, () => books.newUser())) await promise(userId, 'money');
    expect((await due(3)).messages).toHaveLength(3);
  });

  test('keeps what waits for the morning back and says how long', async () => {
    const userId = await books.newUser();
    const id = await promise(userId, 'service');
    await books.sql`update outbox_messages set not_before = now() + interval '10 minutes' where id = ${id}`;
    const { messages, nextInMs } = await due();
    expect(messages).toEqual([]);
    expect(nextInMs).toBeGreaterThan(590_000);
    expect(nextInMs).toBeLessThanOrEqual(600_000);
  });

  test('a message that waits does not hold up a later receipt of the same chat', async () => {
    const userId = await books.newUser();
    const late = await promise(userId, 'service');
    await books.sql`update outbox_messages set not_before = now() + interval '1 hour' where id = ${late}`;
    const receipt = await promise(userId, 'money');
    expect((await due()).messages).toEqual([{ messageId: receipt, chatId: userId }]);
  });

  test('asking changes nothing', async () => {
    const userId = await books.newUser();
    await promise(userId, 'money');
    expect(await due()).toEqual(await due());
  });
});

describe('deliverMessage', () => {
  const cases: readonly [
    name: string,
    answer: SendOutcome,
    outcome: object,
    row: Record<string, unknown>,
  ][] = [
    ['sent', SENT, { kind: 'done' }, { state: 'sent', attempts: 1, messageId: 77, isSent: true }],
    [
      '429 keeps it and burns no attempt',
      { kind: 'rate_limited', retryAfterSeconds: 31 },
      { kind: 'rate_limited', retryAfterSeconds: 31 },
      { state: 'queued', attempts: 0, isSent: false },
    ],
    [
      'a silent network keeps it',
      { kind: 'unavailable', reason: 'ECONNREFUSED' },
      { kind: 'unavailable', reason: 'ECONNREFUSED' },
      { state: 'queued', attempts: 0, isSent: false },
    ],
    [
      '400 fails it with the reason',
      { kind: 'rejected', reason: 'chat not found' },
      { kind: 'done' },
      { state: 'failed', error: 'chat not found', isSent: false },
    ],
    [
      '403 keeps it as unreachable',
      { kind: 'unreachable', reason: 'blocked' },
      { kind: 'done' },
      { state: 'unreachable', isSent: false },
    ],
  ];

  test.each(cases)('%s (NT-2)', async (_name, answer, outcome, row) => {
    const id = await promise(await books.newUser(), 'money');
    expect(await deliver(id, answer)).toEqual({ outcome, sends: 1 });
    expect(await rowOf(id)).toMatchObject({ ...row, isSending: false });
  });

  test('sends once, however often it is asked', async () => {
    const id = await promise(await books.newUser(), 'money');
    expect((await deliver(id, SENT)).sends).toBe(1);
    expect(await deliver(id, SENT)).toEqual({ outcome: { kind: 'done' }, sends: 0 });
  });

  test('403 marks the person; service messages after it are kept unsent, receipts are still tried', async () => {
    const userId = await books.newUser();
    const blocked: SendOutcome = { kind: 'unreachable', reason: 'blocked' };
    await deliver(await promise(userId, 'service'), blocked);
    const [person] = await books.sql`select unreachable_since from users where id = ${userId}`;
    expect(person?.['unreachable_since']).not.toBeNull();
    const service = await promise(userId, 'service');
    expect((await deliver(service, SENT)).sends).toBe(0);
    expect(await rowOf(service)).toMatchObject({ state: 'unreachable' });
    expect((await deliver(await promise(userId, 'money'), SENT)).sends).toBe(1);
  });

  test('marks a message that went out long after it was due as late', async () => {
    const id = await promise(await books.newUser(), 'service');
    await books.sql`update outbox_messages set recorded_at = now() - interval '6 minutes' where id = ${id}`;
    await deliver(id, SENT);
    expect(await rowOf(id)).toMatchObject({ state: 'sent', late: true });
  });

  test('one that waited for the morning is late only by the morning', async () => {
    const id = await promise(await books.newUser(), 'service');
    await books.sql`
      update outbox_messages set recorded_at = now() - interval '9 hours', not_before = now() - interval '1 minute'
      where id = ${id}`;
    await deliver(id, SENT);
    expect(await rowOf(id)).toMatchObject({ state: 'sent', late: false });
  });

  test('drops what is past its last useful moment', async () => {
    const id = await promise(await books.newUser(), 'service');
    await books.sql`update outbox_messages set drop_after = now() - interval '1 second' where id = ${id}`;
    expect((await deliver(id, SENT)).sends).toBe(0);
    expect(await rowOf(id)).toMatchObject({ state: 'dropped' });
  });

  test('of a message that does not exist does nothing', async () => {
    const nobody = '0195f000-0000-7000-8000-000000000001';
    expect(await deliver(nobody, SENT)).toEqual({ outcome: { kind: 'done' }, sends: 0 });
  });
});

describe('after a process died between Telegram’s answer and our record (NT-3)', () => {
  const crash = new Error('the process is gone');

  test('a receipt is sent once more, and no third time', async () => {
    const id = await promise(await books.newUser(), 'money');
    expect((await deliver(id, crash)).outcome).toBe(crash);
    expect(await rowOf(id)).toMatchObject({ state: 'queued', isSending: true, attempts: 1 });
    expect((await deliver(id, crash)).sends).toBe(1);
    expect((await deliver(id, SENT)).sends).toBe(0);
    expect(await rowOf(id)).toMatchObject({ state: 'sent', attempts: 2 });
    expect((await rowOf(id))['error']).toMatch(/before Telegram’s answer was recorded/);
  });

  test('the repeated receipt ends as an ordinary one', async () => {
    const id = await promise(await books.newUser(), 'money');
    await deliver(id, crash);
    await deliver(id, SENT);
    expect(await rowOf(id)).toMatchObject({ state: 'sent', attempts: 2, error: null });
  });

  test.each<MessageCategory>(['service', 'ops', 'marketing'])(
    'a message of category %s is not repeated',
    async (category) => {
      const id = await promise(await books.newUser(), category);
      await deliver(id, crash);
      expect((await deliver(id, SENT)).sends).toBe(0);
      expect(await rowOf(id)).toMatchObject({ state: 'sent' });
    },
  );

  test('a refusal by rate before the crash does not count as a try', async () => {
    const id = await promise(await books.newUser(), 'service');
    await deliver(id, { kind: 'rate_limited', retryAfterSeconds: 1 });
    expect((await deliver(id, SENT)).sends).toBe(1);
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
