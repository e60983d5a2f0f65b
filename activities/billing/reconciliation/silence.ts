import { eq } from 'drizzle-orm';
import { reconRuns } from '../../../drizzle/schema';
import { assert } from '../../../src/domain/assert';
import type { ActivityDeps } from '../../deps';
import { inTransaction, readSettings } from '../../transactions';
import { openItem } from '../open-items';

/** Key of the item that shows a list which does not come. */
export function silenceKey(runKey: string): string {
  return `${runKey}:silent`;
}

/** Tells operators that a provider has not given its list for hours; once for each run. */
export async function openSilentItem(
  { db, settings: defaults }: ActivityDeps,
  silent: { readonly runId: string; readonly reason: string; readonly asOf: string },
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const [run] = await tx.select().from(reconRuns).where(eq(reconRuns.id, silent.runId));
    assert(run, `run ${silent.runId} was opened before it is waited for`);
    await openItem(tx, await readSettings(tx, defaults), {
      key: silenceKey(run.key),
      kind: 'break',
      reason: `${run.provider} does not give its list of payments: ${silent.reason}`,
      asOf: new Date(silent.asOf),
    });
  });
}
