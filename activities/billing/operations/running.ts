import { eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Transaction } from '../../../drizzle/client';
import { operations } from '../../../drizzle/schema';
import { assert } from '../../../src/domain/assert';
import { SHORTEST_REASON } from '../../../src/domain/billing/operations';
import type {
  OperationEffect,
  OperationInput,
  OperationOutcome,
} from '../../../workflows/billing/operation/contract';
import { writeAudit } from '../../audit';
import type { ActivityDeps } from '../../deps';
import { inTransaction, readSettings, workflowId } from '../../transactions';
import { operationNamed } from '.';
import type { AnyOperation, OperationDone, OperationRefused, ReadyOperation } from './definition';
import { hasRole } from './people';
import { allowedBy, propose, useUp } from './proposing';

/** What the workflow asks for, at its business instant. */
export interface OperationOrder extends OperationInput {
  readonly asOf: string;
}

/** What the operator is told and what the workflow does next. */
export interface OperationAnswer {
  readonly outcome: OperationOutcome;
  readonly effects: readonly OperationEffect[];
}

/** The one way in which operators change anything by hand. */
export function operationActivities(deps: ActivityDeps) {
  return { runOperation: (order: OperationOrder) => runOperation(deps, order) };
}

/**
 * Does one audited admin action in one transaction, or writes the proposal of it. The answer is kept under the
 * workflow's id, so a repeat changes nothing and is told the same. A refusal leaves nothing behind but, where a role
 * was missing, the audit of the try (AU-2).
 */
async function runOperation(deps: ActivityDeps, order: OperationOrder): Promise<OperationAnswer> {
  try {
    return await inTransaction(deps.db, (tx) => runOnce(tx, deps, order));
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    const { refusal } = error;
    if (refusal.reason === 'no_role') await inTransaction(deps.db, (tx) => auditDenial(tx, order));
    return { outcome: refusal, effects: [] };
  }
}

/** Carries a refusal out of the transaction that it rolls back. */
class RefusedError extends Error {
  override readonly name = 'RefusedError';
  constructor(readonly refusal: OperationRefused) {
    super(refusal.reason);
  }
}

async function runOnce(
  tx: Transaction,
  deps: ActivityDeps,
  order: OperationOrder,
): Promise<OperationAnswer> {
  const known = await claim(tx, order);
  if (known) return known;
  const answer = await decide(tx, deps, order);
  await tx.update(operations).set({ answer }).where(eq(operations.id, workflowId()));
  return answer;
}

/** Takes the id, or gives the answer of whoever took it before; a simultaneous twin waits for that answer. */
async function claim(tx: Transaction, order: OperationOrder): Promise<OperationAnswer | undefined> {
  const { action, operator } = order;
  const taken = await tx
    .insert(operations)
    .values({ id: workflowId(), action, operator: operator.userId })
    .onConflictDoNothing()
    .returning({ id: operations.id });
  if (taken.length > 0) return undefined;
  const [row] = await tx
    .select({ answer: operations.answer })
    .from(operations)
    .where(eq(operations.id, workflowId()));
  assert(row?.answer, `operation ${workflowId()} has its answer`);
  return row.answer as OperationAnswer;
}

async function decide(
  tx: Transaction,
  deps: ActivityDeps,
  order: OperationOrder,
): Promise<OperationAnswer> {
  const { action, ready } = read(order);
  const settings = await readSettings(tx, deps.settings);
  if (!(await hasRole(tx, order.operator.userId, action.roles))) throw refusal('no_role');
  const approval = ready.approval(settings);
  const { proposalId } = order;
  if (approval && proposalId === undefined) {
    const { approvers } = action;
    return propose(tx, order, { ...approval, approvers, params: ready.params, settings });
  }
  const approvers =
    proposalId === undefined ? [] : await allowedBy(tx, { ...order, proposalId }, ready.params);
  if (!approvers) throw refusal('proposal_mismatch');
  const done = await ready.run(tx, {
    operator: order.operator,
    reason: order.reason,
    asOf: new Date(order.asOf),
    key: workflowId(),
    settings,
    secrets: deps.secrets,
    approvers,
  });
  if (done.kind === 'refused') throw new RefusedError(done);
  if (proposalId !== undefined) await useUp(tx, proposalId, done.result);
  await auditDone(tx, order, { done, approvers });
  return { outcome: { kind: 'done', result: done.result }, effects: done.effects ?? [] };
}

/** What is wrong with the question itself is refused before anything is looked up. */
function read(order: OperationOrder): { action: AnyOperation; ready: ReadyOperation } {
  const action = operationNamed(order.action);
  if (!action) throw refusal('unknown_action', order.action);
  if (!z.uuid().safeParse(idOf(order)).success) {
    throw refusal('bad_params', 'operationId is no UUID');
  }
  if (order.reason.trim().length < SHORTEST_REASON) throw refusal('short_reason');
  const ready = action.read(order.params);
  if (typeof ready === 'string') throw refusal('bad_params', ready);
  return { action, ready };
}

/** The id of what is allowed is its proposal's. */
function idOf({ operationId, proposalId }: OperationOrder): string {
  return proposalId ?? operationId;
}

function refusal(reason: string, detail?: string): RefusedError {
  return new RefusedError({ kind: 'refused', reason, ...(detail === undefined ? {} : { detail }) });
}

async function auditDone(
  tx: Transaction,
  order: OperationOrder,
  { done, approvers }: { done: OperationDone; approvers: readonly number[] },
): Promise<void> {
  const { before, after, ...named } = done.audit;
  const allowed = approvers.length > 0 ? { approvedBy: approvers } : {};
  await writeAudit(tx, {
    ...named,
    actor: { kind: 'operator', id: String(order.operator.userId) },
    ...(before === undefined ? {} : { before }),
    after: { ...(after as object | undefined), ...allowed },
    reason: order.reason,
    asOf: new Date(order.asOf),
  });
}

async function auditDenial(tx: Transaction, order: OperationOrder): Promise<void> {
  await writeAudit(tx, {
    action: 'access.denied',
    entity: 'user',
    entityId: String(order.operator.userId),
    actor: { kind: 'operator', id: String(order.operator.userId) },
    after: { action: order.action },
    reason: order.reason,
    asOf: new Date(order.asOf),
  });
}
