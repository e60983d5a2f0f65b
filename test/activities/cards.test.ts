import { randomUUID } from 'node:crypto';
import type { EditOutcome } from '../../src/domain/messages';
import { createRecords } from '../../src/records/records';
import { TEST_SECRETS } from '../support/secrets';
import {
  after,
  asWorkflow,
  checkBooks,
  count,
  openBooks,
  SETTINGS,
  type Books,
} from './support/books';
import { close, pending, templatesOf, type Wish } from './support/orders';
import { redraw, rowOf } from './support/outbox';
import { paidFact, post } from './support/payments';
import { refund, sell } from './support/refunds';

let books: Books;

beforeAll(async () => {
  books = await openBooks();
});
beforeEach(() => books.sql`delete from outbox_messages`);
afterEach(() => checkBooks(books));
afterAll(() => books.close());

let updates = 0;

/** The bot shows an order in a message, or something else where it stood. */
async function placed(order: Wish, messageId: number, isShown = true): Promise<void> {
  updates += 1;
  const invoiceId = isShown ? order.invoiceId : undefined;
  await createRecords(books.db, { settings: SETTINGS, secrets: TEST_SECRETS }).leave({
    ...{ updateId: updates, userId: order.userId, dialogue: { kind: 'keep' } },
    cards: [{ chatId: order.userId, messageId, invoiceId }],
  });
}

async function shown(): Promise<Wish> {
  const order = await pending(books);
  await placed(order, 7);
  return order;
}

/** Keys of the promised changes of an order's messages, with the order's id left out. */
async function promised({ invoiceId }: Wish): Promise<string[]> {
  const rows = await books.sql`
    select key from outbox_messages where template = 'inv.card' order by id`;
  return rows.map(({ key }) => String(key).replace(invoiceId, '…'));
}

async function cardRow(): Promise<string> {
  const [row] = await books.sql`select id from outbox_messages where template = 'inv.card'`;
  return String(row?.['id']);
}

describe('a shown card is promised to follow its order', () => {
  test('once when it is paid, after the receipt', async () => {
    const order = await shown();
    const fact = paidFact(order);
    await post(books, fact);
    await post(books, fact);
    expect(await promised(order)).toEqual(['card:…:paid:7']);
    expect(await templatesOf(books, order.userId)).toEqual(['pay.ok.activated', 'inv.card']);
  });

  test.each(['expired', 'cancelled'] as const)('once when it is %s', async (state) => {
    const order = await shown();
    await close(books, order, state);
    await close(books, order, state);
    expect(await promised(order)).toEqual([`card:…:${state}:7`]);
    expect(await templatesOf(books, order.userId)).toEqual([`inv.${state}`, 'inv.card']);
  });

  test('when money that came late became credit', async () => {
    const order = await shown();
    await close(books, order, 'expired');
    await post(books, paidFact(order), { asOf: after(73) });
    expect(await promised(order)).toEqual(['card:…:expired:7', 'card:…:paid:7']);
  });

  test('once when it is refunded', async () => {
    const sold = await sell(books);
    await placed(sold, 7);
    await refund(books, sold);
    const keys = await promised(sold);
    expect(keys).toEqual([expect.stringMatching(/^card:…:refund:[\w-]+:7$/)]);
  });

  test('in the newest three messages that show it', async () => {
    const order = await shown();
    for (const messageId of [8, 9, 10]) await placed(order, messageId);
    await post(books, paidFact(order));
    expect(await promised(order)).toEqual([10, 9, 8].map((id) => `card:…:paid:${id}`));
  });

  test('only where one is shown', async () => {
    const order = await shown();
    await placed(order, 7, false);
    await post(books, paidFact(order));
    expect(await promised(order)).toEqual([]);
  });
});

