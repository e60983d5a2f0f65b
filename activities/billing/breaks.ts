import { eq } from 'drizzle-orm';
import { transfers } from '../../drizzle/schema';
import { assert } from '../../src/domain/assert';
import { writeAudit } from '../audit';
import type { ActivityDeps } from '../deps';
import { inTransaction, readSettings, stepKey } from '../transactions';
import { openItem } from './open-items';

export interface FoundBreak {
  readonly transferId: string;
  readonly userId: number;
  readonly broken: readonly string[];
  readonly asOf: string;
}

/** What is written down when books and computation differ. */
export function breakActivities(deps: ActivityDeps) {
  return { openBreak: (found: FoundBreak) => openBreak(deps, found) };
}

/** Opens the item `break` of a transfer, tells the operators and audits it; repeating it changes nothing (LG-11). */
async function openBreak(
  { db, settings: defaults }: ActivityDeps,
  { transferId, userId, broken, asOf }: FoundBreak,
): Promise<{ openItemKey: string }> {
  const openItemKey = stepKey('break');
  return inTransaction(db, async (tx) => {
    const [transfer] = await tx
      .select({ key: transfers.key, invoiceId: transfers.invoiceId })
      .from(transfers)
      .where(eq(transfers.id, transferId));
    assert(transfer, `transfer ${transferId} was explained, so it exists`);
    const isNew = await openItem(tx, await readSettings(tx, defaults), {
      key: openItemKey,
      kind: 'break',
      reason: `transfer ${transfer.key} does not add up: ${broken.join(', ')}`,
      asOf: new Date(asOf),
      userId,
      invoiceId: transfer.invoiceId ?? undefined,
    });
    if (!isNew) return { openItemKey };
    await writeAudit(tx, {
      action: 'break.found',
      entity: 'transfer',
      entityId: transferId,
      actor: { kind: 'system', id: 'explain' },
      after: { broken },
      asOf: new Date(asOf),
    });
    return { openItemKey };
  });
}
