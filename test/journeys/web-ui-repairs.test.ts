import type { Browser } from 'playwright-core';
import {
  checkoutId,
  paymentConfirmationId,
  subscriptionWorkflowId,
} from '../../workflows/billing/contract';
import { startRobokassa, type RobokassaFake } from '../payments/support/robokassa-fake';
import { LIVE, settingsOf } from '../payments/support/robokassa-shops';
import { openBrowser } from '../support/browser';
import { itemsOfPayment, MINUTE, pay, payAndSettle, paymentCard } from '../support/payments';
import { askRefund, refundStates, untilPhase } from '../support/refunds';
import { balance, newUser, orderTopup, transferKinds, untilPaid } from '../support/shop';
import { checkBooks, startStack, until, type Stack } from '../support/stack';
import { cardSubscriber, standingOf, toTheEnd, untilStanding } from '../support/subscribers';
import { operatorAt, type Operator } from '../support/web-ui';

// Five incidents, each found by its saved view and repaired by the dialog of the page: the operator has nothing else.

const OLGA = { operatorId: 'olga', reason: 'checked with the bank by telephone' };

let stack: Stack;
let browser: Browser;
let robokassa: RobokassaFake;
let operator: Operator;

beforeAll(async () => {
  robokassa = await startRobokassa(LIVE);
  const providers = { robokassa: settingsOf(LIVE, robokassa.url) };
  stack = await startStack({ hasCatalogue: true, providers });
  browser = await openBrowser();
  operator = await operatorAt(browser, stack);
});
afterAll(async () => {
  await browser?.close();
  await stack?.stop();
  await robokassa?.stop();
});
afterEach(() => checkBooks(stack));

/** What the audit holds of Olga's repairs of a workflow or a row: action and reason. */
async function auditOf(workflowId: string): Promise<{ action: string; reason: string }[]> {
  return stack.sql<{ action: string; reason: string }[]>`
    select action, reason from audit_log
    where workflow_id = ${workflowId} and actor_kind = 'operator' and actor_id = ${OLGA.operatorId} order by id`;
}

test('OPS-3 an unknown outcome is declared paid on evidence', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  const silent = { answer: 'unknown', forMs: 24 * 60 * MINUTE } as const;
  const { paymentId } = await pay(stack, order, { status: silent });
  const workflowId = paymentConfirmationId('mock', paymentId);
  await until(
    'it is asked about',
    async () => (await paymentCard(stack, paymentId)).phase === 'asking',
  );
  await stack.advance(order.userId, 16 * MINUTE);
  await operator.findBy('Unknown outcome', workflowId);
  const evidence = 'statement of 3 March, line 17';
  await operator.repair('markPaid', { evidence, ...OLGA }, 'web-ui-update');
  await untilPaid(stack, order);
  expect(await balance(stack, order.userId)).toBe(100);
  expect(await transferKinds(stack, order.userId)).toEqual(['topup', 'subscription_fee']);
  const audit = await auditOf(workflowId);
  expect(audit).toEqual([
    expect.objectContaining({ reason: expect.stringContaining(OLGA.reason) as string }),
  ]);
});

test('OPS-3 quarantined money is credited to the wallet', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  const paymentId = await payAndSettle(stack, order, { outSum: '150.00' });
  const workflowId = paymentConfirmationId('mock', paymentId);
  await operator.findBy('Quarantined money', workflowId);
  await operator.repair('resolve', { how: 'credit_wallet', ...OLGA });
  await until('it is credited', async () => (await balance(stack, order.userId)) === 150);
  expect(await itemsOfPayment(stack, paymentId)).toEqual(['underpaid (resolved)']);
  expect(await auditOf(workflowId)).toEqual([{ action: 'payment.resolved', reason: OLGA.reason }]);
});

test('OPS-3 a refund that its provider refuses is sent by hand and booked on evidence', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  const paymentId = await payAndSettle(stack, order, { refuseRefunds: true });
  const opened = await askRefund(stack, paymentId);
  if (opened.kind !== 'planned') throw new Error('no refund');
  const { workflowId } = opened;
  await untilPhase(stack, workflowId, 'stuck');
  await operator.findBy('Refunds stuck', workflowId);
  await operator.repair('resolve', { how: 'made', evidence: 'transfer 4711 of today', ...OLGA });
  await until('it is booked', async () => (await refundStates(stack, paymentId))[0] === 'done');
  expect(await balance(stack, order.userId)).toBe(0);
  expect(await itemsOfPayment(stack, paymentId)).toEqual(['refund_stuck (resolved)']);
  expect((await auditOf(workflowId)).map(({ action }) => action)).toEqual(
    expect.arrayContaining(['refund.declared_made', 'refund.done']),
  );
});

test('OPS-3 an unpaid subscription is given more days', async () => {
  const who = await cardSubscriber(stack);
  stack.mock.control.fault({ declineCode: 'insufficient_funds' });
  await toTheEnd(stack, who);
  await untilStanding(stack, who, { state: 'past_due' });
  const workflowId = subscriptionWorkflowId(who.subscriptionId);
  await operator.findBy('Unpaid after 1 try', workflowId);
  const before = await standingOf(stack, who);
  const endOf = async () => {
    const [row] = await stack.sql`
      select period_end from subscriptions where id = ${who.subscriptionId}`;
    return (row?.['period_end'] as Date).getTime();
  };
  const endMs = await endOf();
  await operator.repair('extend', { days: 3, ...OLGA });
  await until('its end has moved', async () => (await endOf()) - endMs === 3 * 24 * 60 * MINUTE);
  expect((await standingOf(stack, who)).n).toBe(before.n);
  const edits = await stack.sql`
    select actor, reason from timeline_edits where subscription_id = ${who.subscriptionId}`;
  expect(edits).toEqual([expect.objectContaining({ reason: OLGA.reason })]);
  expect((await auditOf(workflowId)).map(({ reason }) => reason)).toEqual([OLGA.reason]);
});

test('OPS-3 an order at a dead provider is moved to another, and paid there', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  const workflowId = checkoutId(order.invoiceId);
  stack.mock.control.outage({ scope: 'all' });
  try {
    await operator.findBy('Open orders', workflowId);
    await operator.repair('switchProvider', { provider: 'robokassa', ...OLGA });
    await until('it is at the other provider', async () => {
      const [row] = await stack.sql`select provider from invoices where id = ${order.invoiceId}`;
      return row?.['provider'] === 'robokassa';
    });
  } finally {
    stack.mock.control.endOutages();
  }
  expect(await auditOf(workflowId)).toEqual([
    { action: 'invoice.provider_changed', reason: OLGA.reason },
  ]);
  const invoice = await stack.reads.invoice(order.invoiceId);
  await robokassa.visit(invoice?.paymentUrl ?? '');
  const body = new URLSearchParams(robokassa.pay(order.no));
  await fetch(`${stack.http.url}/webhook/robokassa`, { method: 'POST', body });
  await untilPaid(stack, order);
  expect(await balance(stack, order.userId)).toBe(100);
});

test('OPS-2 the views by which they were found are kept by the browser under their names', async () => {
  expect(await operator.savedViews()).toEqual(
    expect.arrayContaining([
      'Unknown outcome',
      'Quarantined money',
      'Refunds stuck',
      'Open orders',
    ]),
  );
});
