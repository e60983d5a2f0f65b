import { activityInfo, getClient } from '@temporalio/activity';
import { and, asc, eq, gt, inArray } from 'drizzle-orm';
import { reconBreaks } from '../../../drizzle/schema';
import { mismatchId, type MismatchInput } from '../../../workflows/billing/mismatch/contract';
import { billingState, providerName } from '../../../workflows/contract';
import type { ActivityDeps } from '../../deps';

export interface StartedMismatches {
  readonly started: number;
  /** Where to go on; undefined when all have been seen. */
  readonly after: number | undefined;
}

/** Differences that one call starts; the rest comes with the next. */
const AT_ONCE = 50;

/**
 * Starts the workflow of every difference that nobody has closed, in pages. One that runs is left alone, and one that
 * somebody terminated goes on from the facts in the database (OPS-4).
 */
export async function startMismatches(
  { db }: ActivityDeps,
  { provider, after = 0 }: { readonly provider: string; readonly after?: number },
): Promise<StartedMismatches> {
  const rows = await db
    .select({ id: reconBreaks.id, providerPaymentId: reconBreaks.providerPaymentId })
    .from(reconBreaks)
    .where(
      and(
        eq(reconBreaks.provider, provider),
        inArray(reconBreaks.state, ['found', 'open']),
        gt(reconBreaks.id, after),
      ),
    )
    .orderBy(asc(reconBreaks.id))
    .limit(AT_ONCE);
  let started = 0;
  for (const { providerPaymentId } of rows) {
    if (await isStarted({ provider, providerPaymentId })) started += 1;
  }
  return { started, after: rows.length < AT_ONCE ? undefined : rows.at(-1)?.id };
}

/** By its name, because the client is Temporal's own here and not a package of ours. */
const ALREADY_STARTED = 'WorkflowExecutionAlreadyStartedError';

async function isStarted(input: MismatchInput): Promise<boolean> {
  const { provider, providerPaymentId } = input;
  try {
    await getClient().workflow.start('mismatch', {
      workflowId: mismatchId(provider, providerPaymentId),
      taskQueue: activityInfo().taskQueue,
      args: [input],
      staticSummary: `Payment ${providerPaymentId} differs from the list of ${provider}`,
      typedSearchAttributes: [
        { key: billingState, value: 'healing' },
        { key: providerName, value: provider },
      ],
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    });
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === ALREADY_STARTED) return false;
    throw error;
  }
}
