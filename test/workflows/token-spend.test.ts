import { Client } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { v7 } from 'uuid';
import { createSpending } from '../../src/commands/spending';
import type { SpendGate } from '../../src/commands/spend-gate';
import type { SpendRequest } from '../../workflows/billing/token-spend/contract';
import { spendsTaskQueue } from '../../workflows/contract';
import { payAndSettle } from '../support/payments';
import { balance, newUser, orderTopup, untilPaid } from '../support/shop';
import { checkBooks, startStack, type Stack } from '../support/stack';

let stack: Stack;
let connection: NativeConnection;
let clientId: string;
const starts: { size: number; isEager: boolean }[] = [];

beforeAll(async () => {
  stack = await startStack();
  connection = await NativeConnection.connect({ address: stack.servers.temporalAddress });
  clientId = v7();
  await stack.sql`insert into api_clients (id, name) values (${clientId}, 'test')`;
});
afterEach(() => checkBooks(stack));
afterAll(async () => {
  await connection?.close();
  await stack?.stop();
});

/** Another process that takes spends. */
function gate(processId: string): SpendGate {
  const client = new Client({ connection, namespace: stack.servers.namespace });
  return createSpending({
    client,
    taskQueue: spendsTaskQueue(stack.taskQueue),
    processId,
    onStart: (start) => starts.push(start),
  });
}

async function spender(tokens: number): Promise<number> {
  const userId = await newUser(stack);
  const order = await orderTopup(stack, userId, (tokens + 100) * 100);
  await payAndSettle(stack, order);
  await untilPaid(stack, order);
  return userId;
}

const request = (userId: number, change: Partial<SpendRequest> = {}): SpendRequest => ({
  key: v7(),
  clientId,
  userId,
  amountUtok: 1_000_000,
  kind: 'spend',
  description: 'a job',
  asOf: new Date().toISOString(),
  ...change,
});

test('a hundred spends at once leave in a few workflows and every one is charged', async () => {
  const userId = await spender(200);
  const door = gate('one');
  starts.length = 0;
  const answers = await Promise.all(Array.from({ length: 100 }, () => door.spend(request(userId))));
  expect(answers.filter(({ kind }) => kind === 'charged')).toHaveLength(100);
  expect(await balance(stack, userId)).toBe(100);
  expect(starts.length).toBeLessThan(20);
  expect(starts[0]?.size).toBe(1);
});

test('one key sent a hundred times through two processes is one charge and one answer', async () => {
  const userId = await spender(200);
  const [two, three] = [gate('two'), gate('three')];
  const one = request(userId);
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, index) => (index % 2 === 0 ? two : three).spend(one)),
  );
  const charges = new Set(answers.map((answer) => answer.kind === 'charged' && answer.chargeId));
  expect(charges.size).toBe(1);
  expect(await balance(stack, userId)).toBe(199);
});

test('a refused key may try again after a top-up', async () => {
  const userId = await spender(100);
  const door = gate('four');
  const big = request(userId, { amountUtok: 150_000_000 });
  expect(await door.spend(big)).toMatchObject({ kind: 'refused', code: 'insufficient_balance' });
  const order = await orderTopup(stack, userId, 20_000);
  await payAndSettle(stack, order);
  await untilPaid(stack, order);
  expect(await door.spend(big)).toMatchObject({ kind: 'charged', isReplay: false });
});
