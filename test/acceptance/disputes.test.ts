import {
  concedeDisputeUpdate,
  disputeStageSignal,
  disputeQuery,
  disputeWorkflowId,
  submitEvidenceUpdate,
} from '../../workflows/billing/dispute/contract';
import type { dispute } from '../../workflows/billing/dispute/dispute';
import {
  DAY,
  itemsOfPayment,
  payAndSettle,
  paymentState,
  systemChanges,
} from '../support/payments';
import { askRefund, refundWholly, spendTokens } from '../support/refunds';
import {
  balance,
  invoiceState,
  newUser,
  orderTopup,
  promisedMessages,
  untilPaid,
  type Order,
} from '../support/shop';
import { checkBooks, startStack, until, type Stack } from '../support/stack';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ hasCatalogue: true, settings: { adminChatId: 900_001 } });
});
afterEach(() => checkBooks(stack));
afterAll(() => stack?.stop());

const ACCOUNTS = [
  'clearing:mock:RUB',
  'sys:deferred:RUB',
  'sys:disputes:RUB',
  'sys:issuance:TOK',
  'sys:fees:TOK',
  'sys:spend:TOK',
];

const OPERATOR = { operatorId: 'anna', reason: 'looked at it with the bank' };

type Bought = { readonly order: Order; readonly paymentId: string };

/** A top-up of 200 roubles of a new person, 100 of which is the fee. */
async function topup(): Promise<Bought> {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  const paymentId = await payAndSettle(stack, order);
  await untilPaid(stack, order);
  return { order, paymentId };
}

type Stage = 'opened' | 'won' | 'lost';

/** The bank says so, and the product has done what follows. */
async function stage({ paymentId }: Bought, to: Stage, outSum?: string): Promise<void> {
  await stack.mock.control.dispute(paymentId, { stage: to, outSum })?.tried;
  await until(`the dispute is ${to}`, async () => (await disputeState(paymentId)) === to);
}

async function disputeState(paymentId: string): Promise<string | undefined> {
  const [row] = await stack.sql`
    select d.state from disputes d join payments p on p.id = d.payment_id
    where p.provider_payment_id = ${paymentId}`;
  return row && String(row['state']);
}

async function isFrozen(userId: number): Promise<boolean> {
  const [row] = await stack.sql`select money_frozen_by from users where id = ${userId}`;
  return row?.['money_frozen_by'] !== null;
}

async function heldOf(userId: number): Promise<number> {
  const [row] =
    await stack.sql`select held::float8 as held from accounts where user_id = ${userId}`;
  return Number(row?.['held']) / 1_000_000;
}

async function subscriptionState(userId: number): Promise<string> {
  const [row] = await stack.sql`select state from subscriptions where user_id = ${userId}`;
  return String(row?.['state']);
}

function workflowOf({ paymentId }: Bought) {
  const ref = stack.mock.control.book.payments.get(paymentId)?.dispute?.ref ?? '';
  return stack.client.workflow.getHandle<typeof dispute>(disputeWorkflowId('mock', ref));
}

