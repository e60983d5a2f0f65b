import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import {
  bundleWorkflowCode,
  DefaultLogger,
  NativeConnection,
  Runtime,
  Worker,
} from '@temporalio/worker';
import type { Workflows } from '../../src/commands/start';
import { subscriptionStateQuery, subscriptionWorkflowId } from '../../workflows/billing/contract';
import {
  cancelSubscriptionUpdate,
  upcomingQuery,
} from '../../workflows/billing/subscription/contract';
import { ROOT } from '../support/house/tree';
import { takeServers } from '../support/servers';
import { until } from '../support/stack';
import { USER_ID } from '../workflows/support/cast';
import { due, rowsOf } from '../workflows/support/subscriptions';

let folder: string;
let connection: Connection;
let native: NativeConnection;
let client: Client;
let namespace: string;
let todaysBundle: string;
let earlierBundle: string;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  const servers = await takeServers();
  ({ namespace, workflowBundlePath: todaysBundle } = servers);
  connection = await Connection.connect({ address: servers.temporalAddress });
  native = await NativeConnection.connect({ address: servers.temporalAddress });
  client = new Client({ connection, namespace });
  const place = join(ROOT, '.data', 'planted');
  mkdirSync(place, { recursive: true });
  folder = mkdtempSync(join(place, 'first-shape-'));
  earlierBundle = await bundleOfBefore();
}, 120_000);
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await Promise.all([connection.close(), native.close()]);
});

/** The workflow as it was when nobody knew of these patches: its commands are those of the first shape. */
async function bundleOfBefore(): Promise<string> {
  const today = `'${join(ROOT, 'workflows')}'`;
  const entry = join(folder, 'before.ts');
  writeFileSync(
    entry,
    `import * as today from ${today};
     export async function subscription(input: never): Promise<unknown> {
       const activator = (globalThis as any).__TEMPORAL_ACTIVATOR__;
       const known = activator.patchInternal.bind(activator);
       activator.patchInternal = (id: string, isOver: boolean) =>
         ['subscription-course', 'step-in-one-task'].includes(id) ? false : known(id, isOver);
       return today.subscription(input);
     }`,
  );
  const logger = new DefaultLogger('ERROR');
  const { code } = await bundleWorkflowCode({ workflowsPath: entry, logger });
  const path = join(folder, 'before.js');
  writeFileSync(path, code);
  return path;
}

type Roles = Record<string, (...given: never[]) => Promise<unknown>>;

async function working<T>(
  codePath: string,
  { taskQueue, activities }: { taskQueue: string; activities: Roles },
  work: () => Promise<T>,
): Promise<T> {
  const worker = await Worker.create({
    ...{ connection: native, namespace, taskQueue, activities },
    workflowBundle: { codePath },
  });
  return worker.runUntil(work());
}

/** A run that an earlier worker brought to sleep, and the queue on which today's find it. */
async function asleep() {
  const rows = rowsOf({ steps: [due('expire', 'expire', 30)] });
  const { course } = rows;
  if (!course) throw new Error('there are rows');
  const { subscriptionId, userId, state, periodN, periodEnd } = course;
  const taskQueue = `first-${randomUUID().slice(0, 8)}`;
  const snapshot = { subscriptionId, userId, state, isLive: true, periodN, periodEnd };
  const handle = await client.workflow.start<Workflows['subscription']>('subscription', {
    ...{ taskQueue, workflowId: subscriptionWorkflowId(subscriptionId) },
    args: [{ subscriptionId }],
  });
  const activities = { loadSubscription: () => Promise.resolve(snapshot) };
  await working(earlierBundle, { taskQueue, activities }, () =>
    until('it sleeps', async () => {
      return (await handle.query(subscriptionStateQuery))?.waitingFor === 'the end of period 0';
    }),
  );
  return { handle, taskQueue, rows };
}

test('a run of the first shape goes over to today’s with the next thing that happens to it', async () => {
  const { handle, taskQueue, rows } = await asleep();
  const activities: Roles = {
    loadCourse: () => Promise.resolve(rows.course),
    wakeNotifier: () => Promise.resolve(undefined),
    grantWish: () => {
      rows.course = rows.course && { ...rows.course, state: 'expired', steps: [] };
      return Promise.resolve({ kind: 'done', effect: 'expired' });
    },
  };
  await working(todaysBundle, { taskQueue, activities }, async () => {
    expect(await handle.query(upcomingQuery)).toBeUndefined();
    expect(await handle.query(subscriptionStateQuery)).toMatchObject({ state: 'active' });
    const wish = { actor: { kind: 'user', id: String(USER_ID) } } as const;
    const outcome = await handle.executeUpdate(cancelSubscriptionUpdate, { args: [wish] });
    expect(outcome).toEqual({ kind: 'done', effect: 'expired' });
    expect(await handle.result()).toEqual({ state: 'expired' });
  });
}, 60_000);

test('a run of the first shape goes over with a payment, and renews from then on', async () => {
  const { handle, taskQueue, rows } = await asleep();
  const activities = { loadCourse: () => Promise.resolve(rows.course) };
  await working(todaysBundle, { taskQueue, activities }, async () => {
    await handle.signal('fundsArrived');
    await until('it is of today', async () => {
      return (await handle.query(upcomingQuery))?.steps[0]?.kind === 'expire';
    });
    await handle.terminate('seen');
  });
}, 60_000);
