import { newOperator } from '../bot/support/roles';
import { newVisitor, type Visitor } from '../bot/support/visitor';
import { giveConsent } from '../support/consent';
import { payAndSettle, untilSettled } from '../support/payments';
import { balance, newUser, orderTopup, untilPaid } from '../support/shop';
import { checkBooks, startStack, until, type Stack } from '../support/stack';

const REASON = 'three disputes in a week';

let stack: Stack;
let admin: Visitor;

beforeAll(async () => {
  stack = await startStack({ hasBot: true });
  admin = await newOperator(stack, ['admin', 'finance']);
  await giveConsent(stack.sql, admin.id);
});
afterEach(() => checkBooks(stack));
afterAll(() => stack?.stop());

async function confirmed(command: string): Promise<string | undefined> {
  await admin.write(command);
  await admin.write(REASON);
  return (await admin.press('Do it')).toast;
}

async function workflowsOf(operation: string): Promise<unknown[]> {
  const rows = await stack.sql`
    select action, actor_id, reason, workflow_id from audit_log where action = ${operation}`;
  return rows.map((row) => ({ ...row }));
}

async function itemOf(providerPaymentId: string): Promise<unknown> {
  const [item] = await stack.sql`
    select i.state from open_items i join payments p on p.id = i.payment_id
    where p.provider_payment_id = ${providerPaymentId}`;
  return item?.['state'];
}

test('OPS-14 a blocked person starts nothing new, what runs goes on, and unblocking resumes', async () => {
  const userId = await newUser(stack);
  const running = await orderTopup(stack, userId, 20_000);
  expect(await confirmed(`/block ${userId}`)).toContain('Done');
  await expect(orderTopup(stack, userId, 30_000)).rejects.toThrow('user_blocked');
  await payAndSettle(stack, running);
  await untilPaid(stack, running);
  expect(await balance(stack, userId)).toBe(100);
  expect(await confirmed(`/unblock ${userId}`)).toContain('Done');
  expect(await orderTopup(stack, userId, 30_000)).toMatchObject({ userId });
  for (const action of ['user.blocked', 'user.unblocked']) {
    expect(await workflowsOf(action)).toEqual([
      {
        ...{ action, actor_id: String(admin.id), reason: REASON },
        workflow_id: expect.stringMatching(/^op:[0-9a-f-]{36}$/) as string,
      },
    ]);
  }
});

test('OPS-14 a blocked person is told so by the bot, and a person with a role is not blocked', async () => {
  const visitor = newVisitor(stack);
  await visitor.write('/start');
  expect(await confirmed(`/block ${visitor.id}`)).toContain('Done');
  expect((await visitor.write('/topup')).message.text).toContain('Access is limited');
  const support = await newOperator(stack, ['support']);
  expect(await confirmed(`/block ${support.id}`)).toContain('take them away first');
  const [row] = await stack.sql`select is_blocked from users where id = ${support.id}`;
  expect(row?.['is_blocked']).toBe(false);
});

test('OPS-3 an operator finds quarantined money in the bot and credits it to the wallet', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  const paymentId = await payAndSettle(stack, order, { outSum: '150.00' });
  await until('the payment shows as stuck', async () => {
    const stuck = await stack.commands.stuckWorkflows(20);
    return stuck.some(({ workflowId }) => workflowId === `pay:mock:${paymentId}`);
  });
  expect((await admin.write('/stuck')).message.text).toContain(`pay:mock:${paymentId}`);
  await admin.write('/open');
  await admin.press('Paid too little');
  await admin.press('Credit the wallet');
  await admin.write('the customer agreed by telephone');
  expect((await admin.press('Do it')).toast).toContain('Accepted');
  await untilSettled(stack, paymentId);
  expect(await balance(stack, order.userId)).toBe(150);
  expect((await admin.write(`/find ${paymentId}`)).message.text).toContain(String(order.userId));
  const again = await stack.commands.repairPayment({
    payment: { provider: 'mock', providerPaymentId: paymentId },
    ...{ repair: 'refund', operatorId: '1', reason: 'asked for a second time', operationId: 'x' },
  });
  expect(again).toMatchObject({ kind: 'refused' });
});

test('OPS-12 an item is written off when another administrator allows it, and its payment ends', async () => {
  const proposer = await newOperator(stack, ['support']);
  await giveConsent(stack.sql, proposer.id);
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  const paymentId = await payAndSettle(stack, order, { outSum: '150.00' });
  await until('the item is there', async () => (await itemOf(paymentId)) === 'open');
  await proposer.write('/open');
  await proposer.press('Paid too little');
  await proposer.press('Write the item off');
  await proposer.write('nobody claims this money');
  expect((await proposer.press('Do it')).toast).toContain('The proposal is sent');
  expect(await itemOf(paymentId)).toBe('open');
  const other = await newOperator(stack, ['finance']);
  const [proposal] = await stack.sql`
    select id from proposals where action = 'write_off_item' and state = 'open'`;
  const vote = { proposalId: String(proposal?.['id']), operatorId: other.id, isApproval: true };
  expect(await stack.commands.vote(vote)).toEqual({ kind: 'executed', isDone: true });
  expect(await itemOf(paymentId)).toBe('written_off');
  await untilSettled(stack, paymentId);
  expect(await balance(stack, order.userId)).toBe(0);
});

test('OPS-13 while the bot is closed, payments that were begun go on', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  const visitor = newVisitor(stack);
  await visitor.write('/start');
  expect(await confirmed('/maintenance on')).toContain('Done');
  expect((await visitor.write('/balance')).message.text).toContain('Maintenance');
  await payAndSettle(stack, order);
  await untilPaid(stack, order);
  expect(await confirmed('/maintenance off')).toContain('Done');
  expect((await visitor.write('/help')).message.text).not.toContain('Maintenance');
});

test('OPS-11 the figures of the day are those of the books', async () => {
  await admin.write('/stats');
  const { text } = admin.shown().message;
  expect(text).toContain('mock');
  expect(text).toContain('MRR:');
  const photo = stack.telegram.messages(admin.id).some(({ message }) => 'photo' in message);
  expect(photo).toBe(true);
});
