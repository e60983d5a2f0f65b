import {
  after,
  asWorkflow,
  atOnce,
  checkBooks,
  NOON,
  openBooks,
  type Books,
} from './support/books';
import {
  auditOf,
  close,
  invoiceRow,
  open,
  pending,
  publish,
  templatesOf,
  wish,
} from './support/orders';

let books: Books;

beforeAll(async () => {
  books = await openBooks({ invoiceMaxOpen: 3 });
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

const by = (userId: number) => ({ kind: 'user' as const, id: String(userId) });

describe('publishInvoice', () => {
  test('makes a draft payable, once', async () => {
    const order = await pending(books);
    expect(await invoiceRow(books, order)).toMatchObject({
      state: 'pending',
      url: 'https://pay.example/1',
    });
    await publish(books, order, 'https://pay.example/other');
    expect(await invoiceRow(books, order)).toMatchObject({ url: 'https://pay.example/1' });
  });

  test('leaves a closed invoice closed', async () => {
    const order = await wish(books);
    await open(books, order);
    await close(books, order);
    await publish(books, order);
    expect(await invoiceRow(books, order)).toMatchObject({ state: 'cancelled', url: null });
  });
});

describe('replaceLink', () => {
  const replace = ({ invoiceId }: { invoiceId: string }, provider = 'mock') =>
    asWorkflow(`checkout:${invoiceId}`, () =>
      books.act.replaceLink({
        ...{ invoiceId, provider, asOf: NOON },
        ...{ url: 'https://pay.example/2', providerRef: 'object-2' },
      }),
    );

  test('puts the new link on the open order, and again changes nothing more', async () => {
    const order = await pending(books);
    await replace(order);
    await replace(order);
    expect(await invoiceRow(books, order)).toMatchObject({
      ...{ provider: 'mock', state: 'pending', url: 'https://pay.example/2' },
    });
    const [row] = await books.sql`select provider_ref from invoices where id = ${order.invoiceId}`;
    expect(row).toEqual({ provider_ref: 'object-2' });
  });

  test('leaves a closed order and one that moved to another provider as they are', async () => {
    const closed = await pending(books);
    await close(books, closed);
    await replace(closed);
    const moved = await pending(books);
    await replace(moved, 'stars');
    for (const order of [closed, moved]) {
      expect(await invoiceRow(books, order)).toMatchObject({ url: 'https://pay.example/1' });
    }
  });
});

describe('switchProvider', () => {
  const change = (order: { invoiceId: string; userId: number }) =>
    asWorkflow(`checkout:${order.invoiceId}`, () =>
      books.act.switchProvider({
        invoiceId: order.invoiceId,
        provider: 'stars',
        url: 'https://t.me/1',
        actor: by(order.userId),
        asOf: NOON,
      }),
    );

  test('puts the other link on the same invoice, and again changes nothing more', async () => {
    const order = await pending(books);
    expect(await change(order)).toBe('switched');
    expect(await change(order)).toBe('switched');
    expect(await invoiceRow(books, order)).toMatchObject({
      provider: 'stars',
      url: 'https://t.me/1',
    });
    expect(await auditOf(books, order.invoiceId)).toEqual([
      'invoice.created',
      'invoice.provider_changed',
    ]);
  });

  test('refuses a closed invoice', async () => {
    const order = await pending(books);
    await close(books, order);
    expect(await change(order)).toBe('closed');
  });

  test('refuses where the very same order is open already, and leaves both as they were', async () => {
    const order = await pending(books);
    const twin = await pending(books, { userId: order.userId, provider: 'stars' });
    expect(await change(order)).toBe('taken');
    expect(await invoiceRow(books, order)).toMatchObject({ provider: 'mock', state: 'pending' });
    expect(await invoiceRow(books, twin)).toMatchObject({ provider: 'stars', state: 'pending' });
  });
});

describe('remindInvoice', () => {
  const remind = (invoiceId: string) =>
    asWorkflow(`checkout:${invoiceId}`, () =>
      books.act.remindInvoice({ invoiceId, asOf: after(22) }),
    );

  test('promises one reminder of a pending order, however often it is asked (CO-5)', async () => {
    const order = await pending(books);
    const { invoiceId, userId } = order;
    await atOnce(4, () => remind(invoiceId));
    expect(await templatesOf(books, userId)).toEqual(['inv.reminder']);
  });

  test('says nothing of a closed order', async () => {
    const order = await pending(books);
    const { invoiceId, userId } = order;
    await close(books, order);
    await remind(invoiceId);
    expect(await templatesOf(books, userId)).toEqual(['inv.cancelled']);
  });
});

describe('closeInvoice', () => {
  test.each(['expired', 'cancelled'] as const)(
    'makes it %s, tells once, audits once',
    async (state) => {
      const order = await pending(books);
      const { invoiceId, userId } = order;
      const answers = await atOnce(5, () => close(books, order, state));
      expect(answers).toEqual(Array(5).fill({ state }));
      expect(await invoiceRow(books, order)).toMatchObject({ state, closedAt: new Date(after(1)) });
      expect(await templatesOf(books, userId)).toEqual([`inv.${state}`]);
      expect(await auditOf(books, invoiceId)).toEqual(['invoice.created', `invoice.${state}`]);
    },
  );

  test('of expiry and cancel at once lets the first one stand', async () => {
    const order = await pending(books);
    const { userId } = order;
    const [a, b] = await Promise.all([
      close(books, order, 'expired'),
      close(books, order, 'cancelled'),
    ]);
    expect(a).toEqual(b);
    expect(await templatesOf(books, userId)).toHaveLength(1);
  });

  test('leaves a paid order alone and says that it is paid', async () => {
    const order = await pending(books);
    const { invoiceId, userId } = order;
    await asWorkflow('pay:mock:close-1', () =>
      books.act.postPayment({
        provider: 'mock',
        fact: {
          providerPaymentId: 'close-1',
          state: 'paid',
          amount: { minor: 20_000, currency: 'RUB', exponent: 2 },
          invoiceId,
        },
        evidence: 'asked',
        asOf: after(1),
      }),
    );
    expect(await close(books, order)).toEqual({ state: 'paid' });
    expect(await templatesOf(books, userId)).toEqual(['pay.ok.activated']);
  });
});

describe('prolongInvoice', () => {
  const prolong = (invoiceId: string) =>
    asWorkflow(`checkout:${invoiceId}`, () =>
      books.act.prolongInvoice({
        invoiceId,
        expiresAt: after(48),
        actor: { kind: 'operator', id: 'anna' },
        reason: 'the bank is slow today',
        asOf: after(2),
      }),
    );

  test('moves the end of an open order once and keeps who and why', async () => {
    const order = await pending(books);
    const { invoiceId } = order;
    await atOnce(3, () => prolong(invoiceId));
    expect(await invoiceRow(books, order)).toMatchObject({ expiresAt: new Date(after(48)) });
    expect(await auditOf(books, invoiceId)).toEqual(['invoice.created', 'invoice.prolonged']);
    const [row] = await books.sql`
      select actor_id, reason from audit_log where action = 'invoice.prolonged' and entity_id = ${invoiceId}`;
    expect(row).toEqual({ actor_id: 'anna', reason: 'the bank is slow today' });
  });

  test('leaves a closed order alone', async () => {
    const order = await pending(books);
    const { invoiceId } = order;
    await close(books, order);
    await prolong(invoiceId);
    expect(await invoiceRow(books, order)).toMatchObject({ expiresAt: new Date(after(24)) });
  });
});
