import { MockActivityEnvironment } from '@temporalio/testing';
import { createActivities } from '../../activities';
import type { OpenInvoiceOutcome } from '../../activities/billing/opening';
import { createLog } from '../../src/log';
import {
  asOfOf,
  balance,
  chatTexts,
  invoiceState,
  newUser,
  openItems,
  orderTopup,
  promisedMessages,
  untilPaid,
} from '../support/shop';
import { cancel, pay, payAndSettle, untilState } from '../support/payments';
import { checkBooks, startStack, until, type Stack } from '../support/stack';
import { TEST_SECRETS } from '../support/secrets';

type OpenInvoice = (order: object) => Promise<OpenInvoiceOutcome>;

let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
});
afterEach(async () => {
  stack.mock.control.endOutages();
  await expectNoLinkWithoutInvoice();
  await checkBooks(stack);
});
afterAll(() => stack?.stop());

/** CO-1: the bank knows an order only after its invoice is committed. */
async function expectNoLinkWithoutInvoice(): Promise<void> {
  const known = stack.mock.control.book.orders.all().map(({ invoiceNo }) => Number(invoiceNo));
  const rows = await stack.sql`select no::int from invoices`;
  const written = new Set(rows.map((row) => Number(row['no'])));
  expect(known.filter((no) => !written.has(no))).toEqual([]);
}

async function quoteFor(userId: number, amountMinor: number): Promise<string> {
  const { asOf } = await asOfOf(stack, userId);
  const tariff = await stack.reads.topupTariff(asOf);
  const quote = await stack.records.createQuote({
    userId,
    tariffVersionId: tariff?.tariffVersionId ?? '',
    currency: 'RUB',
    amountMinor,
    asOf,
  });
  if (quote.kind !== 'quoted') throw new Error(quote.reason);
  return quote.quoteId;
}

function open(userId: number, quoteId: string) {
  return stack.commands.openCheckout({ quoteId, userId, provider: 'mock', clockOffsetMs: 0 });
}

async function invoiceCount(userId: number): Promise<number> {
  const [row] = await stack.sql`
    select count(*)::int as n from invoices where user_id = ${userId}`;
  return Number(row?.['n']);
}

test('T-A7 a thousand parallel invoices get a thousand distinct numbers without an error', async () => {
  const { openInvoice } = createActivities({
    db: stack.database.db,
    settings: { ...stack.settings, invoiceMaxOpen: 1_000 },
    providers: stack.providers,
    secrets: TEST_SECRETS,
    publicBaseUrl: 'https://billing.example',
    messenger: {
      send: () => Promise.reject(new Error('nobody is written to here')),
      edit: () => Promise.reject(new Error('nobody is written to here')),
    },
    log: createLog({ level: 'silent', name: 'test' }),
  });
  const people = await Promise.all(Array.from({ length: 20 }, () => newUser(stack)));
  const orders = await Promise.all(
    Array.from({ length: 1_000 }, async (_, index) => {
      const userId = people[index % people.length] ?? 0;
      return { userId, invoiceId: await quoteFor(userId, 20_000 + index) };
    }),
  );
  const asOf = new Date().toISOString();
  const outcomes = await Promise.all(
    orders.map(async ({ userId, invoiceId }): Promise<OpenInvoiceOutcome> => {
      const environment = new MockActivityEnvironment({
        workflowExecution: { workflowId: `checkout:${invoiceId}`, runId: 'any' },
      });
      const order = { invoiceId, userId, provider: 'mock', asOf };
      return environment.run(openInvoice as unknown as OpenInvoice, order);
    }),
  );
  const numbers = outcomes.map((outcome) => outcome.kind === 'opened' && outcome.invoice.no);
  expect(new Set(numbers).size).toBe(1_000);
  expect(numbers.every(Number.isInteger)).toBe(true);
});

test('T-A8 a double tap opens one invoice', async () => {
  const userId = await newUser(stack);
  const quoteId = await quoteFor(userId, 20_000);
  const openings = await Promise.all([open(userId, quoteId), open(userId, quoteId)]);
  expect(openings).toEqual([
    { kind: 'open', invoiceId: quoteId },
    { kind: 'open', invoiceId: quoteId },
  ]);
  expect(await invoiceCount(userId)).toBe(1);
});

