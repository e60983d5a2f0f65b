import { randomUUID } from 'node:crypto';
import { unzipSync } from 'fflate';
import { exportToken, exportTokenHash } from '../../activities/billing/exports/links';
import { TEST_SECRETS } from '../support/secrets';
import { after, asWorkflow, checkBooks, count, NOON, openBooks, type Books } from './support/books';
import { pending, type Wish } from './support/orders';
import { paidFact, post, rub } from './support/payments';

let books: Books;

const paid = (order: Wish, minor = 20_000) => post(books, paidFact(order, { amount: rub(minor) }));

beforeEach(async () => {
  books = await openBooks();
});
afterEach(async () => {
  await checkBooks(books);
  await books.close();
});

describe('a copy of a person’s data', () => {
  const begin = (
    userId: number,
    change: { exportId?: string; asOf?: string; isFarewell?: boolean } = {},
  ) => {
    const wish = { exportId: randomUUID(), userId, isFarewell: false, asOf: NOON, ...change };
    return asWorkflow(`export:${wish.exportId}`, () => books.act.beginExport(wish));
  };
  const make = (exportId: string) =>
    asWorkflow(`export:${exportId}`, () => books.act.makeExport({ exportId, asOf: NOON }));

  it('is begun once a day, and once however often it is asked for', async () => {
    const userId = await books.newUser();
    const exportId = randomUUID();
    expect(await begin(userId, { exportId })).toEqual({ kind: 'accepted' });
    expect(await begin(userId, { exportId })).toEqual({ kind: 'accepted' });
    expect(await begin(userId, { asOf: after(23) })).toEqual({
      ...{ kind: 'too_soon', againAt: after(24) },
    });
    expect(await begin(userId, { asOf: after(1), isFarewell: true })).toEqual({ kind: 'accepted' });
    expect(await begin(userId, { asOf: after(50) })).toEqual({ kind: 'accepted' });
    expect(await count(books.sql, 'data_exports')).toBe(3);
  });

  it('two wishes at once make one copy', async () => {
    const userId = await books.newUser();
    const answers = await Promise.all([begin(userId), begin(userId), begin(userId)]);
    expect(answers.filter(({ kind }) => kind === 'accepted')).toHaveLength(1);
  });

  it('holds everything as JSON and as tables in the person’s language', async () => {
    const userId = await books.newUser({ firstName: '=Анна', locale: 'ru' });
    const order = await pending(books, { userId, amountMinor: 20_000 });
    await paid(order);
    const exportId = randomUUID();
    await begin(userId, { exportId });
    const [first, second] = [await make(exportId), await make(exportId)];
    expect(first).toEqual({ linkUntil: after(48) });
    expect(second).toEqual(first);
    const [row] =
      await books.sql`select archive, token_hash from data_exports where id = ${exportId}`;
    const { archive, token_hash: hash } = row as unknown as Record<string, Buffer>;
    const token = exportToken({ secrets: TEST_SECRETS }, exportId);
    expect(hash).toEqual(exportTokenHash(token));
    const files = unzipSync(archive ?? Buffer.alloc(0));
    const text = (name: string) => Buffer.from(files[name] ?? []).toString('utf8');
    const data = JSON.parse(text('data.json')) as Record<string, Record<string, unknown>[]>;
    expect(data['invoices']).toMatchObject([{ amount: '200.00', currency: 'RUB', state: 'paid' }]);
    expect(data['transfers']?.map(({ kind }) => kind)).toEqual(['topup', 'subscription_fee']);
    expect(data['entries']?.map(({ tokens }) => tokens)).toEqual(['200.000000', '-100.000000']);
    expect(data['consents']).toHaveLength(1);
    expect(text('invoices.csv')).toContain('Счёт №,Когда,Тариф');
    // A name that a spreadsheet would take for a formula.
    expect(text('profile.csv')).toContain("'=Анна");
    const messages = await books.sql`
      select params from outbox_messages where template = 'export.ready'`;
    expect(messages.map(({ params }) => params)).toEqual([{ exportId, until: after(48) }]);
  });

  it('is emptied, twice as well as once', async () => {
    const userId = await books.newUser();
    const exportId = randomUUID();
    await begin(userId, { exportId });
    await make(exportId);
    for (let time = 0; time < 2; time += 1)
      await asWorkflow(`export:${exportId}`, () => books.act.emptyExport({ exportId }));
    const [row] = await books.sql`select state, archive, token_hash from data_exports`;
    expect(row).toEqual({ state: 'gone', archive: null, token_hash: null });
  });

  it('its link is written into the message only when it is sent', async () => {
    const userId = await books.newUser();
    const exportId = randomUUID();
    await begin(userId, { exportId });
    await make(exportId);
    const sent: object[] = [];
    const act = books.activities({
      messenger: {
        send: ({ params }) => {
          sent.push(params);
          return Promise.resolve({ kind: 'sent', telegramMessageId: 1 });
        },
        edit: () => Promise.reject(new Error('this test changes no message')),
      },
    });
    const [row] = await books.sql`select id from outbox_messages`;
    await asWorkflow('notifier:0', () => act.deliverMessage({ messageId: String(row?.['id']) }));
    const token = exportToken({ secrets: TEST_SECRETS }, exportId);
    expect(sent).toEqual([
      { exportId, until: after(48), url: `https://billing.example/export/${token}` },
    ]);
  });
});
