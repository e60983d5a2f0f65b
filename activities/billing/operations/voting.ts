import { and, eq, isNull } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { proposals, votes } from '../../../drizzle/schema';
import type { OperationOutcome } from '../../../workflows/billing/operation/contract';
import type { ProposalState } from '../../../workflows/billing/proposal/contract';
import { writeAudit } from '../../audit';
import type { ActivityDeps } from '../../deps';
import { inTransaction, readSettings } from '../../transactions';
import { operationNamed } from '.';
import { tellProposer } from './announcing';
import { hasRole } from './people';

/** What a proposal's workflow knows of it; instants are ISO 8601. */
export interface ProposalSnapshot {
  readonly proposalId: string;
  readonly action: string;
  readonly params: unknown;
  readonly amountMinor: number;
  readonly reason: string;
  readonly proposedBy: number;
  readonly quorum: number;
  readonly approvedBy: readonly number[];
  readonly state: ProposalState;
  readonly isSettled: boolean;
  readonly expiresAt: string;
}

export interface CastVote {
  readonly proposalId: string;
  readonly voter: number;
  readonly isApproval: boolean;
  readonly reason?: string | undefined;
  readonly asOf: string;
}

export type Verdict =
  | { readonly kind: 'counted'; readonly missing: number }
  | { readonly kind: 'approved' }
  | { readonly kind: 'rejected' }
  | { readonly kind: 'refused'; readonly reason: 'no_role' | 'own' | 'voted' }
  | { readonly kind: 'over'; readonly state: ProposalState };

type Proposal = typeof proposals.$inferSelect;

/** Side effects of the `proposal` workflow. Each is one transaction; repeating it changes nothing. */
export function proposalActivities(deps: ActivityDeps) {
  return {
    /** Reads where a proposal stands; null when there is none. */
    loadProposal: ({ proposalId }: { proposalId: string }) =>
      inTransaction(deps.db, (tx) => load(tx, proposalId)),
    castVote: (vote: CastVote) => inTransaction(deps.db, (tx) => castVote(tx, deps, vote)),
    /** Ends a proposal that found too few who agree; returns the state that stands. */
    expireProposal: (due: { proposalId: string; asOf: string }) =>
      inTransaction(deps.db, (tx) => expire(tx, deps, due)),
    settleProposal: (end: { proposalId: string; outcome: OperationOutcome; asOf: string }) =>
      inTransaction(deps.db, (tx) => settle(tx, deps, end)),
  };
}

async function load(tx: Transaction, proposalId: string): Promise<ProposalSnapshot | null> {
  const [row] = await tx.select().from(proposals).where(eq(proposals.id, proposalId));
  if (!row) return null;
  const approvals = (await votesOf(tx, proposalId)).filter(({ isApproval }) => isApproval);
  return {
    proposalId,
    action: row.action,
    params: row.params,
    amountMinor: row.amount,
    reason: row.reason,
    proposedBy: row.proposedBy,
    quorum: row.quorum,
    approvedBy: approvals.map(({ voter }) => voter),
    state: row.state,
    isSettled: row.result !== null,
    expiresAt: row.expiresAt.toISOString(),
  };
}

function votesOf(tx: Transaction, proposalId: string) {
  return tx.select().from(votes).where(eq(votes.proposalId, proposalId)).orderBy(votes.voter);
}

/**
 * Counts one operator's answer. Nobody allows what they proposed themselves, but they may take it back; nobody else
 * votes without a role that may allow it, or in two ways. An approval counts only while its voter keeps that role. One
 * rejection ends the proposal; the last approval needed approves it.
 */
async function castVote(tx: Transaction, deps: ActivityDeps, vote: CastVote): Promise<Verdict> {
  const row = await lock(tx, vote.proposalId);
  if (!row) return { kind: 'over', state: 'expired' };
  const known = (await votesOf(tx, row.id)).find(({ voter }) => voter === vote.voter);
  if (row.state !== 'open') return repeated(row, known, vote) ?? { kind: 'over', state: row.state };
  const asOf = new Date(vote.asOf);
  if (asOf >= row.expiresAt) return { kind: 'over', state: await expire(tx, deps, vote) };
  const refusal = await refusalOf(tx, row, vote);
  if (refusal) return refusal;
  if (known && known.isApproval !== vote.isApproval) return { kind: 'refused', reason: 'voted' };
  const { voter, isApproval } = vote;
  await tx.insert(votes).values({ proposalId: row.id, voter, isApproval }).onConflictDoNothing();
  if (!isApproval) return reject(tx, deps, { row, vote });
  const missing = row.quorum - (await countApprovals(tx, row));
  if (missing > 0) return { kind: 'counted', missing };
  await move(tx, row, { state: 'approved', vote });
  return { kind: 'approved' };
}

