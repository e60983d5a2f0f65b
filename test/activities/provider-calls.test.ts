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
  const order = { invoiceId: 'i', invoiceNo: 1, provider: 'mock' };

  test('gives what the provider says, known or not', async () => {
    const silent = withProvider({ ask: () => Promise.resolve({ kind: 'unknown', reason: '503' }) });
    expect(await silent.askOrder(order)).toEqual({ kind: 'unknown', reason: '503' });
    const knowing = withProvider({ ask: () => Promise.resolve({ kind: 'facts', facts: [] }) });
    expect(await knowing.askOrder(order)).toEqual({ kind: 'facts', facts: [] });
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

  /** What a provider that answers so to either question is asked, and what comes of it. */
  async function refund(isRepeat: boolean, answers: { refund: RefundOutcome; ask: RefundOutcome }) {
    const asked: string[] = [];
    const { refundAtProvider } = withProvider({
      refund: ({ key }) => {
        asked.push(`refund ${key}`);
        return Promise.resolve(answers.refund);
      },
      askRefund: ({ key }) => {
        asked.push(`ask ${key}`);
        return Promise.resolve(answers.ask);
      },
    });
    return { outcome: await refundAtProvider({ provider: 'mock', request, isRepeat }), asked };
  }

  test('sends at first', async () => {
    const { asked, outcome } = await refund(false, { refund: done, ask: unknown });
    expect([asked, outcome]).toEqual([['refund pay:mock:p:refund'], done]);
  });

  test('asks before it sends again, and sends only what nobody has heard of', async () => {
    const known = await refund(true, { refund: unknown, ask: done });
    expect([known.asked, known.outcome]).toEqual([['ask pay:mock:p:refund'], done]);
    const lost = await refund(true, { refund: done, ask: unknown });
    expect(lost.asked).toEqual(['ask pay:mock:p:refund', 'refund pay:mock:p:refund']);
  });
});
