import { setTimeout as delay } from 'node:timers/promises';
import {
  asOfOf,
  chatTexts,
  invoiceState,
  newUser,
  orderTopup,
  promisedMessages,
  untilPaid,
  type Order,
} from '../support/shop';
import {
  advanceTo,
  cancel,
  DAY,
  HOUR,
  MINUTE,
  payAndSettle,
  SECOND,
  untilState,
} from '../support/payments';
import { checkBooks, startStack, until, type Stack } from '../support/stack';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
});
afterEach(() => checkBooks(stack));
afterAll(() => stack?.stop());

async function instants(order: Order): Promise<{ created: Date; expires: Date; closed?: Date }> {
  const [row] = await stack.sql`
    select created_as_of as created, expires_at as expires, closed_at as closed
    from invoices where id = ${order.invoiceId}`;
  return row as unknown as { created: Date; expires: Date; closed?: Date };
}

async function reminders(order: Order): Promise<number> {
  const templates = await promisedMessages(stack, order.userId);
  return templates.filter((template) => template === 'inv.reminder').length;
}

test('T-A10 an invoice expires exactly 24 hours after its creation and not a second earlier', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  const { created, expires } = await instants(order);
  expect(expires.getTime() - created.getTime()).toBe(DAY);
  await advanceTo(stack, order.userId, new Date(expires.getTime() - 6 * SECOND));
  for (;;) {
    // The state is read before the clock: what is pending then was pending at that instant too.
    const state = await invoiceState(stack, order);
    const { asOf } = await asOfOf(stack, order.userId);
    // The specification's own measure: pending at 23:59:59. Two clocks are compared, and a busy machine parts them a little.
    if (asOf.getTime() >= expires.getTime() - SECOND) break;
    expect(state).toBe('pending');
    await delay(100);
  }
  await untilState(stack, order, 'expired');
  const { closed } = await instants(order);
  const lateMs = (closed?.getTime() ?? 0) - expires.getTime();
  expect(lateMs).toBeGreaterThanOrEqual(0);
  expect(lateMs).toBeLessThan(SECOND);
  await until('the owner is told', async () =>
    chatTexts(stack, order.userId).includes(`Invoice #${order.no} has expired.`),
  );
  expect(await promisedMessages(stack, order.userId)).toEqual(['inv.reminder', 'inv.expired']);
});

test('T-A10 an invoice whose clock jumps over its end is closed as of its very end', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  await stack.advance(order.userId, 3 * DAY);
  await untilState(stack, order, 'expired');
  const { expires, closed } = await instants(order);
  expect((closed?.getTime() ?? 0) - expires.getTime()).toBeGreaterThanOrEqual(0);
  expect((closed?.getTime() ?? 0) - expires.getTime()).toBeLessThan(SECOND);
  expect(await promisedMessages(stack, order.userId)).toEqual(['inv.reminder', 'inv.expired']);
});

test('T-A10 an unpaid invoice is mentioned once, two hours before its end', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  const { expires } = await instants(order);
  await advanceTo(stack, order.userId, new Date(expires.getTime() - 2 * HOUR - MINUTE));
  expect(await reminders(order)).toBe(0);
  await stack.advance(order.userId, 2 * MINUTE);
  expect(await reminders(order)).toBe(1);
  await until('the owner is reminded', async () =>
    chatTexts(stack, order.userId).some((text) => text.includes('is waiting until')),
  );
  await stack.advance(order.userId, HOUR);
  expect(await reminders(order)).toBe(1);
});

test('T-A10 a paid invoice is mentioned no more and never expires', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  await payAndSettle(stack, order);
  await untilPaid(stack, order);
  await stack.advance(order.userId, 25 * HOUR);
  expect(await promisedMessages(stack, order.userId)).toEqual(['pay.ok.activated']);
  expect(await invoiceState(stack, order)).toBe('paid');
});

test('T-A10 a cancelled invoice is mentioned no more', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  expect(await cancel(stack, order)).toBe('cancelled');
  await stack.advance(order.userId, 25 * HOUR);
  expect(await promisedMessages(stack, order.userId)).toEqual(['inv.cancelled']);
});

test('CO-8 a closed order is watched for thirty days, then its checkout ends', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  const handle = stack.client.workflow.getHandle(`checkout:${order.invoiceId}`);
  await stack.advance(order.userId, 30 * DAY);
  expect((await handle.describe()).status.name).toBe('RUNNING');
  await stack.advance(order.userId, DAY + MINUTE);
  expect(await handle.result()).toEqual({ kind: 'closed', state: 'expired' });
  expect(await promisedMessages(stack, order.userId)).toEqual(['inv.reminder', 'inv.expired']);
});
