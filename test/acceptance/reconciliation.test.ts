import type { MockPayment } from '../../sandbox/mock-provider/model';
import { checkoutId } from '../../workflows/billing/contract';
import { mismatchId, resolveMismatchUpdate } from '../../workflows/billing/mismatch/contract';
import {
  askToCompare,
  breaksByPayment,
  compareSince,
  FINANCE,
  passFor,
  passHours,
  passNights,
  runsOf,
  untilBreak,
} from '../support/lists';
import { HOUR, MINUTE, pay, payAndSettle, paymentState, untilSettled } from '../support/payments';
import {
  balance,
  invoiceState,
  newUser,
  openItems,
  orderTopup,
  transferKinds,
  untilPaid,
  type Order,
} from '../support/shop';
import { checkBooks, startStack, until, type Stack } from '../support/stack';
import { restore, takeSnapshot } from '../support/snapshot';

let stack: Stack;
const begun = new Date();

beforeAll(async () => {
  stack = await startStack({ settings: { adminChatId: 900_001 } });
  await stack.commands.ensureReconciliation('mock');
});
afterEach(async () => {
  stack.mock.control.endOutages();
  await checkBooks(stack);
});
afterAll(() => stack?.stop());

const PAYMENTS = 200;
const LOST = 6;
const DOUBLED = 6;
const AT_ONCE = 10;

async function inParts<T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> {
  const done: T[] = [];
  for (let from = 0; from < count; from += AT_ONCE) {
    const part = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, n) => work(from + n));
    done.push(...(await Promise.all(part)));
  }
  return done;
}

/** An order that nobody asks the bank about any more: expired, and its watch is over. */
async function forgottenOrder(): Promise<Order> {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  await stack.client.workflow.getHandle(checkoutId(order.invoiceId)).result();
  expect(await invoiceState(stack, order)).toBe('expired');
  return order;
}

/** The settings that let an order be forgotten within a second of its opening. */
async function withShortOrders<T>(work: () => Promise<T>): Promise<T> {
  await stack.sql`
    insert into settings (key, value, updated_by)
    values ('INVOICE_TTL_HOURS', '0.0003', 'test'), ('LATE_WATCH_DAYS', '0.00001', 'test')`;
  try {
    return await work();
  } finally {
    await stack.sql`delete from settings`;
  }
}

/** Changes what the bank says of a payment behind everybody's back. */
function alter(paymentId: string, change: Partial<MockPayment>): void {
  const { payments } = stack.mock.control.book;
  const payment = payments.get(paymentId);
  if (!payment) throw new Error(`the bank knows no payment ${paymentId}`);
  payments.put(paymentId, { ...payment, ...change });
}

async function lost(order: Order): Promise<string> {
  const { payment } = await stack.mock.control.pay(order.no, { drop: true }).tried;
  return payment.id;
}

async function topupsOf({ userId }: Order): Promise<number> {
  return (await transferKinds(stack, userId)).filter((kind) => kind === 'topup').length;
}

async function itemsOfMismatch(paymentId: string) {
  const rows = await stack.sql`
    select kind, state from open_items where key like ${`mismatch:mock:${paymentId}:%`} order by id`;
  return rows.map(({ kind, state }) => `${String(kind)} ${String(state)}`);
}

test('PC-17 of some hundreds of payments every lost, doubled, altered, returned or vanished one is healed or shown, once', async () => {
  const forgotten = await withShortOrders(() => inParts(LOST, forgottenOrder));
  const orders = await inParts(PAYMENTS - LOST, async (index) => {
    const order = await orderTopup(stack, await newUser(stack), 20_000);
    const script = index < DOUBLED ? { duplicates: 3, variants: true } : {};
    return { order, paymentId: (await pay(stack, order, script)).paymentId };
  });
  await inParts(orders.length, (index) => untilPaid(stack, orders[index]?.order as Order));
  const missed = await inParts(LOST, async (index) => lost(forgotten[index] as Order));
  const [first, second, third, back, vanished] = orders.slice(-5).map(({ paymentId }) => paymentId);
  const altered = [first, second, third].map(String);
  altered.forEach((id, index) => alter(id, { outSum: `${150 + index}.00` }));
  alter(String(back), { state: 'refunded' });
  stack.mock.control.book.payments.remove(String(vanished));

  await passNights(stack, 3);
  for (const paymentId of [...missed, String(back)]) {
    await until(`${paymentId} is healed`, async () =>
      Boolean((await breaksByPayment(stack))[paymentId]?.[0]?.endsWith('healed')),
    );
  }
  for (const paymentId of altered) await passFor(stack, paymentId, 2 * MINUTE);
  await passFor(stack, String(vanished), 2 * HOUR);
  await untilBreak(stack, String(vanished), 'missing_there open');
  expect(await breaksByPayment(stack)).toEqual({
    ...Object.fromEntries(missed.map((id) => [id, ['missing_here healed']])),
    ...Object.fromEntries(altered.map((id) => [id, ['amount open']])),
    [String(back)]: ['state healed'],
    [String(vanished)]: ['missing_there open'],
  });

  for (const order of forgotten) {
    expect(await invoiceState(stack, order)).toBe('paid');
    expect(await topupsOf(order)).toBe(1);
    expect(await balance(stack, order.userId)).toBe(100);
    expect(await openItems(stack, order)).toEqual(['late_credit']);
  }
  for (const { order } of orders) expect(await topupsOf(order)).toBe(1);
  expect(await paymentState(stack, String(back))).toBe('refunded');
  for (const id of [...altered, String(vanished)]) {
    expect(await itemsOfMismatch(id)).toEqual(['break open']);
  }
  const before = await stack.sql`select count(*)::int as n from outbox_messages`;
  await passNights(stack, 1);
  expect(await stack.sql`select count(*)::int as n from outbox_messages`).toEqual(before);
  expect(Object.values(await breaksByPayment(stack)).flat()).toHaveLength(LOST + 5);
}, 900_000);

