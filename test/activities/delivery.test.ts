import type { MessageCategory } from '../../drizzle/schema';
import type { SendOutcome } from '../../src/domain/messages';
import { openBooks, type Books } from './support/books';
import { deliver, promise, rowOf, SENT } from './support/outbox';

let books: Books;

beforeAll(async () => {
  books = await openBooks();
});
beforeEach(() => books.sql`delete from outbox_messages`);
afterAll(() => books.close());

describe('deliverMessage', () => {
  const cases: readonly [
    name: string,
    answer: SendOutcome,
    outcome: object,
    row: Record<string, unknown>,
  ][] = [
    [
      'sent',
      SENT,
      { kind: 'done', isLast: true },
      { state: 'sent', attempts: 1, messageId: 77, isSent: true },
    ],
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
    const id = await promise(books, await books.newUser(), 'money');
    expect(await deliver(books, id, answer)).toEqual({ outcome, sends: 1 });
    expect(await rowOf(books, id)).toMatchObject({ ...row, isSending: false });
  });

  test('tells whether anything is queued behind it in its chat', async () => {
    const [userId, another] = [await books.newUser(), await books.newUser()];
    const first = await promise(books, userId, 'money');
    const second = await promise(books, userId, 'service');
    await promise(books, another, 'money');
    expect((await deliver(books, first, SENT)).outcome).toEqual({ kind: 'done' });
    expect((await deliver(books, second, SENT)).outcome).toEqual({ kind: 'done', isLast: true });
  });

  test('sends once, however often it is asked', async () => {
    const id = await promise(books, await books.newUser(), 'money');
    expect((await deliver(books, id, SENT)).sends).toBe(1);
    expect(await deliver(books, id, SENT)).toEqual({ outcome: { kind: 'done' }, sends: 0 });
  });

  test('403 marks the person; service messages after it are kept unsent, receipts are still tried', async () => {
    const userId = await books.newUser();
    const blocked: SendOutcome = { kind: 'unreachable', reason: 'blocked' };
    await deliver(books, await promise(books, userId, 'service'), blocked);
    const [person] = await books.sql`select unreachable_since from users where id = ${userId}`;
    expect(person?.['unreachable_since']).not.toBeNull();
    const service = await promise(books, userId, 'service');
    expect((await deliver(books, service, SENT)).sends).toBe(0);
    expect(await rowOf(books, service)).toMatchObject({ state: 'unreachable' });
    expect((await deliver(books, await promise(books, userId, 'money'), SENT)).sends).toBe(1);
  });

  test('marks a message that went out long after it was due as late', async () => {
    const id = await promise(books, await books.newUser(), 'service');
    await books.sql`update outbox_messages set recorded_at = now() - interval '6 minutes' where id = ${id}`;
    await deliver(books, id, SENT);
    expect(await rowOf(books, id)).toMatchObject({ state: 'sent', late: true });
  });

  test('one that waited for the morning is late only by the morning', async () => {
    const id = await promise(books, await books.newUser(), 'service');
    await books.sql`
      update outbox_messages set recorded_at = now() - interval '9 hours', not_before = now() - interval '1 minute'
      where id = ${id}`;
    await deliver(books, id, SENT);
    expect(await rowOf(books, id)).toMatchObject({ state: 'sent', late: false });
  });

  test('drops what is past its last useful moment', async () => {
    const id = await promise(books, await books.newUser(), 'service');
    await books.sql`update outbox_messages set drop_after = now() - interval '1 second' where id = ${id}`;
    expect((await deliver(books, id, SENT)).sends).toBe(0);
    expect(await rowOf(books, id)).toMatchObject({ state: 'dropped' });
  });

  test('of a message that does not exist does nothing', async () => {
    const nobody = '0195f000-0000-7000-8000-000000000001';
    expect(await deliver(books, nobody, SENT)).toEqual({ outcome: { kind: 'done' }, sends: 0 });
  });
});

describe('after a process died between Telegram’s answer and our record (NT-3)', () => {
  const crash = new Error('the process is gone');

  test('a receipt is sent once more, and no third time', async () => {
    const id = await promise(books, await books.newUser(), 'money');
    expect((await deliver(books, id, crash)).outcome).toBe(crash);
    expect(await rowOf(books, id)).toMatchObject({ state: 'queued', isSending: true, attempts: 1 });
    expect((await deliver(books, id, crash)).sends).toBe(1);
    expect((await deliver(books, id, SENT)).sends).toBe(0);
    expect(await rowOf(books, id)).toMatchObject({ state: 'sent', attempts: 2 });
    expect((await rowOf(books, id))['error']).toMatch(/before Telegram’s answer was recorded/);
  });

  test('the repeated receipt ends as an ordinary one', async () => {
    const id = await promise(books, await books.newUser(), 'money');
    await deliver(books, id, crash);
    await deliver(books, id, SENT);
    expect(await rowOf(books, id)).toMatchObject({ state: 'sent', attempts: 2, error: null });
  });

  test.each<MessageCategory>(['service', 'ops', 'marketing'])(
    'a message of category %s is not repeated',
    async (category) => {
      const id = await promise(books, await books.newUser({ marketingOk: true }), category);
      await deliver(books, id, crash);
      expect((await deliver(books, id, SENT)).sends).toBe(0);
      expect(await rowOf(books, id)).toMatchObject({ state: 'sent' });
    },
  );

  test('a refusal by rate before the crash does not count as a try', async () => {
    const id = await promise(books, await books.newUser(), 'service');
    await deliver(books, id, { kind: 'rate_limited', retryAfterSeconds: 1 });
    expect((await deliver(books, id, SENT)).sends).toBe(1);
  });
});