describe('T-P20 spend, refund, dispute, win and lose in five orders give a defined ledger', () => {
  test('T-P20 spent wholly, then refunded with debt', async () => {
    const changes = await systemChanges(stack, ACCOUNTS);
    const bought = await topup();
    await spendTokens(stack, bought.order.userId, 100);
    expect(await askRefund(stack, bought.paymentId)).toMatchObject({ reason: 'nothing_unspent' });
    await refundWholly(stack, bought.paymentId, { n: '2', policy: 'full_with_debt' });
    expect(await balance(stack, bought.order.userId)).toBe(-200);
    expect(await changes()).toEqual({
      'sys:fees:TOK': 100_000_000,
      'sys:spend:TOK': 100_000_000,
    });
    expect(await subscriptionState(bought.order.userId)).toBe('ended');
  });

  test('T-P20 half spent, disputed and won: everything is as before', async () => {
    const changes = await systemChanges(stack, ACCOUNTS);
    const bought = await topup();
    const { userId } = bought.order;
    await spendTokens(stack, userId, 40);
    const before = await changes();
    const { 'clearing:mock:RUB': received, ...others } = before;
    await stage(bought, 'opened');
    expect(received).toBe(-20_000);
    expect(await isFrozen(userId)).toBe(true);
    expect(await heldOf(userId)).toBe(60);
    expect(await changes()).toEqual({ ...others, 'sys:disputes:RUB': -20_000 });
    await expect(spendTokens(stack, userId, 1)).rejects.toThrow('available');
    await expect(orderTopup(stack, userId, 30_000)).rejects.toThrow('money_frozen');
    expect(await askRefund(stack, bought.paymentId)).toMatchObject({ reason: 'disputed' });
    await stage(bought, 'won');
    expect(await changes()).toEqual(before);
    expect(await isFrozen(userId)).toBe(false);
    expect(await heldOf(userId)).toBe(0);
    expect(await paymentState(stack, bought.paymentId)).toBe('paid');
    await refundWholly(stack, bought.paymentId, { n: '2' });
    expect(await balance(stack, userId)).toBe(0);
    expect(await promisedMessages(stack, userId)).toEqual([
      'pay.ok.activated',
      'dispute.opened',
      'dispute.won',
      'refund.done',
    ]);
  });

  test('T-P20 spent wholly, disputed and lost: a debt, and no subscription', async () => {
    const changes = await systemChanges(stack, ACCOUNTS);
    const bought = await topup();
    const { userId } = bought.order;
    await spendTokens(stack, userId, 100);
    await stage(bought, 'opened');
    await stage(bought, 'lost');
    expect(await changes()).toEqual({
      'sys:fees:TOK': 100_000_000,
      'sys:spend:TOK': 100_000_000,
    });
    expect(await balance(stack, userId)).toBe(-200);
    expect(await isFrozen(userId)).toBe(false);
    expect(await subscriptionState(userId)).toBe('ended');
    expect(await paymentState(stack, bought.paymentId)).toBe('disputed');
    expect(await askRefund(stack, bought.paymentId)).toMatchObject({ reason: 'all_refunded' });
  });

  test('T-P20 refunded in part, disputed for the rest and lost', async () => {
    const changes = await systemChanges(stack, ACCOUNTS);
    const bought = await topup();
    const { userId } = bought.order;
    await refundWholly(stack, bought.paymentId, { amountMinor: 5_000 });
    await spendTokens(stack, userId, 20);
    await stage(bought, 'opened', '150.00');
    expect(await heldOf(userId)).toBe(30);
    await stage(bought, 'lost');
    expect(await changes()).toEqual({
      'sys:fees:TOK': 100_000_000,
      'sys:spend:TOK': 20_000_000,
    });
    expect(await balance(stack, userId)).toBe(-120);
    expect(await itemsOfPayment(stack, bought.paymentId)).toEqual([]);
  });

  test('T-P20 refunded wholly, disputed all the same and lost: the double loss is shown', async () => {
    const changes = await systemChanges(stack, ACCOUNTS);
    const bought = await topup();
    await refundWholly(stack, bought.paymentId, { policy: 'full_with_debt' });
    await stage(bought, 'opened');
    await stage(bought, 'lost');
    expect(await changes()).toEqual({
      'clearing:mock:RUB': 20_000,
      'sys:disputes:RUB': -20_000,
      'sys:fees:TOK': 100_000_000,
    });
    expect(await balance(stack, bought.order.userId)).toBe(-100);
    expect(await itemsOfPayment(stack, bought.paymentId)).toEqual(['break']);
  });

  test('T-P20 the order is judged by its frozen terms though its tariff has another kind now', async () => {
    const userId = await newUser(stack);
    const order = await orderTopup(stack, userId, 20_000);
    const bought = { order, paymentId: await payAndSettle(stack, order) };
    await untilPaid(stack, order);
    await stage(bought, 'opened');
    await stack.sql`update tariffs set kind = 'pack' where kind = 'topup'`;
    await stage(bought, 'lost');
    await stack.sql`update tariffs set kind = 'topup' where slug = 'topup-main'`;
    expect(await subscriptionState(userId)).toBe('ended');
    expect(await balance(stack, userId)).toBe(-100);
    expect(await invoiceState(stack, order)).toBe('paid');
  });
});

