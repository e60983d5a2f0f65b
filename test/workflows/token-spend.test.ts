import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { Client } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { v7 } from 'uuid';
import type { Database } from '../../drizzle/client';
import { createSpending } from '../../src/commands/spending';
import type { SpendGate } from '../../src/commands/spend-gate';
import { createLog } from '../../src/log';
import { hostSpending } from '../../src/main/spend-worker';
import { spendId, type SpendRequest } from '../../workflows/billing/token-spend/contract';
import { spendsTaskQueue } from '../../workflows/contract';
import { payAndSettle } from '../support/payments';
import { balance, newUser, orderTopup, untilPaid } from '../support/shop';
import { checkBooks, startStack, until, type Stack } from '../support/stack';

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

test('a batch whose server is gone is ended by another, and the retry hears the first answer', async () => {
  const userId = await spender(100);
  const one = request(userId, { name: { key: 'k', method: 'POST', path: '/p', bodyHash: 'aa' } });
  // Its server dies right after the start: nobody waits for the result.
  await stack.client.workflow.start('tokenSpend', {
    workflowId: spendId(one),
    taskQueue: spendsTaskQueue(stack.taskQueue),
    args: [{ spends: [one] }],
  });
  const retried = await stack.spending.spend(one);
  expect(retried).toMatchObject({ kind: 'charged', balanceAfterUtok: 99_000_000 });
  expect(await balance(stack, userId)).toBe(99);
  const other = { ...one, name: { key: 'k', method: 'POST', path: '/p', bodyHash: 'bb' } };
  expect(await stack.spending.spend(other)).toEqual({ kind: 'mismatch', key: one.key });
});

test('an activity that loses its connection after the commit charges once', async () => {
  const userId = await spender(100);
  const own = await NativeConnection.connect({ address: stack.servers.temporalAddress });
  const db = losingAnswers(stack.database.db, 2);
  const host = await hostSpending({
    connection: own,
    namespace: stack.servers.namespace,
    taskQueue: 'elsewhere',
    processId: 'losing',
    workflowBundlePath: stack.servers.workflowBundlePath,
    shutdownGraceTime: '2 seconds',
    deps: { db, settings: stack.settings },
    log: createLog({ level: 'silent', name: 'test' }),
  });
  const answer = await host.gate.spend(request(userId));
  expect(answer).toMatchObject({ kind: 'charged', balanceAfterUtok: 99_000_000 });
  expect(await balance(stack, userId)).toBe(99);
  await host.stop();
  await own.close();
});

test('without Temporal the outcome is unknown, and the same key succeeds when it is back', async () => {
  const userId = await spender(100);
  const line = await openLine(stack.servers.temporalAddress);
  const far = await NativeConnection.connect({ address: line.address });
  const door = createSpending({
    client: new Client({ connection: far, namespace: stack.servers.namespace }),
    taskQueue: spendsTaskQueue(stack.taskQueue),
    processId: 'far',
  });
  const one = request(userId);
  line.cut();
  await expect(door.spend(one)).rejects.toThrow();
  await line.mend();
  const answer = await until('it is back', () => door.spend(one).catch(() => undefined), 60_000);
  expect(answer).toMatchObject({ kind: 'charged' });
  expect(await balance(stack, userId)).toBe(99);
  await far.close();
  await line.close();
}, 120_000);

test('every spend is found by its person and its key, and told in words', async () => {
  const people = await Promise.all([spender(100), spender(100)]);
  const door = gate('found');
  const spends = people.map((userId) => request(userId, { amountUtok: 60_000_000 }));
  const poor = request(people[0] ?? 0, { amountUtok: 60_000_000 });
  await Promise.all(door.spendAll([...spends, poor]));
  const found = await until('it is listed', async () => {
    const query = `BillingUserIds = '${people[1]}' and WorkflowType = 'tokenSpend'`;
    for await (const one of stack.client.workflow.list({ query })) return one;
    return undefined;
  });
  expect(found.memo?.['keys']).toEqual([...spends, poor].map(({ key }) => key));
  const description = await stack.client.workflow.getHandle(found.workflowId).describe();
  expect(await description.staticSummary()).toBe('3 spends of 2 users');
});

/** Commits, and breaks before it says so, as often as told. */
function losingAnswers(db: Database, times: number): Database {
  let left = times;
  const transaction: Database['transaction'] = async (body, config) => {
    const result = await db.transaction(body, config);
    left -= 1;
    if (left >= 0) throw new Error('the connection is lost');
    return result;
  };
  return new Proxy(db, {
    get: (target, name) =>
      name === 'transaction' ? transaction : (Reflect.get(target, name) as unknown),
  });
}

/** A line to a server that can be cut and mended. */
async function openLine(address: string) {
  const [host = '', port = ''] = address.split(':');
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(port), host);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    }
    near.pipe(far).pipe(near);
  });
  const listen = (at: number) =>
    new Promise<void>((resolve) => server.listen(at, '127.0.0.1', resolve));
  const cut = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  await listen(0);
  const { port: own } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${own}`,
    cut,
    mend: () => listen(own),
    close: () => Promise.resolve(cut()),
  };
}
