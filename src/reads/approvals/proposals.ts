import { asc, eq, sql, type SQL } from 'drizzle-orm';
import type { Database } from '../../../drizzle/client';
import { proposals, votes } from '../../../drizzle/schema';
import { broadcastReads } from './broadcasts';
import type { ApprovalReads, ProposalView } from './contract';

const AT_ONCE = 10;

/** What the screens of approvals look at. */
export function approvalReads(db: Database): ApprovalReads {
  return {
    ...broadcastReads(db),
    openProposals: () => select(db, eq(proposals.state, 'open')),
    proposal: async (proposalId) => (await select(db, eq(proposals.id, proposalId)))[0],
  };
}

async function select(db: Database, wanted: SQL): Promise<readonly ProposalView[]> {
  const rows = await db
    .select({
      proposal: proposals,
      approvedBy: sql<string[]>`coalesce(array_agg(${votes.voter}::text order by ${votes.voter})
        filter (where ${votes.isApproval}), '{}')`,
    })
    .from(proposals)
    .leftJoin(votes, eq(votes.proposalId, proposals.id))
    .where(wanted)
    .groupBy(proposals.id)
    .orderBy(asc(proposals.expiresAt), asc(proposals.id))
    .limit(AT_ONCE);
  return rows.map(({ proposal, approvedBy }) => ({
    proposalId: proposal.id,
    action: proposal.action,
    params: proposal.params,
    amountMinor: proposal.amount,
    reason: proposal.reason,
    proposedBy: proposal.proposedBy,
    quorum: proposal.quorum,
    approvedBy: approvedBy.map(Number),
    state: proposal.state,
    expiresAt: proposal.expiresAt.toISOString(),
  }));
}
