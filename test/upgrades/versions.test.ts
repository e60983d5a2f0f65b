import { NativeConnection } from '@temporalio/worker';
import { v7 } from 'uuid';
import { checkoutId, subscriptionWorkflowId } from '../../workflows/billing/contract';
import { upcomingQuery } from '../../workflows/billing/subscription/contract';
import type { SpendRequest } from '../../workflows/billing/token-spend/contract';
import { createLog } from '../../src/log';
import { heldBy, runDeploymentCommand } from '../../src/main/deployment-desk';
import { isPolled } from '../../src/main/pollers';
import { hostSpending } from '../../src/main/spend-worker';
import { payAndSettle } from '../support/payments';
import {
  balance,
  newUser,
  orderTopup,
  transferKinds,
  untilPaid,
  type Order,
} from '../support/shop';
import { checkBooks, startStack, until, type RunningWorker, type Stack } from '../support/stack';
import { orderPlan } from '../support/subscribers';
import { buildTwo, type Builds } from './support/builds';

// Two builds of the workers run side by side, as in a rolling deploy: in the later one checkout is another workflow, and
// the subscription has a patch that the earlier one does not know.

const DEPLOYMENT = 'billing';
const EARLIER = { deploymentName: DEPLOYMENT, buildId: 'earlier' };
const LATER = { deploymentName: DEPLOYMENT, buildId: 'later' };

let stack: Stack;
let builds: Builds;
let earlier: RunningWorker | undefined;
let later: RunningWorker | undefined;

beforeAll(async () => {
  builds = await buildTwo();
  stack = await startStack({ hasWorker: false, hasCatalogue: true, version: EARLIER });
  earlier = await stack.startWorker({ workflowBundlePath: builds.earlier, version: EARLIER });
  await untilKnown('earlier');
}, 180_000);
afterEach(() => checkBooks(stack));
afterAll(async () => {
  await Promise.all([earlier?.stop(), later?.stop()]);
  await stack?.stop();
  builds?.forget();
});

const desk = () => ({ client: stack.client, deploymentName: DEPLOYMENT });
const command = (text: string) => runDeploymentCommand(desk(), text.split(' '));

/** A build is known when the server has seen its workers on every task queue, which takes it some seconds. */
async function untilKnown(buildId: string): Promise<void> {
  await until(
    `${buildId} takes new work`,
    () =>
      command(`current ${buildId}`).then(
        () => true,
        () => false,
      ),
    60_000,
  );
}

/** Which build worked a run last. */
async function buildOf(workflowId: string): Promise<string | undefined> {
  const { raw } = await stack.client.workflow.getHandle(workflowId).describe();
  return raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion?.buildId ?? undefined;
}

/** Which build ended a checkout. */
async function endedBy({ invoiceId }: Order): Promise<string | undefined> {
  const handle = stack.client.workflow.getHandle(checkoutId(invoiceId));
  expect(await handle.result()).toMatchObject({ kind: 'paid' });
  return buildOf(handle.workflowId);
}

async function topUp(): Promise<Order> {
  return orderTopup(stack, await newUser(stack), 20_000);
}

async function subscriptionOf(userId: number): Promise<string> {
  return until('the subscription', async () => {
    const [row] = await stack.sql`select id from subscriptions where user_id = ${userId}`;
    return row && String(row['id']);
  });
}

async function spendingClient(): Promise<string> {
  const clientId = v7();
  await stack.sql`insert into api_clients (id, name) values (${clientId}, 'measured')`;
  return clientId;
}

const spendOf = (userId: number, clientId: string): SpendRequest => ({
  ...{ key: v7(), clientId, userId, amountUtok: 1_000_000, kind: 'spend' },
  ...{ description: 'a job', asOf: new Date().toISOString() },
});

/** One spend after the other through a server of the earlier build; what it says of them at its end. */
async function spendsCarried(userId: number, times: number): Promise<unknown> {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const connection = await NativeConnection.connect({ address: stack.servers.temporalAddress });
  const host = await hostSpending({
    ...{ connection, namespace: stack.servers.namespace, taskQueue: stack.taskQueue },
    ...{ processId: 'measured', version: EARLIER, workflowBundlePath: builds.earlier },
    shutdownGraceTime: '2 seconds',
    deps: { db: stack.database.db, settings: stack.settings },
    log: createLog({ level: 'debug', name: 'measured', destination }),
  });
  const clientId = await spendingClient();
  for (let n = 0; n < times; n += 1) {
    const spent = await host.gate.spend(spendOf(userId, clientId));
    expect(spent).toMatchObject({ kind: 'charged' });
  }
  await host.stop();
  await connection.close();
  const carried = lines.find((line) => line.includes('spends carried'));
  return JSON.parse(carried ?? '{}') as unknown;
}