/** The answer of a vote whose first try was counted before the worker died. */
function repeated(
  row: Proposal,
  known: typeof votes.$inferSelect | undefined,
  vote: CastVote,
): Verdict | undefined {
  if (known?.isApproval !== vote.isApproval) return undefined;
  if (row.state === 'approved' && row.result === null) return { kind: 'approved' };
  return row.state === 'rejected' ? { kind: 'rejected' } : undefined;
}

async function refusalOf(
  tx: Transaction,
  row: Proposal,
  { voter, isApproval }: CastVote,
): Promise<Verdict | undefined> {
  if (voter === row.proposedBy) return isApproval ? { kind: 'refused', reason: 'own' } : undefined;
  const approvers = operationNamed(row.action)?.approvers ?? [];
  const isAllowed = await hasRole(tx, voter, approvers);
  return isAllowed ? undefined : { kind: 'refused', reason: 'no_role' };
}

async function countApprovals(tx: Transaction, row: Proposal): Promise<number> {
  const approvers = operationNamed(row.action)?.approvers ?? [];
  let count = 0;
  for (const { voter, isApproval } of await votesOf(tx, row.id)) {
    if (isApproval && (await hasRole(tx, voter, approvers))) count += 1;
  }
  return count;
}

async function reject(
  tx: Transaction,
  deps: ActivityDeps,
  { row, vote }: { row: Proposal; vote: CastVote },
): Promise<Verdict> {
  await move(tx, row, { state: 'rejected', vote });
  await tellProposer(tx, row, {
    template: 'proposal.rejected',
    params: { by: vote.voter, ...(vote.reason === undefined ? {} : { reason: vote.reason }) },
    asOf: new Date(vote.asOf),
    settings: await readSettings(tx, deps.settings),
  });
  return { kind: 'rejected' };
}

async function move(
  tx: Transaction,
  row: Proposal,
  { state, vote }: { state: 'approved' | 'rejected'; vote: CastVote },
): Promise<void> {
  await tx.update(proposals).set({ state }).where(eq(proposals.id, row.id));
  await writeAudit(tx, {
    action: `proposal.${state}`,
    entity: 'proposal',
    entityId: row.id,
    actor: { kind: 'operator', id: String(vote.voter) },
    before: { state: row.state },
    after: { state, action: row.action, proposedBy: row.proposedBy },
    ...(vote.reason === undefined ? {} : { reason: vote.reason }),
    asOf: new Date(vote.asOf),
  });
}

async function expire(
  tx: Transaction,
  deps: ActivityDeps,
  due: { proposalId: string; asOf: string },
): Promise<ProposalState> {
  const row = await lock(tx, due.proposalId);
  if (row?.state !== 'open') return row?.state ?? 'expired';
  const asOf = new Date(due.asOf);
  await tx.update(proposals).set({ state: 'expired' }).where(eq(proposals.id, row.id));
  await writeAudit(tx, {
    action: 'proposal.expired',
    entity: 'proposal',
    entityId: row.id,
    before: { state: 'open' },
    after: { state: 'expired', action: row.action, proposedBy: row.proposedBy },
    asOf,
  });
  await tellProposer(tx, row, {
    template: 'proposal.expired',
    params: {},
    asOf,
    settings: await readSettings(tx, deps.settings),
  });
  return 'expired';
}

/** Records what the allowed action led to and tells who proposed it. */
async function settle(
  tx: Transaction,
  deps: ActivityDeps,
  end: { proposalId: string; outcome: OperationOutcome; asOf: string },
): Promise<void> {
  const row = await lock(tx, end.proposalId);
  if (!row) return;
  const asOf = new Date(end.asOf);
  const settings = await readSettings(tx, deps.settings);
  if (end.outcome.kind === 'done') {
    await tellProposer(tx, row, { template: 'proposal.executed', params: {}, asOf, settings });
    return;
  }
  const cause = end.outcome.kind === 'refused' ? end.outcome.reason : end.outcome.kind;
  const changed = await tx
    .update(proposals)
    .set({ result: end.outcome })
    .where(and(eq(proposals.id, row.id), isNull(proposals.result)))
    .returning({ id: proposals.id });
  if (changed.length === 0) return;
  await writeAudit(tx, {
    action: 'proposal.impossible',
    entity: 'proposal',
    entityId: row.id,
    after: { action: row.action, outcome: end.outcome },
    asOf,
  });
  await tellProposer(tx, row, { template: 'proposal.failed', params: { cause }, asOf, settings });
}

async function lock(tx: Transaction, proposalId: string): Promise<Proposal | undefined> {
  const [row] = await tx.select().from(proposals).where(eq(proposals.id, proposalId)).for('update');
  return row;
}