test('T-A8 the same order asked for twice is the same invoice with the same link', async () => {
  const userId = await newUser(stack);
  const first = await orderTopup(stack, userId, 20_000);
  const link = (await stack.reads.invoice(first.invoiceId))?.paymentUrl;
  const second = await orderTopup(stack, userId, 20_000);
  expect(second).toEqual(first);
  expect((await stack.reads.invoice(second.invoiceId))?.paymentUrl).toBe(link);
  expect(await invoiceCount(userId)).toBe(1);
});

test('T-A8 another amount is another number, and the old link keeps its terms', async () => {
  const userId = await newUser(stack);
  const small = await orderTopup(stack, userId, 20_000);
  const large = await orderTopup(stack, userId, 50_000);
  expect(large.no).not.toBe(small.no);
  const links = await Promise.all(
    [small, large].map(async ({ invoiceId }) => stack.reads.invoice(invoiceId)),
  );
  expect(
    links.map((invoice) => new URL(invoice?.paymentUrl ?? '').searchParams.get('OutSum')),
  ).toEqual(['200.00', '500.00']);
  await payAndSettle(stack, small);
  await untilPaid(stack, small);
  expect(await balance(stack, userId)).toBe(100);
  expect(await invoiceState(stack, large)).toBe('pending');
});

test('T-A9 a bank that stumbles gives its link at the next try', async () => {
  stack.mock.control.outage({ scope: 'create', requests: 2 });
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  expect(await invoiceState(stack, order)).toBe('pending');
  expect(await promisedMessages(stack, order.userId)).toEqual([]);
});

test('T-A9 a link whose answer was lost is the same order at the bank', async () => {
  stack.mock.control.outage({ scope: 'create', requests: 1, afterEffect: true });
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  const orders = stack.mock.control.book.orders.all();
  expect(orders.filter(({ invoiceNo }) => invoiceNo === String(order.no))).toHaveLength(1);
  await payAndSettle(stack, order);
  await untilPaid(stack, order);
});

test('CO-1 without a link for half a minute the order is refused, cancelled and told', async () => {
  stack.mock.control.outage({ scope: 'create' });
  const userId = await newUser(stack);
  const quoteId = await quoteFor(userId, 20_000);
  const askedMs = Date.now();
  expect(await open(userId, quoteId)).toEqual({ kind: 'refused', reason: 'provider_unavailable' });
  expect(Date.now() - askedMs).toBeLessThan(40_000);
  const invoice = await stack.reads.invoice(quoteId);
  expect(invoice).toMatchObject({ state: 'cancelled', paymentUrl: null });
  expect(await promisedMessages(stack, userId)).toEqual(['inv.unavailable']);
  await until('the buyer is told', async () =>
    chatTexts(stack, userId).some((text) => text.includes('did not answer')),
  );
  stack.mock.control.endOutages();
  expect(await open(userId, quoteId)).toEqual({ kind: 'refused', reason: 'provider_unavailable' });
  await orderTopup(stack, userId, 20_000);
});

test('CO-7 a cancel by the owner closes the order once, a stranger is refused', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  const stranger = await newUser(stack);
  const { invoiceId } = order;
  expect(await stack.commands.cancelCheckout({ invoiceId, userId: stranger })).toEqual({
    kind: 'not_yours',
  });
  expect(await invoiceState(stack, order)).toBe('pending');
  expect(await cancel(stack, order)).toBe('cancelled');
  expect(await cancel(stack, order)).toBe('closed');
  await untilState(stack, order, 'cancelled');
  expect(await promisedMessages(stack, order.userId)).toEqual(['inv.cancelled']);
  expect(stack.mock.control.book.orders.get(String(order.no))?.cancelled).toBe(true);
});

test('CO-14 a cancel and a payment that race give one outcome', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  const [outcome] = await Promise.all([cancel(stack, order), pay(stack, order)]);
  await untilPaid(stack, order);
  expect(['cancelled', 'already_paid', 'closed']).toContain(outcome);
  expect(await balance(stack, order.userId)).toBe(100);
  expect(await openItems(stack, order)).toEqual(outcome === 'cancelled' ? ['late_credit'] : []);
});
