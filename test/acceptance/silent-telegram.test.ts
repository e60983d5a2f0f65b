import { setTimeout as delay } from 'node:timers/promises';
import { balance, chatTexts, newUser, orderTopup, untilPaid, type Order } from '../support/shop';
import { notify, SECOND, successes } from '../support/payments';
import { checkBooks, startStack, until, type Stack } from '../support/stack';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
});
afterEach(() => checkBooks(stack));
afterAll(() => stack?.stop());

/** Telegram's silence, shorter than its real minute: long enough to see that nobody waits for it. */
const SILENCE_SECONDS = 8;

/** Makes the next message to a person hang; resolves once Telegram has been called for it. */
function hang(userId: number): () => Promise<unknown> {
  const kind = 'hang';
  stack.telegram.faults.add({ kind, chatId: userId, seconds: SILENCE_SECONDS, times: 1 });
  return () =>
    until('Telegram was called', async () =>
      stack.telegram.faults.list().every((fault) => fault.chatId !== userId),
    );
}

/** Fails at once when anybody holds a row that the order's story needs. */
async function expectNothingLocked(order: Order): Promise<void> {
  await stack.sql.begin(async (sql) => {
    const { userId, invoiceId } = order;
    await sql`select 1 from users where id = ${userId} for update nowait`;
    await sql`select 1 from accounts where user_id = ${userId} for update nowait`;
    await sql`select 1 from invoices where id = ${invoiceId} for update nowait`;
    await sql`select 1 from payments where invoice_id = ${invoiceId} for update nowait`;
    await sql`select 1 from outbox_messages where user_id = ${userId} for update nowait`;
    const idle = await sql`
      select pid from pg_stat_activity
      where datname = current_database() and state like 'idle in transaction%' and pid <> pg_backend_pid()
        and state_change < now() - interval '500 milliseconds'`;
    expect([...idle]).toEqual([]);
  });
}

test('T-A5 while Telegram hangs, the webhook answers within a second, the credit is booked, nothing is locked, the message comes later', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  const { userId } = order;
  const isCalled = hang(userId);
  const startedMs = Date.now();
  const { payment, notifications } = await stack.mock.control.pay(order.no).tried;
  expect(Date.now() - startedMs).toBeLessThan(SECOND);
  expect(notifications.map(({ last }) => `${last?.status} ${last?.body}`)).toEqual(
    successes(order, 1),
  );
  await untilPaid(stack, order);
  expect(await balance(stack, userId)).toBe(100);
  await isCalled();
  for (let look = 0; look < 10; look += 1) {
    const repeatedMs = Date.now();
    expect((await notify(stack, payment.id)).answers).toEqual(successes(order, 1));
    expect(Date.now() - repeatedMs).toBeLessThan(SECOND);
    await expectNothingLocked(order);
    await delay(200);
  }
  expect(chatTexts(stack, userId)).toEqual([]);
  expect(Date.now() - startedMs).toBeLessThan(SILENCE_SECONDS * SECOND);
  await until('the message comes later', async () => chatTexts(stack, userId).length > 0, 60_000);
  expect(chatTexts(stack, userId)).toHaveLength(1);
});

test('T-A5 another payment is neither slowed nor silenced by a chat that hangs', async () => {
  const silent = await orderTopup(stack, await newUser(stack), 20_000);
  const other = await orderTopup(stack, await newUser(stack), 20_000);
  const isCalled = hang(silent.userId);
  await stack.mock.control.pay(silent.no).tried;
  await untilPaid(stack, silent);
  await isCalled();
  const startedMs = Date.now();
  await stack.mock.control.pay(other.no).tried;
  await until('the other payer is told', async () => chatTexts(stack, other.userId).length > 0);
  expect(Date.now() - startedMs).toBeLessThan(5 * SECOND);
  expect(chatTexts(stack, silent.userId)).toEqual([]);
});
