import { activityInfo, getClient, log } from '@temporalio/activity';
import type { Database, Transaction } from '../drizzle/client';
import { NOTIFIER_ID, wakeNotifierSignal } from '../workflows/billing/contract';
import { billingTaskQueue } from '../workflows/contract';
import { hasPromised } from './outbox';
import { inTransaction } from './transactions';

/** Signals of one client: the one that is on its way, and the one that everybody asking meanwhile shares. */
interface Signals {
  underWay: Promise<unknown>;
  coming?: Promise<void>;
}

type Client = ReturnType<typeof getClient>;

/**
 * One process signals no closer together than this: a run of the sender takes only so many signals, and what waits for it
 * has to fit into one task of its workflow.
 */
const PACE_MS = 50;

const signals = new WeakMap<Client, Signals>();

/**
 * Makes the sender look at the outbox, starting it when nobody runs. Whoever asks while a signal is under way shares the
 * next one with all others who do: what they wrote is committed by then, and one look finds it all.
 */
export async function wakeSender(): Promise<void> {
  const client = getClient();
  const taskQueue = billingTaskQueue(activityInfo().taskQueue);
  const of: Signals = signals.get(client) ?? { underWay: Promise.resolve() };
  signals.set(client, of);
  of.coming ??= of.underWay.then(() => {
    delete of.coming;
    const sent = signalSender(client, taskQueue);
    of.underWay = Promise.all([sent.catch(() => undefined), pause(PACE_MS)]);
    return sent;
  });
  return of.coming;
}

async function signalSender(client: Client, taskQueue: string): Promise<void> {
  await client.workflow.signalWithStart('notifier', {
    workflowId: NOTIFIER_ID,
    taskQueue,
    signal: wakeNotifierSignal.name,
    signalArgs: [],
    args: [{}],
    staticSummary: 'Sends what the outbox holds',
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}

/**
 * A transaction of work that must not wait for its messages: when it promised any, the sender is nudged after the
 * commit. Nobody waits for that either; a message whose nudge is lost leaves with the sender's own sweep, in a minute.
 */
export async function inTellingTransaction<T>(
  db: Database,
  body: (tx: Transaction) => Promise<T>,
): Promise<T> {
  let isTelling = false;
  const result = await inTransaction(db, async (tx) => {
    const done = await body(tx);
    isTelling = hasPromised(tx);
    return done;
  });
  if (isTelling) nudgeSender();
  return result;
}

/** Nudges closer together than this are one: the sender's history must not grow with every batch of spends. */
const PAUSE_MS = 500;

let lastMs = Number.NEGATIVE_INFINITY;
let isComing = false;

function nudgeSender(): void {
  if (isComing) return;
  const waitMs = lastMs + PAUSE_MS - performance.now();
  if (waitMs <= 0) return nudge();
  isComing = true;
  setTimeout(nudge, waitMs).unref();
}

function nudge(): void {
  isComing = false;
  lastMs = performance.now();
  wakeSender().catch((error: unknown) => {
    log.warn('the sender of messages was not nudged; it will look by itself', { error });
  });
}