test('a part that is lost takes tokens in proportion and leaves the rest', async () => {
  const bought = await topup();
  const { userId } = bought.order;
  await stage(bought, 'opened', '50.00');
  expect(await heldOf(userId)).toBe(100);
  await stage(bought, 'lost');
  expect(await balance(stack, userId)).toBe(50);
  expect(await heldOf(userId)).toBe(0);
  expect(await subscriptionState(userId)).toBe('active');
});

test('the end known before the beginning is booked at once, and late words change nothing', async () => {
  const changes = await systemChanges(stack, ACCOUNTS);
  const bought = await topup();
  const before = await changes();
  stack.mock.control.dispute(bought.paymentId, { stage: 'opened' });
  await stage(bought, 'won');
  await workflowOf(bought).result();
  for (const stageAgain of ['opened', 'won', 'opened'] as const) {
    const ref = workflowOf(bought).workflowId.replace('dispute:mock:', '');
    const { paymentId: providerPaymentId } = bought;
    await stack.client.workflow.signalWithStart('dispute', {
      workflowId: workflowOf(bought).workflowId,
      taskQueue: stack.taskQueue,
      args: [{ provider: 'mock', ref, providerPaymentId }],
      signal: disputeStageSignal,
      signalArgs: [{ stage: stageAgain }],
    });
    expect(await workflowOf(bought).result()).toEqual({ kind: 'won' });
  }
  expect(await changes()).toEqual(before);
  expect(await itemsOfPayment(stack, bought.paymentId)).toEqual([]);
});

test('evidence is collected and handed over, and operators are reminded before it is due', async () => {
  const bought = await topup();
  const { userId } = bought.order;
  await stage(bought, 'opened');
  await until(
    'it is defended',
    async () => (await workflowOf(bought).query(disputeQuery)).phase === 'open',
  );
  const [row] = await stack.sql`
    select d.evidence, d.due_at as due from disputes d join payments p on p.id = d.payment_id
    where p.provider_payment_id = ${bought.paymentId}`;
  expect(row?.['evidence']).toMatchObject({
    collected: { invoice: { no: bought.order.no }, spending: [{ kind: 'subscription_fee' }] },
  });
  await stack.advance(userId, 6 * DAY + 60_000);
  await until('operators are reminded', async () => {
    const rows = await stack.sql`select 1 from outbox_messages where template = 'ops.dispute_due'`;
    return rows.length > 0;
  });
  await workflowOf(bought).executeUpdate(submitEvidenceUpdate, {
    args: [{ ...OPERATOR, note: 'order, consent and usage by mail' }],
  });
  expect(await disputeState(bought.paymentId)).toBe('evidence_sent');
  await stage(bought, 'won');
});

test('an operator who gives in books the loss, and the bank’s other word is for a human', async () => {
  const bought = await topup();
  await stage(bought, 'opened');
  await until(
    'it is defended',
    async () => (await workflowOf(bought).query(disputeQuery)).phase === 'open',
  );
  await workflowOf(bought).executeUpdate(concedeDisputeUpdate, { args: [OPERATOR] });
  expect(await workflowOf(bought).result()).toEqual({ kind: 'lost' });
  expect(await balance(stack, bought.order.userId)).toBe(-100);
  await stack.mock.control.dispute(bought.paymentId, { stage: 'won' })?.tried;
  await until(
    'a human sees it',
    async () => (await itemsOfPayment(stack, bought.paymentId)).length > 0,
  );
  expect(await itemsOfPayment(stack, bought.paymentId)).toEqual(['break']);
  expect(await disputeState(bought.paymentId)).toBe('lost');
});
