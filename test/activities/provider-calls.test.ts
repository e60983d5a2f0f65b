import type { PaymentOrder, PaymentProvider, RefundOutcome } from '../../src/payments/provider';
import { asWorkflow, fakeProvider, openBooks, type Books } from './support/books';
import { pending } from './support/orders';
import { rub } from './support/payments';

let books: Books;

beforeAll(async () => {
  books = await openBooks();
});
afterAll(() => books.close());

const withProvider = (answers: Partial<PaymentProvider>) =>
  books.activities({ providers: new Map([['mock', fakeProvider(answers)]]) });

describe('createPayment', () => {
  test('describes the order and repeats under one key', async () => {
    const order = await pending(books, { slug: 'basic' });
    const calls: [PaymentOrder, string][] = [];
    const { createPayment } = withProvider({
      createPayment: (described, key) => {
        calls.push([described, key]);
        return Promise.resolve({ kind: 'created', url: 'https://pay.example/7' });
      },
    });
    const { invoiceId } = order;
    const create = () =>
      asWorkflow(`checkout:${invoiceId}`, () => createPayment({ invoiceId, provider: 'mock' }));
    expect(await create()).toEqual(await create());
    expect(calls[1]).toEqual(calls[0]);
    expect(calls[0]).toEqual([
      {
        invoiceId,
        invoiceNo: order.no,
        userId: order.userId,
        amount: rub(9_900),
        description: 'Basic',
        locale: 'en',
        expiresAt: '2026-03-11T12:00:00.000Z',
        returnUrl: `https://billing.example/pay/success?invoice=${invoiceId}`,
        failUrl: `https://billing.example/pay/fail?invoice=${invoiceId}`,
        receipt: {
          sno: 'usn_income',
          lines: [
            {
              name: { ru: 'Базовый', en: 'Basic' },
              quantity: 1,
              sumMinor: 9_900,
              method: 'full_payment',
              object: 'service',
              tax: 'none',
            },
          ],
        },
      },
      `checkout:${invoiceId}:create:mock`,
    ]);
  });

  test('refuses a provider that is not configured', async () => {
    const { invoiceId } = await pending(books);
    const created = await asWorkflow('checkout:1', () =>
      books.act.createPayment({ invoiceId, provider: 'nobody' }),
    );
    expect(created).toEqual({ kind: 'refused', reason: 'nobody is not configured' });
  });
});

describe('askOrder', () => {
  const invoiceId = '00000000-0000-4000-8000-000000000001';
  const order = { invoiceId, invoiceNo: 1, provider: 'mock' };

  test('gives what the provider says, known or not', async () => {
    const silent = withProvider({ ask: () => Promise.resolve({ kind: 'unknown', reason: '503' }) });
    expect(await silent.askOrder(order)).toEqual({ kind: 'unknown', reason: '503' });
    const knowing = withProvider({ ask: () => Promise.resolve({ kind: 'facts', facts: [] }) });
    expect(await knowing.askOrder(order)).toEqual({ kind: 'facts', facts: [] });
  });

  test('names the order as its own provider knows it, and since when there is one', async () => {
    const { invoiceId, no } = await pending(books, { slug: 'basic' });
    await books.sql`update invoices set provider_ref = 'page-7' where id = ${invoiceId}`;
    const [row] = await books.sql`select recorded_at from invoices where id = ${invoiceId}`;
    const asked: unknown[] = [];
    const ask: PaymentProvider['ask'] = (ref) => {
      asked.push(ref);
      return Promise.resolve({ kind: 'facts', facts: [] });
    };
    const act = books.activities({
      providers: new Map(['mock', 'other'].map((name) => [name, fakeProvider({ ask })])),
    });
    for (const provider of ['mock', 'other']) {
      await act.askOrder({ invoiceId, invoiceNo: no, provider });
    }
    const writtenAt = (row?.['recorded_at'] as Date).toISOString();
    const named = { by: 'order', invoiceId, invoiceNo: no, writtenAt };
    expect(asked).toEqual([
      { ...named, providerRef: 'page-7' },
      { ...named, providerRef: undefined },
    ]);
  });

  test('knows nothing new where nobody can be asked', async () => {
    const capabilities = {
      currencies: [],
      canAsk: false,
      canRefund: 'none',
      canCancel: false,
    } as const;
    const deaf = withProvider({ capabilities });
    expect(await deaf.askOrder(order)).toEqual({ kind: 'facts', facts: [] });
  });
});

