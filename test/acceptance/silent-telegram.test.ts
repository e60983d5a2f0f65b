import { setTimeout as delay } from 'node:timers/promises';
import type { TransactionSql } from 'postgres';
import { balance, chatTexts, newUser, orderTopup, untilPaid, type Order } from '../support/shop';
import { notify, pay, SECOND, successes } from '../support/payments';
import { checkBooks, startStack, until, type Stack } from '../support/stack';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
});
afterEach(() => checkBooks(stack));
afterAll(() => stack?.stop());

/** Telegram's silence, shorter than its real minute: long enough to see that nobody waits for it. */
const SILENCE_SECONDS = 10;

/** Makes the next message to a person hang; resolves once Telegram has been called for it. */
function hang(userId: number): () => Promise<unknown> {
  const kind = 'hang';
  stack.telegram.faults.add({ kind, chatId: userId, seconds: SILENCE_SECONDS, times: 1 });
  return () =>
    until('Telegram was called', async () =>
      stack.telegram.faults.list().every((fault) => fault.chatId !== userId),
    );
}

/** Fails when anybody keeps a row that the order's story needs; a step under way gives it back in a moment. */
async function expectNothingLocked({ userId, invoiceId }: Order): Promise<void> {
  // One at a time: whoever waits for a row while keeping others may stop the very step that has it.
  const take = (rows: (sql: TransactionSql) => Promise<unknown>) =>
    stack.sql.begin(async (sql) => {
      await sql`set local lock_timeout = '2s'`;
      await rows(sql);
    });
  await take((sql) => sql`select 1 from users where id = ${userId} for update`);
  await take((sql) => sql`select 1 from accounts where user_id = ${userId} for update`);
  await take((sql) => sql`select 1 from invoices where id = ${invoiceId} for update`);
  await take((sql) => sql`select 1 from payments where invoice_id = ${invoiceId} for update`);
  await take((sql) => sql`select 1 from outbox_messages where user_id = ${userId} for update`);
  const idle = await stack.sql`
    select pid from pg_stat_activity
    where datname = current_database() and state like 'idle in transaction%'
      and state_change < now() - interval '1 second'`;
  expect([...idle]).toEqual([]);
}

/** What it usually takes: a machine that stumbles once is not the product. */
function median(times: readonly number[]): number {
  return times.toSorted((one, other) => one - other)[Math.floor((times.length - 1) / 2)] ?? NaN;
}

/** Pays and says how long the bank waited for the webhook's answer. */
async function payTimed(order: Order): Promise<{ paymentId: string; tookMs: number }> {
  const startedMs = Date.now();
  const { paymentId, answers } = await pay(stack, order);
  const tookMs = Date.now() - startedMs;
  expect(answers).toEqual(successes(order, 1));
  return { paymentId, tookMs };
}

test('T-A5 while Telegram hangs, the webhook answers within a second, the credit is booked, nothing is locked, the message comes later', async () => {
  const userId = await newUser(stack);
  const order = await orderTopup(stack, userId, 20_000);
  const later = [
    await orderTopup(stack, userId, 20_000),
    await orderTopup(stack, userId, 20_000),
    await orderTopup(stack, userId, 20_000),
  ];
  const isCalled = hang(userId);
  const startedMs = Date.now();
  const { paymentId, tookMs } = await payTimed(order);
  await untilPaid(stack, order);
  expect(await balance(stack, userId)).toBe(100);
  await isCalled();
  const answersMs = [tookMs];
  for (const next of later) answersMs.push((await payTimed(next)).tookMs);
  for (const next of later) await untilPaid(stack, next);
  const repeatsMs: number[] = [];
  do {
    const repeatedMs = Date.now();
    expect((await notify(stack, paymentId)).answers).toEqual(successes(order, 1));
    repeatsMs.push(Date.now() - repeatedMs);
    await expectNothingLocked(order);
    await delay(200);
  } while (Date.now() - startedMs < (SILENCE_SECONDS / 2) * SECOND);
  expect(median(answersMs)).toBeLessThan(SECOND);
  expect(median(repeatsMs)).toBeLessThan(SECOND);
  expect(chatTexts(stack, userId)).toEqual([]);
  expect(Date.now() - startedMs).toBeLessThan(SILENCE_SECONDS * SECOND);
  const texts = () => chatTexts(stack, userId);
  await until('the messages come later', async () => texts().length > later.length, 60_000);
  expect(texts()).toHaveLength(1 + later.length);
  expect(await balance(stack, userId)).toBe(100 + later.length * 200);
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
