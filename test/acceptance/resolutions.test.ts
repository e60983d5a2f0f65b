import {
  balance,
  invoiceState,
  newUser,
  openItems,
  orderTopup,
  promisedMessages,
  transferKinds,
  untilPaid,
  type Order,
} from '../support/shop';
import {
  DAY,
  itemsOfPayment,
  notify,
  pay,
  payAndSettle,
  paymentCard,
  paymentState,
  proposeWriteOff,
  resolve,
  successes,
  systemChanges,
  untilSettled,
  untilState,
} from '../support/payments';
import { checkBooks, startStack, until, type Stack } from '../support/stack';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
});
afterEach(() => checkBooks(stack));
afterAll(() => stack?.stop());

const changes = () =>
  systemChanges(stack, [
    'clearing:mock:RUB',
    'sys:suspense:RUB',
    'sys:deferred:RUB',
    'sys:issuance:TOK',
  ]);

async function underpaid(): Promise<{ order: Order; paymentId: string }> {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  return { order, paymentId: await payAndSettle(stack, order, { outSum: '150.00' }) };
}

test('CO-10 an operator credits an underpayment to the wallet and the order stays open', async () => {
  const { order, paymentId } = await underpaid();
  const moved = await changes();
  expect(await resolve(stack, paymentId, 'credit_wallet')).toContain('credited');
  await untilSettled(stack, paymentId);
  expect(await moved()).toEqual({
    'sys:suspense:RUB': -15_000,
    'sys:deferred:RUB': 15_000,
    'sys:issuance:TOK': -150_000_000,
  });
  expect(await balance(stack, order.userId)).toBe(150);
  expect(await itemsOfPayment(stack, paymentId)).toEqual(['underpaid (resolved)']);
  expect(await promisedMessages(stack, order.userId)).toEqual(['pay.quarantine', 'pay.ok.topup']);
  expect(await invoiceState(stack, order)).toBe('pending');
  await stack.advance(order.userId, DAY + 60_000);
  await untilState(stack, order, 'expired');
});

test('CO-10 an operator completes the order with an underpayment', async () => {
  const { order, paymentId } = await underpaid();
  await resolve(stack, paymentId, 'complete_order');
  await untilPaid(stack, order);
  expect(await balance(stack, order.userId)).toBe(100);
  expect(await transferKinds(stack, order.userId)).toEqual([
    'quarantine',
    'quarantine_release',
    'subscription_fee',
  ]);
  expect(await itemsOfPayment(stack, paymentId)).toEqual(['underpaid (resolved)']);
  expect(await promisedMessages(stack, order.userId)).toEqual([
    'pay.quarantine',
    'pay.ok.activated',
  ]);
});

test('CO-10 an operator sends an overpayment back and the books forget nothing', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  const moved = await changes();
  const paymentId = await payAndSettle(stack, order, { outSum: '300.00' });
  expect(await openItems(stack, order)).toEqual(['overpaid']);
  await resolve(stack, paymentId, 'refund');
  await untilSettled(stack, paymentId);
  expect(await moved()).toEqual({});
  expect(await paymentState(stack, paymentId)).toBe('refunded');
  expect(await itemsOfPayment(stack, paymentId)).toEqual(['overpaid (resolved)']);
  expect(await promisedMessages(stack, order.userId)).toEqual(['pay.quarantine', 'pay.refunded']);
  expect(stack.mock.control.book.payments.get(paymentId)?.state).toBe('refunded');
});

test('CO-10 a refund whose outcome is unknown is asked about and sent once', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  const paymentId = await payAndSettle(stack, order, { outSum: '300.00' });
  stack.mock.control.outage({ scope: 'refund', afterEffect: true, requests: 1 });
  await resolve(stack, paymentId, 'refund');
  await until(
    'the refund waits for proof',
    async () => (await paymentCard(stack, paymentId)).phase === 'refunding',
  );
  await stack.advance(order.userId, 60_000);
  await until(
    'the refund is booked',
    async () => (await paymentState(stack, paymentId)) === 'refunded',
  );
  expect(
    stack.mock.control.book.refunds.all().filter((r) => r.paymentId === paymentId),
  ).toHaveLength(1);
});