describe('deliverMessage of a card', () => {
  async function due(): Promise<{ order: Wish; row: string }> {
    const order = await shown();
    await close(books, order);
    return { order, row: await cardRow() };
  }

  const cases: readonly [
    name: string,
    answer: EditOutcome,
    outcome: object,
    row: Record<string, unknown>,
  ][] = [
    ['edited ends it', { kind: 'edited' }, { kind: 'done' }, { state: 'sent', messageId: 7 }],
    [
      'gone drops it, which is no failure',
      { kind: 'gone', reason: 'message to edit not found' },
      { kind: 'done' },
      { state: 'dropped', isSent: false },
    ],
    [
      '429 keeps it and burns no attempt',
      { kind: 'rate_limited', retryAfterSeconds: 31 },
      { kind: 'rate_limited', retryAfterSeconds: 31 },
      { state: 'queued', attempts: 0 },
    ],
    [
      'a silent network puts it off, so that the chat goes on',
      { kind: 'unavailable', reason: 'no answer' },
      { kind: 'done' },
      { state: 'queued', attempts: 1, error: null },
    ],
    [
      'any other refusal ends it',
      { kind: 'rejected', reason: 'chat not found' },
      { kind: 'done' },
      { state: 'failed', error: 'chat not found' },
    ],
    [
      '403 ends it',
      { kind: 'unreachable', reason: 'blocked' },
      { kind: 'done' },
      { state: 'unreachable' },
    ],
  ];

  test.each(cases)('%s', async (_name, answer, outcome, row) => {
    const { order, row: id } = await due();
    const { invoiceId, userId: chatId } = order;
    const card = { chatId, messageId: 7, invoiceId, locale: 'en', timeZone: 'UTC' };
    expect(await redraw(books, id, answer)).toEqual({ outcome, edited: [card] });
    expect(await rowOf(books, id)).toMatchObject({ ...row, isSending: false });
  });

  test('changes it once, however often it is asked', async () => {
    const { row } = await due();
    await redraw(books, row, { kind: 'edited' });
    expect((await redraw(books, row, { kind: 'edited' })).edited).toEqual([]);
  });

  test('has later and later turns while Telegram does not answer, and ends as soon as it does', async () => {
    const { row } = await due();
    await books.sql`delete from outbox_messages where id <> ${row}`;
    const chats = async () => {
      const { messages } = await books.act.dueMessages({ limit: 9, busyChats: [] });
      return messages.length;
    };
    for (const seconds of [15, 60, 240]) {
      await redraw(books, row, { kind: 'unavailable', reason: 'no answer' });
      expect(await chats()).toBe(0);
      const [waits] = await books.sql`
        select extract(epoch from not_before - now())::float8 as seconds from outbox_messages`;
      expect(Number(waits?.['seconds'])).toBeGreaterThan(seconds - 5);
      expect(Number(waits?.['seconds'])).toBeLessThanOrEqual(seconds);
      await books.sql`update outbox_messages set not_before = now() - interval '1 second'`;
    }
    expect(await chats()).toBe(1);
    await redraw(books, row, { kind: 'edited' });
    expect(await rowOf(books, row)).toMatchObject({ state: 'sent', messageId: 7, error: null });
  });

  test('leaves a message alone that shows something else by now', async () => {
    const { order, row } = await due();
    await placed(order, 7, false);
    expect(await redraw(books, row, { kind: 'edited' })).toEqual({
      outcome: { kind: 'done' },
      edited: [],
    });
    expect(await rowOf(books, row)).toMatchObject({ state: 'dropped' });
  });

  test('repeats a try whose process died once, and gives up then', async () => {
    const { row } = await due();
    for (const tries of [1, 1, 0]) {
      const { edited } = await redraw(books, row, new Error('the process is gone'));
      expect(edited).toHaveLength(tries);
    }
  });

  test('gives up after two days of being told to wait', async () => {
    const { row } = await due();
    const [left] = await books.sql`
      select extract(epoch from drop_after - recorded_at)::float8 / 3600 as hours
      from outbox_messages where id = ${row}`;
    expect(Number(left?.['hours'])).toBeCloseTo(48, 1);
    await books.sql`update outbox_messages set drop_after = now() - interval '1 second' where id = ${row}`;
    expect((await redraw(books, row, { kind: 'edited' })).edited).toEqual([]);
  });
});

test('an erasure forgets what was shown to the person', async () => {
  const { userId } = await shown();
  const erasureId = randomUUID();
  await asWorkflow(`erasure:${userId}`, async () => {
    await books.act.beginErasure({ erasureId, userId, asOf: after(1) });
    await books.act.erasePerson({ erasureId, userId, asOf: after(400) });
  });
  const kept = await books.sql`select 1 from shown_cards where chat_id = ${userId}`;
  expect(kept).toHaveLength(0);
});

test('the keeper forgets old cards', async () => {
  await books.sql`delete from shown_cards`;
  for (const days of [89, 91]) {
    const { invoiceId } = await shown();
    await books.sql`
      update shown_cards set shown_at = ${after(-24 * days)} where invoice_id = ${invoiceId}`;
  }
  expect(await books.act.applyRetention({ asOf: after(0) })).toMatchObject({ shownCards: 1 });
  expect(await count(books.sql, 'shown_cards')).toBe(1);
});
