import { fastForward } from '../../src/embedded/clock';
import { verificationAlarmId } from '../../workflows/billing/verification-alarm/contract';
import { MINUTE, pay } from '../support/payments';
import { balance, newUser, orderTopup, untilPaid } from '../support/shop';
import { checkBooks, startStack, until, type Stack } from '../support/stack';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ settings: { adminChatId: 900_001 } });
});
afterEach(() => checkBooks(stack));
afterAll(() => stack?.stop());

/** Pays an order with a notification that is signed by another rule. */
async function paidByAnotherRule() {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  const { answers } = await pay(stack, order, { badSignature: true });
  expect(answers).toEqual([expect.stringMatching(/^400 /)]);
  return order;
}

const alarms = () => stack.sql`
  select params, recorded_at as at from outbox_messages where template = 'ops.verification'`;

test('T-P5 when the rule of signatures changes, operators know within five minutes and polls complete the payments', async () => {
  const orders = [];
  for (let n = 0; n < 4; n += 1) orders.push(await paidByAnotherRule());
  await Promise.all(orders.map((order) => stack.advance(order.userId, 5 * MINUTE)));
  for (const order of orders) {
    await untilPaid(stack, order);
    expect(await balance(stack, order.userId)).toBe(100);
  }
  const [alarm] = await until(
    'the alarm',
    async () => {
      const told = await alarms();
      return told.length > 0 && told;
    },
    2 * MINUTE,
  );
  expect(alarm?.['params']).toMatchObject({ provider: 'mock', minutes: 5 });
  const [first] =
    await stack.sql`select min(recorded_at) as at from inbox_events where verified = 'no'`;
  const tookMs = (alarm?.['at'] as Date).getTime() - (first?.['at'] as Date).getTime();
  expect(tookMs).toBeLessThan(5 * MINUTE);

  await paidByAnotherRule();
  const workflowId = verificationAlarmId('mock');
  await fastForward(stack.client, { workflowId }, 20 * MINUTE);
  expect(await alarms()).toHaveLength(1);
  await fastForward(stack.client, { workflowId }, 60 * MINUTE);
  const handle = stack.client.workflow.getHandle(workflowId);
  expect((await handle.describe()).status.name).toBe('COMPLETED');
}, 240_000);

test('T-P5 a signature that is there but wrong is 400, wherever it stands, and changes nothing', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  const fields = {
    OutSum: '200.00',
    InvId: String(order.no),
    Shp_invoice_id: order.invoiceId,
    Shp_payment_id: 'mp_forged',
    Shp_state: 'paid',
    Shp_user_id: String(order.userId),
  };
  const send = (signature: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(`${stack.http.url}/webhook/mock`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams({ ...fields, ...signature }).toString(),
    });
  expect((await send({ SignatureValue: 'A'.repeat(64) })).status).toBe(400);
  expect((await send({ SignatureValue: '' }, { signature: 'present' })).status).toBe(400);
  expect((await send({}, { 'x-signature': 'A'.repeat(64) })).status).toBe(400);
  expect(await balance(stack, order.userId)).toBe(0);
  const workflows = stack.client.workflow.list({ query: `WorkflowId = 'pay:mock:mp_forged'` });
  for await (const { workflowId } of workflows) throw new Error(`${workflowId} was started`);
});
