import { activityInfo } from '@temporalio/activity';
import type { Database, Transaction } from '../drizzle/client';
import { settings as settingRows } from '../drizzle/schema';
import { mergeSettings, type BillingSettings } from '../src/domain/billing/settings';
import { inSpan } from '../src/tracing/spans';
import { fundedIn, wakeUnpaid } from './funds';

/** PostgreSQL's codes for a deadlock and a serialization failure: nothing happened, the same again may succeed. */
const RETRYABLE = new Set(['40001', '40P01']);
const TRIES = 5;

/**
 * Runs one PostgreSQL transaction, again when the database asked for it (OPS-19). Once it is committed, the unpaid
 * subscriptions of those whose funds it raised are told.
 */
export async function inTransaction<T>(
  db: Database,
  body: (tx: Transaction) => Promise<T>,
): Promise<T> {
  let userIds: readonly number[] = [];
  const attempt = () =>
    db.transaction(async (tx) => {
      const done = await body(tx);
      userIds = fundedIn(tx);
      return done;
    });
  const result = await insist(() => inSpan({ name: 'transaction' }, attempt));
  await wakeUnpaid(db, userIds);
  return result;
}

async function insist<T>(run: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await run();
    } catch (error) {
      if (tries >= TRIES || !RETRYABLE.has(sqlState(error))) throw error;
    }
  }
}

/** The SQLSTATE of a database error, wherever the layers above have wrapped it; empty for other errors. */
export function sqlState(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'cause' in error ? sqlState(error.cause) : '';
}

/** `<workflow id>:<step>`, the idempotency key of an effect: neither run id nor attempt, so a reset changes nothing (P-5). */
export function stepKey(step: string): string {
  return `${workflowId()}:${step}`;
}

/** The id of the workflow on whose behalf the running activity acts. */
export function workflowId(): string {
  const { workflowExecution } = activityInfo();
  if (!workflowExecution) throw new Error('this activity only makes sense inside a workflow');
  return workflowExecution.workflowId;
}

/** True when an earlier try of the running activity may have had its effect before it was lost. */
export function isLaterTry(): boolean {
  return activityInfo().attempt > 1;
}

/** The run and the activity that act, by which the very request is found in the history of the workflow (AU-1). */
export function requestId(): string {
  const { workflowExecution, activityId } = activityInfo();
  return `${workflowExecution?.runId ?? ''}/${activityId}`;
}

/** The settings in force: the environment's defaults under the live rows. */
export async function readSettings(
  tx: Pick<Transaction, 'select'>,
  defaults: BillingSettings,
): Promise<BillingSettings> {
  const rows = await tx
    .select({ key: settingRows.key, value: settingRows.value })
    .from(settingRows);
  return mergeSettings(defaults, rows);
}
