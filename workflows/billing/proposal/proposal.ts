import {
  allHandlersFinished,
  condition,
  executeChild,
  setHandler,
  upsertSearchAttributes,
  WorkflowIdReusePolicy,
} from '@temporalio/workflow';
import type { ProposalSnapshot } from '../../../activities/billing/operations/voting';
import { businessClock, type BusinessClock } from '../../clock';
import { amountMinorAttribute, type OperatorCard } from '../../contract';
import { ask, type Pending } from '../../requests';
import {
  cardOf as cardWith,
  createShowcase,
  describeRepair,
  moneyWords,
  type Subject,
} from '../../visibility';
import { wakeNotifier } from '../activities';
import {
  operationWorkflowId,
  type OperationInput,
  type OperationOutcome,
} from '../operation/contract';
import {
  approveUpdate,
  proposalQuery,
  rejectUpdate,
  type ProposalInput,
  type ProposalResult,
  type Vote,
  type VoteOutcome,
} from './contract';
import { castVote, expireProposal, loadProposal, settleProposal } from './stubs';

interface Question {
  readonly voter: number;
  readonly isApproval: boolean;
  readonly reason: string | undefined;
}

interface Desk {
  readonly clockOffsetMs: number;
  readonly clock: BusinessClock;
  readonly show: ReturnType<typeof createShowcase>;
  readonly votes: Pending<Question, unknown>[];
  proposal: ProposalSnapshot | undefined;
  waitingFor: string;
}

/**
 * An action that others must allow (OPS-12): waits a day for enough approvals, then runs the very operation that was
 * asked for, once, as a child of its own. One rejection ends it; so does the end of the day.
 */
export async function proposal(input: ProposalInput): Promise<ProposalResult> {
  const desk = layDesk(input);
  desk.proposal = (await loadProposal(input)) ?? undefined;
  if (desk.proposal) await wait(desk, desk.proposal);
  const state = desk.proposal?.state ?? 'unknown';
  desk.waitingFor = 'nothing';
  desk.show({ state, waitingFor: 'nothing: this proposal is over' });
  for (const pending of desk.votes.splice(0)) pending.answer = overWith(desk);
  await condition(allHandlersFinished);
  return { state };
}

function layDesk(input: ProposalInput): Desk {
  const clockOffsetMs = input.clockOffsetMs ?? 0;
  const desk: Desk = {
    clockOffsetMs,
    clock: businessClock(clockOffsetMs),
    show: createShowcase(() => subjectOf(desk, input.proposalId)),
    votes: [],
    proposal: undefined,
    waitingFor: 'the proposal to be read',
  };
  const take = (isApproval: boolean) => (vote: Vote) =>
    ask<Question, VoteOutcome>(desk.votes, {
      voter: Number(vote.operatorId),
      isApproval,
      reason: vote.reason,
    });
  setHandler(approveUpdate, take(true), {
    validator: requireVoter,
    ...describeRepair('proposal', 'approve'),
  });
  setHandler(rejectUpdate, take(false), {
    validator: requireVoter,
    ...describeRepair('proposal', 'reject'),
  });
  setHandler(proposalQuery, () => cardOf(desk, input.proposalId));
  return desk;
}

function requireVoter({ operatorId }: Vote): void {
  if (/^[1-9]\d{0,15}$/.test(String(operatorId))) return;
  throw new Error('operatorId must be your Telegram id, digits only');
}

async function wait(desk: Desk, proposal: ProposalSnapshot): Promise<void> {
  upsertSearchAttributes([{ key: amountMinorAttribute, value: proposal.amountMinor }]);
  // Approved by a run that was terminated before it could act.
  if (proposal.state === 'approved' && !proposal.isSettled) await execute(desk, proposal);
  while (desk.proposal?.state === 'open') {
    const pending = desk.votes.shift();
    if (pending) {
      pending.answer = await answer(desk, desk.proposal, pending.question);
      continue;
    }
    await waitForVotes(desk, desk.proposal);
  }
}

