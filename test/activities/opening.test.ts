import { after, atOnce, checkBooks, count, NOON, openBooks, type Books } from './support/books';
import { auditOf, close, freezeMoney, open, pending, wish } from './support/orders';

let books: Books;

beforeAll(async () => {
  books = await openBooks({ invoiceMaxOpen: 3 });
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

describe('openInvoice', () => {
  test('writes the draft, consumes the quote and tells when things happen', async () => {
    const order = await wish(books);
    const opened = await open(books, order);
    expect(opened).toMatchObject({
      kind: 'opened',
      invoice: {
        ...order,
        amount: { minor: 20_000, currency: 'RUB', exponent: 2 },
        plan: 'topup-main',
        state: 'draft',
        createdAt: NOON,
        expiresAt: after(24),
        remindAt: after(22),
        lateWatchDays: 30,
      },
    });
    const [quote] = await books.sql`select consumed_by from quotes where id = ${order.invoiceId}`;
    expect(quote?.['consumed_by']).toBe(order.invoiceId);
    expect(await auditOf(books, order.invoiceId)).toEqual(['invoice.created']);
  });

  test('gives the same invoice when it is repeated, and when ten ask at once', async () => {
    const order = await wish(books);
    const before = await count(books.sql, 'invoices');
    const answers = await atOnce(10, () => open(books, order));
    answers.push(await open(books, order));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await count(books.sql, 'invoices')).toBe(before + 1);
    expect(await auditOf(books, order.invoiceId)).toEqual(['invoice.created']);
  });

  test('of an identical open order gives that one (CO-2)', async () => {
    const first = await pending(books);
    const twin = await wish(books, { userId: first.userId });
    expect(await open(books, twin)).toEqual({ kind: 'existing', invoiceId: first.invoiceId });
    const other = await wish(books, { userId: first.userId, amountMinor: 30_000 });
    expect((await open(books, other)).kind).toBe('opened');
    const elsewhere = await wish(books, { userId: first.userId });
    expect((await open(books, { ...elsewhere, provider: 'stars' })).kind).toBe('opened');
  });

  test('of two identical orders at once makes one invoice', async () => {
    const userId = await books.newUser();
    const wishes = await atOnce(4, () => wish(books, { userId }));
    const answers = await Promise.all(wishes.map((one) => open(books, one)));
    expect(answers.filter((answer) => answer.kind === 'opened')).toHaveLength(1);
    expect(answers.filter((answer) => answer.kind === 'existing')).toHaveLength(3);
  });

  test('of an order that was closed makes a new invoice', async () => {
    const first = await pending(books);
    await close(books, first);
    expect((await open(books, await wish(books, { userId: first.userId }))).kind).toBe('opened');
  });

  const refusals: readonly [reason: string, prepare: () => Promise<Parameters<typeof open>[1]>][] =
    [
      ['quote_unknown', async () => ({ ...(await wish(books)), userId: await books.newUser() })],
      [
        'quote_unknown',
        async () => ({ ...(await wish(books)), invoiceId: '0195f000-0000-7000-8000-0000000000ff' }),
      ],
      ['quote_expired', async () => ({ ...(await wish(books)), asOf: after(72.001) })],
      [
        'quote_expired',
        async () => {
          const order = await wish(books, { slug: 'basic' });
          await books.sql`update tariffs set is_active = false where slug = 'basic'`;
          return order;
        },
      ],
      [
        'user_blocked',
        async () => {
          const order = await wish(books);
          await books.sql`update users set is_blocked = true where id = ${order.userId}`;
          return order;
        },
      ],
      [
        'money_frozen',
        async () => {
          const order = await wish(books);
          await freezeMoney(books, order.userId);
          return order;
        },
      ],
      [
        'terms_not_accepted',
        async () => {
          const order = await wish(books);
          await books.sql`update consents set withdrawn_at = now() where user_id = ${order.userId}`;
          return order;
        },
      ],
      [
        'erasing',
        async () => {
          const order = await wish(books);
          await books.sql`
            insert into erasures (id, user_id, state, requested_at, due_at)
            values (gen_random_uuid(), ${order.userId}, 'waiting', now(), now())`;
          return order;
        },
      ],
      [
        'too_many_open',
        async () => {
          const userId = await books.newUser();
          for (const amountMinor of [20_100, 20_200, 20_300])
            await pending(books, { userId, amountMinor });
          return wish(books, { userId });
        },
      ],
      [
        'terms_changed',
        async () => {
          const order = await wish(books);
          await books.sql`alter table quotes disable trigger quotes_frozen`;
          await books.sql`update quotes set tokens_utok = tokens_utok * 2 where id = ${order.invoiceId}`;
          await books.sql`alter table quotes enable trigger quotes_frozen`;
          return order;
        },
      ],
    ];

  test.each(refusals)('refuses with %s and leaves nothing', async (reason, prepare) => {
    const order = await prepare();
    const before = await count(books.sql, 'invoices');
    expect(await open(books, order)).toEqual({ kind: 'refused', reason });
    expect(await count(books.sql, 'invoices')).toBe(before);
  });

  test('honours a quote to its last millisecond', async () => {
    expect((await open(books, { ...(await wish(books)), asOf: after(72) })).kind).toBe('opened');
  });

  test('a thousand at once get a thousand numbers (T-A7)', async () => {
    const people = await atOnce(1_000, () => books.newUser());
    const orders = await Promise.all(people.map((userId) => wish(books, { userId })));
    const answers = await Promise.all(orders.map((order) => open(books, order)));
    const numbers = answers.map((answer) => (answer.kind === 'opened' ? answer.invoice.no : 0));
    expect(new Set(numbers).size).toBe(1_000);
    expect(Math.min(...numbers)).toBeGreaterThan(0);
  });
});
