import { fastForward } from '../../src/embedded/clock';
import { mismatchId, mismatchQuery } from '../../workflows/billing/mismatch/contract';
import { reconciliationId, reconcileUpdate } from '../../workflows/billing/reconciliation/contract';
import { until, type Stack } from './stack';

/** An operator's wish with a reason. */
export const FINANCE = { operatorId: 'finance-1', reason: 'looked at it with the bank' };

/** Lets so many nights of the comparison with the mock bank pass. */
export async function passNights(stack: Stack, nights: number): Promise<void> {
  for (let night = 0; night < nights; night += 1) await passHours(stack, 24);
}

/** Lets hours of the comparison with the mock bank pass. */
export async function passHours(stack: Stack, hours: number): Promise<void> {
  const target = { workflowId: reconciliationId('mock') };
  await fastForward(stack.client, target, hours * 3_600_000);
}

/** An operator has everything since an instant compared, and it is done. */
export async function compareSince(stack: Stack, since: Date): Promise<void> {
  const before = await runsOf(stack);
  await askToCompare(stack, since);
  await until('the lists are compared', async () => (await runsOf(stack)) > before);
}

/** An operator wants everything since an instant compared. */
export async function askToCompare(stack: Stack, since: Date): Promise<void> {
  const handle = stack.client.workflow.getHandle(reconciliationId('mock'));
  const order = { ...FINANCE, since: since.toISOString() };
  await handle.executeUpdate(reconcileUpdate, { args: [order] });
}

/** How many comparisons came to their end. */
export async function runsOf(stack: Stack): Promise<number> {
  const [row] = await stack.sql`select count(*)::int as n from recon_runs where state = 'matched'`;
  return Number(row?.['n']);
}

/** Every difference that was ever found, as `kind state` by payment. */
export async function breaksByPayment(stack: Stack): Promise<Record<string, string[]>> {
  const rows = await stack.sql`
    select provider_payment_id as id, kind, state from recon_breaks order by recon_breaks.id`;
  const all: Record<string, string[]> = {};
  for (const { id, kind, state } of rows) {
    (all[String(id)] ??= []).push(`${String(kind)} ${String(state)}`);
  }
  return all;
}

export async function untilBreak(stack: Stack, paymentId: string, wished: string): Promise<void> {
  await until(`the difference of ${paymentId} is ${wished}`, async () => {
    const all = await breaksByPayment(stack);
    return all[paymentId]?.at(-1) === wished;
  });
}

/** Lets a difference’s own time pass. */
export async function passFor(stack: Stack, paymentId: string, ms: number): Promise<void> {
  const workflowId = mismatchId('mock', paymentId);
  const handle = stack.client.workflow.getHandle(workflowId);
  await until('the difference was looked at', async () => {
    // The workflow is started a moment after the difference is written down.
    const card = await handle.query(mismatchQuery).catch(() => undefined);
    return card?.nextActionAt !== undefined;
  });
  await fastForward(stack.client, { workflowId }, ms);
}