async function waitForVotes(desk: Desk, proposal: ProposalSnapshot): Promise<void> {
  const missing = proposal.quorum - proposal.approvedBy.length;
  desk.waitingFor = `${missing} more to allow ${proposal.action}`;
  desk.show({ state: 'open', waitingFor: desk.waitingFor, nextAt: proposal.expiresAt });
  const isAsked = await condition(
    () => desk.votes.length > 0,
    desk.clock.untilMs(Date.parse(proposal.expiresAt)),
    { summary: 'Until the proposal expires' },
  );
  if (isAsked) return;
  const { proposalId } = proposal;
  const state = await expireProposal({ proposalId, asOf: desk.clock.now() });
  desk.proposal = { ...proposal, state };
  await wakeNotifier();
}

async function answer(
  desk: Desk,
  proposal: ProposalSnapshot,
  vote: Question,
): Promise<VoteOutcome> {
  const { proposalId } = proposal;
  const verdict = await castVote({ proposalId, ...vote, asOf: desk.clock.now() });
  switch (verdict.kind) {
    case 'counted':
      desk.proposal = { ...proposal, approvedBy: withVoter(proposal.approvedBy, vote.voter) };
      return verdict;
    case 'approved':
      desk.proposal = { ...proposal, approvedBy: withVoter(proposal.approvedBy, vote.voter) };
      return execute(desk, desk.proposal);
    case 'rejected':
      desk.proposal = { ...proposal, state: 'rejected' };
      await wakeNotifier();
      return verdict;
    case 'over':
      desk.proposal = { ...proposal, state: verdict.state };
      await wakeNotifier();
      return verdict;
    case 'refused':
      return verdict;
  }
}

function withVoter(voters: readonly number[], voter: number): readonly number[] {
  return [...new Set([...voters, voter])];
}

/** Runs the operation others have allowed; its row lets it happen once, whoever starts it. */
async function execute(desk: Desk, proposal: ProposalSnapshot): Promise<VoteOutcome> {
  desk.waitingFor = `${proposal.action} to be done`;
  desk.show({ state: 'approved', waitingFor: desk.waitingFor });
  const outcome = await operate(desk, proposal);
  const { proposalId } = proposal;
  await settleProposal({ proposalId, outcome, asOf: desk.clock.now() });
  await wakeNotifier();
  const isDone = outcome.kind === 'done';
  desk.proposal = { ...proposal, state: isDone ? 'executed' : 'approved', isSettled: true };
  return {
    kind: 'executed',
    isDone,
    ...(outcome.kind === 'refused' ? { reason: outcome.reason } : {}),
  };
}

async function operate(desk: Desk, proposal: ProposalSnapshot): Promise<OperationOutcome> {
  const operationId = `${proposal.proposalId}:approved`;
  const input: OperationInput = {
    operationId,
    proposalId: proposal.proposalId,
    action: proposal.action,
    params: proposal.params,
    operator: { userId: proposal.proposedBy },
    reason: proposal.reason,
    clockOffsetMs: desk.clockOffsetMs,
  };
  return executeChild<(order: OperationInput) => Promise<OperationOutcome>>('operation', {
    workflowId: operationWorkflowId(operationId),
    args: [input],
    // A run that was terminated half-way is repeated by the next: the stored answer makes that harmless.
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
    staticSummary: `${proposal.action} allowed by ${proposal.approvedBy.join(', ')}`,
  });
}

function overWith({ proposal }: Desk): VoteOutcome {
  return { kind: 'over', state: proposal?.state ?? 'expired' };
}

/** What an operator reads on the card of any workflow. */
function subjectOf({ proposal }: Desk, proposalId: string): Subject {
  if (!proposal) return { who: 'nobody known', what: `proposal ${proposalId}` };
  const { action, proposedBy, reason, amountMinor, state } = proposal;
  return {
    who: `operator ${proposedBy}`,
    what: `${action}: ${reason}`,
    howMuch: amountMinor > 0 ? moneyWords({ minor: amountMinor, currency: 'RUB' }) : undefined,
    repairs: state === 'open' ? ['approve', 'reject'] : [],
  };
}

function cardOf(desk: Desk, proposalId: string): OperatorCard {
  const { proposal, waitingFor } = desk;
  const { state = 'unknown', expiresAt } = proposal ?? {};
  const nextAt = state === 'open' ? expiresAt : undefined;
  const card = cardWith({ ...subjectOf(desk, proposalId), state, waitingFor, nextAt });
  return { ...proposal, ...card };
}