describe('cancelAtProvider', () => {
  test('tells the provider, and does nothing for one we do not have', async () => {
    const told: unknown[] = [];
    const { cancelAtProvider } = withProvider({
      cancel: (order) => {
        told.push(order);
        return Promise.resolve();
      },
    });
    const order = { invoiceId: 'i', invoiceNo: 1 };
    await cancelAtProvider({ ...order, provider: 'mock' });
    await cancelAtProvider({ ...order, provider: 'nobody' });
    expect(told).toEqual([{ ...order, provider: 'mock' }]);
  });
});

describe('refundAtProvider', () => {
  const request = { providerPaymentId: 'p', amount: rub(100), userId: 1, key: 'pay:mock:p:refund' };
  const done: RefundOutcome = { kind: 'done', providerRef: 'r' };
  const unknown: RefundOutcome = { kind: 'unknown', reason: 'timeout' };

  interface Wish {
    readonly isRepeat?: boolean;
    readonly attempt?: number;
    readonly isRefundRepeatable?: boolean;
    readonly refund: RefundOutcome;
    readonly ask: RefundOutcome;
  }

  /** What a provider that answers so to either question is asked, and what comes of it. */
  async function refund({
    isRepeat = false,
    attempt = 1,
    isRefundRepeatable = true,
    ...answers
  }: Wish) {
    const asked: string[] = [];
    const capabilities = { ...fakeProvider().capabilities, isRefundRepeatable };
    const { refundAtProvider } = withProvider({
      capabilities,
      refund: ({ key }) => {
        asked.push(`refund ${key}`);
        return Promise.resolve(answers.refund);
      },
      askRefund: ({ key }) => {
        asked.push(`ask ${key}`);
        return Promise.resolve(answers.ask);
      },
    });
    const send = () => refundAtProvider({ provider: 'mock', request, isRepeat });
    return { outcome: await asWorkflow('pay:mock:p', send, { attempt }), asked };
  }

  test('sends nothing through a provider that this process does not have', async () => {
    const { refundAtProvider } = withProvider({});
    const send = () => refundAtProvider({ provider: 'nobody', request, isRepeat: false });
    expect(await asWorkflow('pay:nobody:p', send)).toMatchObject({
      kind: 'unknown',
      isUnsent: true,
    });
  });

  test('sends at first', async () => {
    const { asked, outcome } = await refund({ refund: done, ask: unknown });
    expect([asked, outcome]).toEqual([['refund pay:mock:p:refund'], done]);
  });

  test.each([{ isRepeat: true }, { attempt: 2 }])(
    'asks before it sends again, and sends only what nobody has heard of (%j)',
    async (again) => {
      const known = await refund({ ...again, refund: unknown, ask: done });
      expect([known.asked, known.outcome]).toEqual([['ask pay:mock:p:refund'], done]);
      const lost = await refund({ ...again, refund: done, ask: unknown });
      expect(lost.asked).toEqual(['ask pay:mock:p:refund', 'refund pay:mock:p:refund']);
    },
  );

  test.each([{ isRepeat: true }, { attempt: 2 }])(
    'is only asked about where the provider has no keys for refunds (%j)',
    async (again) => {
      const wish = { ...again, isRefundRepeatable: false, refund: done, ask: unknown };
      expect(await refund(wish)).toEqual({ asked: ['ask pay:mock:p:refund'], outcome: unknown });
    },
  );
});
