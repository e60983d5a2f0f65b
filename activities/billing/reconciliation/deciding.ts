import { eq } from 'drizzle-orm';
import { reconBreaks } from '../../../drizzle/schema';
import { writeAudit } from '../../audit';
import type { ActivityDeps } from '../../deps';
import { inTransaction } from '../../transactions';
import { closeItem } from '../open-items';
import { closeBreak, entityOf, itemKey, lockBreak, type MismatchName } from './mismatches';

export interface MismatchDecision extends MismatchName {
  readonly operatorId: string;
  readonly reason: string;
  readonly asOf: string;
}

/** Closes a difference that an operator explains: both sides stay as they are (OPS-3). Repeating it changes nothing. */
export async function acceptMismatch(
  { db }: ActivityDeps,
  decision: MismatchDecision,
): Promise<void> {
  const { operatorId, reason, asOf } = decision;
  await inTransaction(db, async (tx) => {
    const row = await lockBreak(tx, decision);
    if (!row) return;
    const resolution = 'accepted as it is';
    await closeBreak(tx, row, {
      ...{ state: 'resolved', resolution, resolvedBy: operatorId, asOf, reason },
      actor: { kind: 'operator', id: operatorId },
    });
    await closeItem(tx, {
      ...{ key: itemKey(row), state: 'resolved', resolution, operatorId, reason },
      asOf: new Date(asOf),
    });
  });
}

/** Gives a difference to another owner, such as the operator who takes it. Repeating it changes nothing. */
export async function assignMismatch(
  { db }: ActivityDeps,
  { owner, ...decision }: MismatchDecision & { readonly owner: string },
): Promise<void> {
  const { operatorId, reason, asOf } = decision;
  await inTransaction(db, async (tx) => {
    const row = await lockBreak(tx, decision);
    if (!row || row.owner === owner) return;
    await tx.update(reconBreaks).set({ owner }).where(eq(reconBreaks.id, row.id));
    await writeAudit(tx, {
      ...{ action: 'mismatch.assigned', entity: 'mismatch', entityId: entityOf(row), reason },
      actor: { kind: 'operator', id: operatorId },
      before: { owner: row.owner },
      after: { owner },
      asOf: new Date(asOf),
    });
  });
}