test('a rolling deploy loses nothing: what is pinned ends where it began, what is patched moves at once', async () => {
  await command('current earlier');
  const begun = await Promise.all([topUp(), topUp(), topUp()]);
  const plan = await orderPlan(stack, await newUser(stack));
  await payAndSettle(stack, plan);
  const subscriptionId = subscriptionWorkflowId(await subscriptionOf(plan.userId));
  await until('the earlier build works it', async () => {
    return (await buildOf(subscriptionId)) === 'earlier';
  });
  expect(await stack.client.workflow.getHandle(subscriptionId).query(upcomingQuery)).toBe(
    undefined,
  );

  later ??= await stack.startWorker({ workflowBundlePath: builds.later, version: LATER });
  await untilKnown('later');
  const fresh = await topUp();
  await Promise.all([...begun, fresh].map((order) => payAndSettle(stack, order)));
  for (const order of begun) {
    await untilPaid(stack, order);
    expect(await endedBy(order)).toBe('earlier');
    expect(await transferKinds(stack, order.userId)).toEqual(['topup', 'subscription_fee']);
  }
  expect(await endedBy(fresh)).toBe('later');

  await stack.client.workflow.getHandle(subscriptionId).signal('fundsArrived');
  await until('the subscription is of the later build', async () => {
    return (await buildOf(subscriptionId)) === 'later';
  });
  const handle = stack.client.workflow.getHandle(subscriptionId);
  await until('it tells its course, which the earlier build did not', async () => {
    return (await handle.query(upcomingQuery))?.state === 'active';
  });
});

test('an old build says what still holds it, and holds nothing once it has ended', async () => {
  await command('current earlier');
  const order = await topUp();
  await command('current later');
  await until('visibility knows of it', async () => {
    return (await heldBy(desk(), 'earlier'))['checkout'] === 1;
  });
  expect(await command('status')).toMatch(
    /new work goes to later\n[\s\S]*earlier: holds 1 checkout/,
  );
  await expect(command('drained later')).rejects.toThrow('later still takes new work');
  await payAndSettle(stack, order);
  const words = await until('the old build is drained', () =>
    command('drained earlier').catch(() => undefined),
  );
  expect(words).toBe('earlier holds nothing: its workers may go');
});

test('a deploy that is taken back leaves what began meanwhile with its own build', async () => {
  const onLater = await topUp();
  await command('current earlier');
  const onEarlier = await topUp();
  await Promise.all([payAndSettle(stack, onLater), payAndSettle(stack, onEarlier)]);
  expect(await endedBy(onLater)).toBe('later');
  expect(await endedBy(onEarlier)).toBe('earlier');
  expect(await balance(stack, onLater.userId)).toBe(100);
});

test('what an old build holds for long is released to the current one', async () => {
  await command('current earlier');
  const order = await topUp();
  // The same code as the earlier build, so that its histories replay.
  const mended = { deploymentName: DEPLOYMENT, buildId: 'mended' };
  const worker = await stack.startWorker({ workflowBundlePath: builds.earlier, version: mended });
  try {
    await untilKnown('mended');
    await until('visibility knows of it', async () => {
      return (await heldBy(desk(), 'earlier'))['checkout'] === 1;
    });
    expect(await command('release earlier')).toBe(
      'earlier holds 1 checkout; they are being released to the current build',
    );
    await until('nothing is held', async () => {
      return Object.keys(await heldBy(desk(), 'earlier')).length === 0;
    });
    await payAndSettle(stack, order);
    await untilPaid(stack, order);
    expect(await endedBy(order)).toBe('mended');
  } finally {
    await command('current earlier');
    await worker.stop();
  }
});

test('spends of a versioned server are handed over with their start', async () => {
  const userId = await newUser(stack);
  await payAndSettle(stack, await orderTopup(stack, userId, 20_000));
  const counted = await spendsCarried(userId, 20);
  expect(counted).toMatchObject({ batches: 20, spends: 20, eagerPercent: 100 });
});

test('a ramp gives a build its share of new work and ends', async () => {
  await command('current earlier');
  expect(await command('ramp later 100')).toMatch('new work goes to earlier, 100 % to later');
  const order = await topUp();
  await payAndSettle(stack, order);
  expect(await endedBy(order)).toBe('later');
  expect(await command('ramp later 0')).toMatch(/new work goes to earlier\n/);
});

test('a worker of a version is seen by its health check', async () => {
  const { temporalAddress: address, namespace } = stack.servers;
  const question = { address, namespace, taskQueue: stack.taskQueue };
  await until('it polls', () => isPolled({ ...question, sinceMs: Date.now() - 70_000 }));
  expect(await isPolled({ ...question, sinceMs: Date.now() + 60_000 })).toBe(false);
});

test('a build that no worker has is refused in words', async () => {
  await expect(command('current nobody')).rejects.toThrow(/Temporal refuses: .*nobody/);
  await expect(command('drained nobody')).rejects.toThrow('billing has no build nobody');
  await expect(command('ramp later 101')).rejects.toThrow('Usage');
  await expect(command('sideways')).rejects.toThrow('Usage');
});