test('OPS-3 an operator closes a difference with a reason, and it does not come back', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  const paymentId = await payAndSettle(stack, order);
  alter(paymentId, { outSum: '170.00' });
  await compareSince(stack, begun);
  await passFor(stack, paymentId, 2 * MINUTE);
  await untilBreak(stack, paymentId, 'amount open');
  const handle = stack.client.workflow.getHandle(mismatchId('mock', paymentId));
  const send = (how: 'retry' | 'accept', reason = FINANCE.reason) =>
    handle.executeUpdate(resolveMismatchUpdate, { args: [{ ...FINANCE, reason, how }] });
  await expect(send('accept', 'short')).rejects.toMatchObject({ cause: { message: /10/ } });
  expect((await send('retry')).accepted).toMatch(/still differs/);
  await stack.commands.resolveMismatch({
    ...{ payment: { provider: 'mock', providerPaymentId: paymentId }, how: 'accept' },
    ...{ ...FINANCE, operationId: 'wish-1' },
  });
  await untilBreak(stack, paymentId, 'amount resolved');
  expect(await itemsOfMismatch(paymentId)).toEqual(['break resolved']);
  const audit = await stack.sql`
    select action, actor_id as who from audit_log where entity = 'mismatch'
      and entity_id = ${`mock:${paymentId}`} order by id`;
  expect([...audit]).toEqual([
    { action: 'mismatch.opened', who: expect.any(String) },
    { action: 'mismatch.retried', who: FINANCE.operatorId },
    { action: 'mismatch.resolved', who: FINANCE.operatorId },
  ]);
  await compareSince(stack, begun);
  expect((await breaksByPayment(stack))[paymentId]).toEqual(['amount resolved']);
});

test('PC-17 while the bank gives no list nothing is concluded, and its list is compared when it comes', async () => {
  const [order] = await withShortOrders(() => inParts(1, forgottenOrder));
  const paymentId = await lost(order as Order);
  stack.mock.control.outage({ scope: 'status' });
  const before = await runsOf(stack);
  await askToCompare(stack, begun);
  await passHours(stack, 5);
  expect(await runsOf(stack)).toBe(before);
  expect(await silences()).toEqual(['open']);
  stack.mock.control.endOutages();
  await passHours(stack, 2);
  await untilBreak(stack, paymentId, 'missing_here healed');
  await untilPaid(stack, order as Order);
  expect(await silences()).toEqual(['resolved']);
});

async function silences(): Promise<string[]> {
  const rows = await stack.sql`
    select state from open_items where key like 'reconciliation:mock:%'`;
  return rows.map(({ state }) => String(state));
}

test('OPS-18 after the books were restored to an earlier day, later payments are found again and booked once', async () => {
  const known = await orderTopup(stack, await newUser(stack), 20_000);
  const snapshot = await takeSnapshot(stack);
  const knownPayment = await payAndSettle(stack, known);
  await untilPaid(stack, known);
  const forgotten = await orderTopup(stack, await newUser(stack), 30_000);
  const unknownPayment = await payAndSettle(stack, forgotten);
  await stack.worker.stop();
  await restore(stack, snapshot);
  await stack.worker.start();
  expect(await invoiceState(stack, known)).toBe('pending');
  expect(await balance(stack, known.userId)).toBe(0);

  await compareSince(stack, begun);
  await untilBreak(stack, knownPayment, 'missing_here healed');
  await untilBreak(stack, unknownPayment, 'missing_here healed');
  await untilPaid(stack, known);
  expect(await balance(stack, known.userId)).toBe(100);
  expect(await topupsOf(known)).toBe(1);
  await untilSettled(stack, unknownPayment);
  expect(await paymentState(stack, unknownPayment)).toBe('quarantined');
  await compareSince(stack, begun);
  expect(await topupsOf(known)).toBe(1);
});
