import { v7 } from 'uuid';
import { createTestClock } from '../../src/main/test-clock';
import { apiClient, spender, type ApiClient } from '../support/api';
import { DAY, HOUR, MINUTE } from '../support/payments';
import { askRefund, refundHandle, untilPhase } from '../support/refunds';
import { asOfOf, balance } from '../support/shop';
import { checkBooks, startStack, type Stack } from '../support/stack';

// What is begun while a customer's clock is being moved lives by that clock all the same (OPS-20).

let stack: Stack;
let client: ApiClient;

beforeAll(async () => {
  stack = await startStack();
  client = await apiClient(stack);
});
afterEach(async () => {
  stack.mock.control.endOutages();
  await checkBooks(stack);
});
afterAll(() => stack?.stop());

/** When something is begun: before the clock arrives at the first instant, or at the last one. */
type Moment = 'first' | 'last';

const MOMENTS: readonly Moment[] = ['first', 'last'];

/**
 * Moves a customer's clock, and begins something in the very moment in which the jump knows of an instant at which nobody
 * else has arrived yet.
 */
async function advanceWhile(
  jump: { readonly userId: number; readonly ms: number; readonly moment: Moment },
  begin: () => Promise<void>,
): Promise<void> {
  const { userId, ms, moment } = jump;
  const { offsetMs: beforeMs } = await asOfOf(stack, userId);
  const isLast = (offsetMs: number) => offsetMs >= beforeMs + ms - HOUR;
  let isBegun = false;
  const clock = createTestClock({
    client: stack.client,
    sql: stack.database.sql,
    setBankClock: async (customer, offsetMs) => {
      if (!isBegun && (moment === 'first' || isLast(offsetMs))) {
        isBegun = true;
        await begin();
      }
      stack.mock.control.setClock(offsetMs, String(customer));
    },
  });
  const move = await clock.move({ userId, endMs: (fromMs) => fromMs + ms });
  expect(move.kind).toBe('moved');
  expect(isBegun).toBe(true);
}

async function placeHold(userId: number): Promise<string> {
  const body = { amount: 30, lease_seconds: 600, on_expiry: 'capture_estimate' };
  const placed = await client.call('POST', `/users/${userId}/holds`, { body, name: v7() });
  expect(placed.status).toBe(201);
  return String(placed.json['hold_id']);
}

/** The business instants at which a lease ended and its work was charged. */
async function settlementOf(userId: number, holdId: string) {
  const [row] = await stack.sql<{ leaseUntil: Date; chargedAt: Date }[]>`
    select h.lease_until as "leaseUntil", c.as_of as "chargedAt"
    from holds h join charges c on c.user_id = ${userId} and c.kind = 'hold_capture'
    where h.id = ${holdId}`;
  return row;
}

async function paidBy(userId: number): Promise<string> {
  const [row] = await stack.sql`
    select p.provider_payment_id as id from payments p join invoices i on i.id = p.invoice_id
    where i.user_id = ${userId}`;
  return String(row?.['id']);
}

test.each(MOMENTS)(
  'a hold placed at the %s instant of a jump ends with its own lease, on the way',
  async (moment) => {
    const userId = await spender(stack, 200);
    let holdId = '';
    await advanceWhile({ userId, ms: 3 * DAY, moment }, async () => {
      holdId = await placeHold(userId);
    });
    const { json } = await client.call('GET', `/holds/${holdId}`);
    expect(json).toMatchObject({ state: 'captured', ended_by: 'expiry', captured: '30' });
    const settled = await settlementOf(userId, holdId);
    const lateMs = Number(settled?.chargedAt) - Number(settled?.leaseUntil);
    expect(lateMs).toBeGreaterThanOrEqual(0);
    expect(lateMs).toBeLessThan(MINUTE);
    expect(await balance(stack, userId)).toBe(170);
  },
);

test.each(MOMENTS)(
  'a refund begun at the %s instant of a jump has asked its provider all the way to the end',
  async (moment) => {
    const userId = await spender(stack, 200);
    const paymentId = await paidBy(userId);
    stack.mock.control.outage({ scope: 'refund', answer: 'error', afterEffect: false });
    let workflowId = '';
    await advanceWhile({ userId, ms: 12 * HOUR, moment }, async () => {
      const opened = await askRefund(stack, paymentId);
      if (opened.kind !== 'planned') throw new Error(`no refund: ${opened.kind}`);
      workflowId = opened.workflowId;
      await untilPhase(stack, workflowId, 'unknown');
    });
    const { nextActionAt } = await untilPhase(stack, workflowId, 'unknown');
    const { asOf } = await asOfOf(stack, userId);
    const aheadMs = Date.parse(nextActionAt ?? '') - asOf.getTime();
    expect(aheadMs).toBeGreaterThan(-MINUTE);
    expect(aheadMs).toBeLessThanOrEqual(HOUR);
    stack.mock.control.endOutages();
    await stack.advance(userId, 2 * HOUR);
    expect(await refundHandle(stack, workflowId).result()).toMatchObject({ kind: 'done' });
    expect(await balance(stack, userId)).toBe(0);
  },
);

test('a plan that was only looked at is given up when its owner’s clock passes its patience', async () => {
  const userId = await spender(stack, 200);
  const paymentId = await paidBy(userId);
  let workflowId = '';
  await advanceWhile({ userId, ms: HOUR, moment: 'first' }, async () => {
    const requestedBy = { kind: 'user', id: String(userId) } as const;
    const opened = await askRefund(stack, paymentId, {
      ...{ origin: 'user', requestedBy, isPreview: true },
    });
    if (opened.kind !== 'planned') throw new Error(`no refund: ${opened.kind}`);
    workflowId = opened.workflowId;
  });
  const handle = refundHandle(stack, workflowId);
  expect(await handle.result()).toEqual({ kind: 'abandoned', reason: 'nobody confirmed it' });
  expect(await balance(stack, userId)).toBe(200);
});