test('CO-10 money that the provider refuses to send back waits for another decision', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  const paymentId = await payAndSettle(stack, order, { outSum: '300.00', refuseRefunds: true });
  await resolve(stack, paymentId, 'refund');
  await until('the refusal is visible', async () =>
    (await itemsOfPayment(stack, paymentId)).includes('refund_stuck'),
  );
  await untilSettled(stack, paymentId);
  await resolve(stack, paymentId, 'credit_wallet');
  expect(await balance(stack, order.userId)).toBe(300);
  expect(await itemsOfPayment(stack, paymentId)).toEqual([
    'overpaid (resolved)',
    'refund_stuck (resolved)',
  ]);
});

async function financier(): Promise<number> {
  const userId = await newUser(stack);
  await stack.sql`insert into roles (user_id, role, granted_by) values (${userId}, 'finance', 'test')`;
  return userId;
}

test('CO-10 OPS-12 an item that two write off leaves the money in suspense and cannot be decided twice', async () => {
  const { order, paymentId } = await underpaid();
  const [proposer, other] = [await financier(), await financier()];
  const moved = await changes();
  expect(await proposeWriteOff(stack, paymentId, order.userId)).toBe('refused: no_role');
  const answer = await proposeWriteOff(stack, paymentId, proposer);
  const proposalId = answer.replace(/^proposed; .*proposal:/, '');
  expect(await itemsOfPayment(stack, paymentId)).toEqual(['underpaid']);
  const vote = (operatorId: number) =>
    stack.commands.vote({ proposalId, operatorId, isApproval: true });
  expect(await vote(proposer)).toEqual({ kind: 'refused', reason: 'own' });
  expect(await vote(other)).toEqual({ kind: 'executed', isDone: true });
  await untilSettled(stack, paymentId);
  expect(await moved()).toEqual({});
  expect(await itemsOfPayment(stack, paymentId)).toEqual(['underpaid (written_off)']);
  const repeat = await notify(stack, paymentId);
  expect(repeat.answers).toEqual(successes(order, 1));
  await untilSettled(stack, paymentId);
  await expect(resolve(stack, paymentId, 'credit_wallet')).rejects.toThrow();
  expect(await balance(stack, order.userId)).toBe(0);
});

test('CO-10 a decision without a reason is refused', async () => {
  const { paymentId } = await underpaid();
  const handle = stack.client.workflow.getHandle(`pay:mock:${paymentId}`);
  const repair = { how: 'credit_wallet', operatorId: 'finance-1', reason: 'because' };
  await expect(handle.executeUpdate('resolve', { args: [repair] })).rejects.toThrow();
  expect(await itemsOfPayment(stack, paymentId)).toEqual(['underpaid']);
});

test('RF-3 money in suspense that the bank gives back by itself leaves the books', async () => {
  const moved = await changes();
  const { order, paymentId } = await underpaid();
  await stack.mock.control.move(paymentId, 'refunded')?.tried;
  await until(
    'the return is booked',
    async () => (await paymentState(stack, paymentId)) === 'refunded',
  );
  expect(await moved()).toEqual({});
  expect(await itemsOfPayment(stack, paymentId)).toEqual(['underpaid (resolved)']);
  expect(await promisedMessages(stack, order.userId)).toEqual(['pay.quarantine', 'pay.refunded']);
});

test('CO-11 a second payment of a paid order becomes credit, visible and told', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  await payAndSettle(stack, order);
  await untilPaid(stack, order);
  const second = await pay(stack, order);
  expect(second.answers).toEqual(successes(order, 1));
  await untilSettled(stack, second.paymentId);
  expect(await balance(stack, order.userId)).toBe(300);
  expect(await openItems(stack, order)).toEqual(['duplicate_paid']);
  expect(await promisedMessages(stack, order.userId)).toEqual([
    'pay.ok.activated',
    'pay.duplicate.wallet',
  ]);
});
