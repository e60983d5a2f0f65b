import type { WireFact } from '../../src/domain/billing/payment';
import type { AskOutcome } from '../../src/payments/provider';
import {
  after,
  asWorkflow,
  atOnce,
  balance,
  checkBooks,
  fakeProvider,
  openBooks,
} from './support/books';
import type { Books } from './support/books';
import { pending, templatesOf } from './support/orders';
import { openItemsOf, paidFact, paymentRow, post, rub, workflowOf } from './support/payments';

let books: Books;

beforeAll(async () => {
  books = await openBooks({ adminChatId: -1 });
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

const record = (fact: WireFact) =>
  asWorkflow(workflowOf(fact), () =>
    books.act.recordFact({ provider: 'mock', fact, evidence: 'asked', asOf: after(1) }),
  );

describe('locatePayment', () => {
  test('finds the order by its id or its number, and whose clock it lives by', async () => {
    const order = await pending(books);
    await books.sql`update users set clock_offset_ms = 5000 where id = ${order.userId}`;
    const byId = await books.act.locatePayment({ fact: paidFact(order) });
    expect(byId).toMatchObject({
      invoiceId: order.invoiceId,
      userId: order.userId,
      clockOffsetMs: 5_000,
      slowMinutes: 5,
      unknownAlertMinutes: 15,
      unknownDeadlineHours: 72,
    });
    const byNumber = paidFact(undefined, { invoiceNo: order.no });
    expect(await books.act.locatePayment({ fact: byNumber })).toEqual(byId);
  });

  test.each<[name: string, told: Partial<WireFact>]>([
    ['nothing', {}],
    ['an unknown id', { invoiceId: '0195f000-0000-7000-8000-0000000000ff' }],
    ['an id that is none', { invoiceId: `' or 1=1` }],
    ['a number out of range', { invoiceNo: 2 ** 40 }],
    ['a negative number', { invoiceNo: -1 }],
  ])('finds nobody for %s', async (_name, told) => {
    const context = await books.act.locatePayment({ fact: paidFact(undefined, told) });
    expect(context).toMatchObject({ invoiceId: undefined, userId: undefined, clockOffsetMs: 0 });
  });

  test('obeys live settings', async () => {
    await books.sql`insert into settings (key, value, updated_by) values ('PAYMENT_SLOW_MIN', '7', 'anna')`;
    const context = await books.act.locatePayment({ fact: paidFact(undefined) });
    await books.sql`delete from settings`;
    expect(context.slowMinutes).toBe(7);
  });
});

describe('learnPayment', () => {
  const hint = paidFact(undefined, { providerPaymentId: 'asked-1', amount: rub(1) });
  const learn = (answer: AskOutcome | undefined, change: { isTelegramsWord?: boolean } = {}) =>
    books
      .activities({
        providers: new Map([
          [
            'mock',
            answer === undefined
              ? fakeProvider({
                  capabilities: {
                    currencies: [],
                    canAsk: false,
                    canRefund: 'none',
                    canCancel: false,
                  },
                })
              : fakeProvider({ ask: () => Promise.resolve(answer) }),
          ],
        ]),
      })
      .learnPayment({ provider: 'mock', hint, isTelegramsWord: false, ...change });
  const truth = {
    ...paidFact(undefined, { providerPaymentId: 'asked-1', state: 'failed' }),
  } as never;

  test('believes the answer and not the hint (PC-6)', async () => {
    const learned = await learn({ kind: 'facts', facts: [truth] });
    expect(learned).toMatchObject({ kind: 'fact', evidence: 'asked', fact: { state: 'failed' } });
  });

  test('knows nothing when the provider is silent or has not heard of it', async () => {
    expect(await learn({ kind: 'unknown', reason: 'timeout' })).toEqual({
      kind: 'unknown',
      reason: 'timeout',
    });
    expect((await learn({ kind: 'facts', facts: [] })).kind).toBe('unknown');
  });

  test('takes the verified hint where nobody can be asked', async () => {
    expect(await learn(undefined)).toEqual({ kind: 'fact', evidence: 'signed', fact: hint });
  });

  test('takes Telegram’s own word without asking', async () => {
    const learned = await learn({ kind: 'facts', facts: [truth] }, { isTelegramsWord: true });
    expect(learned).toMatchObject({ evidence: 'signed', fact: hint });
  });

  test('of a provider this process does not have is retried elsewhere', async () => {
    const asked = books.act.learnPayment({ provider: 'nobody', hint, isTelegramsWord: false });
    await expect(asked).rejects.toMatchObject({
      type: 'ProviderNotConfigured',
      nonRetryable: false,
    });
  });
});

describe('recordFact', () => {
  test('keeps the highest rank in whatever order facts come (T-P6)', async () => {
    const states = ['pending', 'authorised', 'failed', 'authorised', 'pending'] as const;
    const order = await pending(books);
    const id = paidFact(order).providerPaymentId;
    const seen: string[] = [];
    for (const state of states) {
      seen.push((await record(paidFact(order, { providerPaymentId: id, state }))).state);
    }
    expect(seen).toEqual(['pending', 'authorised', 'failed', 'failed', 'failed']);
  });

  test('once or ten times at once is one row', async () => {
    const fact = paidFact(await pending(books), { state: 'pending' });
    await atOnce(10, () => record(fact));
    const rows = await books.sql`
      select 1 from payments where provider_payment_id = ${fact.providerPaymentId}`;
    expect(rows).toHaveLength(1);
  });

  test('names the money that went back without us, and opens an item where no sum is told', async () => {
    const order = await pending(books);
    const fact = paidFact(order);
    await post(books, fact);
    await record({ ...fact, state: 'partially_refunded' });
    expect(await openItemsOf(books, fact)).toEqual(['break']);
    const told = await atOnce(3, () => record({ ...fact, state: 'refunded' }));
    for (const { returned } of told) expect(returned).toMatchObject({ returnedMinor: 20_000 });
    expect(await openItemsOf(books, fact)).toEqual(['break']);
    expect(await paymentRow(books, fact)).toMatchObject({ state: 'refunded', rank: 60 });
  });

  test('a refund known before the payment supersedes it: nothing is credited', async () => {
    const order = await pending(books);
    const fact = paidFact(order);
    await record({ ...fact, state: 'refunded' });
    expect(await post(books, fact)).toEqual({ kind: 'superseded', state: 'refunded' });
    expect(await balance(books.sql, order.userId)).toBe(0);
  });
});

describe('openUnknownItem', () => {
  test('shows operators once', async () => {
    const order = await pending(books);
    const fact = paidFact(order, { state: 'pending' });
    const open = () =>
      asWorkflow(workflowOf(fact), () =>
        books.act.openUnknownItem({ fact, reason: 'timeout', asOf: after(72) }),
      );
    await atOnce(4, open);
    const rows = await books.sql`
      select kind, reason, due_at as due from open_items where invoice_id = ${order.invoiceId}`;
    expect([...rows]).toEqual([
      { kind: 'unknown_outcome', reason: 'timeout', due: new Date(after(96)) },
    ]);
    const told = await books.sql`
      select 1 from outbox_messages where template = 'ops.open_item' and params->>'kind' = 'unknown_outcome'`;
    expect(told).toHaveLength(1);
  });
});

describe('tellPayer', () => {
  test.each(['pay.confirming', 'pay.failed'] as const)('says %s once', async (template) => {
    const order = await pending(books);
    const tell = () =>
      asWorkflow('pay:mock:tell', () =>
        books.act.tellPayer({ invoiceId: order.invoiceId, template, asOf: after(1) }),
      );
    await atOnce(3, tell);
    expect(await templatesOf(books, order.userId)).toEqual([template]);
  });

  test('says nothing of an order that is not pending', async () => {
    const order = await pending(books);
    await post(books, paidFact(order));
    await asWorkflow('pay:mock:late', () =>
      books.act.tellPayer({ invoiceId: order.invoiceId, template: 'pay.failed', asOf: after(1) }),
    );
    expect(await templatesOf(books, order.userId)).toEqual(['pay.ok.activated']);
  });
});
