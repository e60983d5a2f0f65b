import { randomUUID } from 'node:crypto';
import { broadcastWorkflowId } from '../../workflows/billing/broadcast/contract';
import { chatTexts, newUser, orderTopup, untilPaid } from '../support/shop';
import { pay } from '../support/payments';
import { checkBooks, startStack, until, type Stack } from '../support/stack';

let stack: Stack;
let admin: number;

beforeAll(async () => {
  stack = await startStack();
  admin = await newUser(stack);
  await stack.sql`insert into roles (user_id, role, granted_by) values (${admin}, 'admin', 'test')`;
});
afterEach(() => checkBooks(stack));
afterAll(() => stack?.stop());

/** Hundreds of messages take their time on a busy machine. */
const PATIENCE = 60_000;

/** So many people who agreed to news. */
async function readers(count: number): Promise<number[]> {
  await stack.sql`update users set marketing_ok = false`;
  const ids: number[] = [];
  for (let n = 0; n < count; n += 1) ids.push(await newUser(stack));
  await stack.sql`update users set marketing_ok = true where id in ${stack.sql(ids)}`;
  return ids;
}

async function start(): Promise<string> {
  const broadcastId = randomUUID();
  const outcome = await stack.commands.operate({
    operationId: broadcastId,
    action: 'start_broadcast',
    params: {
      broadcastId,
      audience: 'all',
      textRu: 'Скидки',
      textEn: `Sale <b>${broadcastId}</b>`,
    },
    operator: { userId: admin },
    reason: 'the autumn sale begins',
  });
  expect(outcome).toMatchObject({ kind: 'done' });
  return broadcastId;
}

const sentOf = async (broadcastId: string) => {
  const [row] = await stack.sql`
    select count(*)::int as n from outbox_messages
    where broadcast_id = ${broadcastId} and state = 'sent'`;
  return Number(row?.['n']);
};

/** Pays an order and gives how long its receipt waited in the outbox. */
async function secondsToReceipt(userId: number): Promise<number> {
  const order = await orderTopup(stack, userId, 20_000);
  await pay(stack, order);
  await untilPaid(stack, order);
  const row = await until('the receipt is sent', async () => {
    const [sent] = await stack.sql`
      select extract(epoch from sent_at - recorded_at)::float8 as seconds from outbox_messages
      where category = 'money' and state = 'sent' and user_id = ${userId}`;
    return sent;
  });
  return Number(row['seconds']);
}

const steer = (broadcastId: string, move: 'pause' | 'resume' | 'cancel') =>
  stack.commands.steerBroadcast({
    ...{ broadcastId, move, operatorId: admin },
    reason: 'a mistake in the text',
  });

it('a broadcast delays no receipt by more than two seconds, also of its own readers (NT-8)', async () => {
  const usual = await secondsToReceipt(await newUser(stack));
  const people = await readers(150);
  const broadcastId = await start();
  await until('it is under way', async () => (await sentOf(broadcastId)) > 20, PATIENCE);
  for (const userId of [await newUser(stack), people.at(-1) ?? 0]) {
    expect((await secondsToReceipt(userId)) - usual).toBeLessThan(2);
  }
  expect(await sentOf(broadcastId)).toBeLessThan(150);
  await until('all of it is sent', async () => (await sentOf(broadcastId)) === 150, PATIENCE);
  expect(chatTexts(stack, people[0] ?? 0)).toContain(`Sale ${broadcastId}`);
});

it('a broadcast pauses at once, survives its worker and reaches everybody once', async () => {
  const people = await readers(150);
  const broadcastId = await start();
  await until('it is under way', async () => (await sentOf(broadcastId)) > 10, PATIENCE);
  expect(await steer(broadcastId, 'pause')).toEqual({ kind: 'moved', state: 'paused' });
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  const paused = await sentOf(broadcastId);
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(await sentOf(broadcastId)).toBe(paused);
  expect(paused).toBeLessThan(150);
  await stack.worker.stop();
  await stack.worker.start();
  expect(await steer(broadcastId, 'resume')).toEqual({ kind: 'moved', state: 'running' });
  await until('all of it is sent', async () => (await sentOf(broadcastId)) === 150, PATIENCE);
  const handle = stack.client.workflow.getHandle(broadcastWorkflowId(broadcastId));
  expect(await handle.result()).toEqual({ state: 'done' });
  for (const userId of people) {
    const got = chatTexts(stack, userId).filter((text) => text.includes(broadcastId));
    expect(got).toHaveLength(1);
  }
  expect(await steer(broadcastId, 'pause')).toEqual({ kind: 'refused', reason: 'not_possible' });
});
