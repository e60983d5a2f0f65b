import { and, eq } from 'drizzle-orm';
import { isDeepStrictEqual } from 'node:util';
import type { Transaction } from '../../../drizzle/client';
import { proposals, votes } from '../../../drizzle/schema';
import { assert } from '../../../src/domain/assert';
import { quorumOf, type Role } from '../../../src/domain/billing/operations';
import type { BillingSettings } from '../../../src/domain/billing/settings';
import type { Json } from '../../../workflows/billing/operation/contract';
import { proposalWorkflowId } from '../../../workflows/billing/proposal/contract';
import { writeAudit } from '../../audit';
import { announce } from './announcing';
import type { OperationAnswer, OperationOrder } from './running';

/** Hours others have to agree (OPS-12). */
const OPEN_HOURS = 24;

/** Writes down what others must allow; the proposal takes the id of the operation that asked for it. */
export async function propose(
  tx: Transaction,
  order: OperationOrder,
  terms: {
    params: Json;
    amountMinor: number;
    approvers: readonly Role[];
    settings: BillingSettings;
  },
): Promise<OperationAnswer> {
  const { operationId: id, action, operator, reason, clockOffsetMs } = order;
  const { params, amountMinor, approvers, settings } = terms;
  const quorum = quorumOf(amountMinor, settings.fourEyesLargeMinor);
  const asOf = new Date(order.asOf);
  const [row] = await tx
    .insert(proposals)
    .values({
      id,
      action,
      params,
      amount: amountMinor,
      reason,
      proposedBy: operator.userId,
      quorum,
      state: 'open',
      expiresAt: new Date(asOf.getTime() + OPEN_HOURS * 3_600_000),
    })
    .returning();
  assert(row, 'an inserted proposal is there');
  await announce(tx, row, { approvers, settings, asOf });
  await writeAudit(tx, {
    action: 'proposal.opened',
    entity: 'proposal',
    entityId: id,
    actor: { kind: 'operator', id: String(operator.userId) },
    after: { action, params, amountMinor, quorum },
    reason,
    asOf,
  });
  return {
    outcome: { kind: 'proposed', proposalId: id, quorum },
    effects: [
      {
        kind: 'start',
        workflow: 'proposal',
        workflowId: proposalWorkflowId(id),
        input: { proposalId: id, ...(clockOffsetMs ? { clockOffsetMs } : {}) },
        summary: `${action} proposed by ${operator.userId}`,
      },
    ],
  };
}

/** Marks a proposal as done in the transaction that does it: no second operation can use it again. */
export async function useUp(tx: Transaction, proposalId: string, result: Json): Promise<void> {
  await tx
    .update(proposals)
    .set({ state: 'executed', result: { kind: 'done', result } })
    .where(eq(proposals.id, proposalId));
}

/**
 * Those who allowed exactly this action, or undefined when nobody did: an operation that claims a proposal is believed
 * only as far as the proposal's row goes.
 */
export async function allowedBy(
  tx: Transaction,
  order: OperationOrder & { proposalId: string },
  params: Json,
): Promise<readonly number[] | undefined> {
  const [row] = await tx
    .select()
    .from(proposals)
    .where(eq(proposals.id, order.proposalId))
    .for('update');
  // A result means that it was done, or found impossible, before.
  if (row?.state !== 'approved' || row.result !== null) return undefined;
  const isSame =
    row.action === order.action &&
    row.proposedBy === order.operator.userId &&
    isDeepStrictEqual(row.params, params);
  if (!isSame) return undefined;
  const rows = await tx
    .select({ voter: votes.voter })
    .from(votes)
    .where(and(eq(votes.proposalId, row.id), eq(votes.isApproval, true)))
    .orderBy(votes.voter);
  return rows.map(({ voter }) => voter);
}
