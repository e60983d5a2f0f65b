import { activityInfo, getClient, log } from '@temporalio/activity';
import type { Database, Transaction } from '../drizzle/client';
import { NOTIFIER_ID, wakeNotifierSignal } from '../workflows/billing/contract';
import { billingTaskQueue } from '../workflows/contract';
import { hasPromised } from './outbox';
import { inTransaction } from './transactions';

/** Makes the sender look at the outbox, starting it when nobody runs. */
export async function wakeSender(): Promise<void> {
  await getClient().workflow.signalWithStart('notifier', {
    workflowId: NOTIFIER_ID,
    taskQueue: billingTaskQueue(activityInfo().taskQueue),
    signal: wakeNotifierSignal.name,
    signalArgs: [],
    args: [{}],
    staticSummary: 'Sends what the outbox holds',
  });
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
