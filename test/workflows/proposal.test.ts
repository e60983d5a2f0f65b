import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import type { CastVote } from '../../activities/billing/operations/voting';
import type { Workflows } from '../../src/commands/start';
import {
  approveUpdate,
  proposalQuery,
  proposalWorkflowId,
  rejectUpdate,
} from '../../workflows/billing/proposal/contract';
import { until } from '../support/until';
import { proposalOf } from './support/cast';
import { refusalOf } from './support/seen';
import { HOUR, openTheatre, type Theatre } from './support/theatre';

type Proposal = WorkflowHandle<Workflows['proposal']>;

let theatre: Theatre;

beforeAll(async () => {
  theatre = await openTheatre();
});
beforeEach(() => theatre.play());
afterEach(() => theatre.clear());
afterAll(() => theatre.close());

async function opened(): Promise<Proposal> {
  const proposalId = randomUUID();
  return theatre.start('proposal', {
    workflowId: proposalWorkflowId(proposalId),
    input: { proposalId },
  });
}

const approve = (handle: Proposal, operatorId: number | string) =>
  handle.executeUpdate(approveUpdate, { args: [{ operatorId }] });

/** The rows of one proposal that needs so many, as the activity keeps them. */
function ballot(quorum: number) {
  const voters = new Set<number>();
  return ({ voter, isApproval }: CastVote) => {
    if (voters.size >= quorum) return Promise.resolve({ kind: 'over', state: 'approved' } as const);
    if (!isApproval) return Promise.resolve({ kind: 'rejected' } as const);
    voters.add(voter);
    const missing = quorum - voters.size;
    return Promise.resolve(
      missing > 0 ? ({ kind: 'counted', missing } as const) : ({ kind: 'approved' } as const),
    );
  };
}

test('an approval runs the operation once, as a child that names the proposal', async () => {
  const handle = await opened();
  expect(await approve(handle, 2)).toEqual({ kind: 'executed', isDone: true });
  expect(await handle.result()).toEqual({ state: 'executed' });
  const proposalId = handle.workflowId.replace('proposal:', '');
  expect(theatre.calls('runOperation')).toMatchObject([
    { operationId: `${proposalId}:approved`, proposalId, operator: { userId: 1 } },
  ]);
  expect(theatre.calls('settleProposal')).toMatchObject([{ outcome: { kind: 'done' } }]);
});

test('two approvers racing execute it once', async () => {
  theatre.play({ castVote: ballot(1) });
  const handle = await opened();
  const answers = await Promise.all([2, 3, 4].map((voter) => approve(handle, voter)));
  const kinds = answers.map(({ kind }) => kind).sort();
  expect(kinds).toEqual(['executed', 'over', 'over']);
  expect(theatre.calls('runOperation')).toHaveLength(1);
});

test('what needs two others waits for the second', async () => {
  theatre.play({
    loadProposal: ({ proposalId }) => Promise.resolve(proposalOf(proposalId, { quorum: 2 })),
    castVote: ballot(2),
  });
  const handle = await opened();
  expect(await approve(handle, '2')).toEqual({ kind: 'counted', missing: 1 });
  await until('one more is waited for', async () =>
    (await handle.query(proposalQuery))?.waitingFor.startsWith('1 more'),
  );
  expect(await approve(handle, 3)).toEqual({ kind: 'executed', isDone: true });
});

test('a rejection ends it, and nothing is done', async () => {
  const handle = await opened();
  const reason = 'we never promised this';
  expect(await handle.executeUpdate(rejectUpdate, { args: [{ operatorId: 2, reason }] })).toEqual({
    kind: 'rejected',
  });
  expect(await handle.result()).toEqual({ state: 'rejected' });
  expect(theatre.calls('castVote')).toMatchObject([{ voter: 2, isApproval: false, reason }]);
  expect(theatre.calls('runOperation')).toEqual([]);
});

test('it expires after its day', async () => {
  const handle = await opened();
  await until('it waits', async () => (await handle.query(proposalQuery)) !== undefined);
  await theatre.pass(handle.workflowId, 25 * HOUR);
  expect(await handle.result()).toEqual({ state: 'expired' });
  expect(theatre.calls('expireProposal')).toHaveLength(1);
});

test('an operation that cannot be done any more is told, not tried for ever', async () => {
  theatre.play({
    runOperation: () =>
      Promise.resolve({ outcome: { kind: 'refused', reason: 'no_role' }, effects: [] }),
  });
  const handle = await opened();
  expect(await approve(handle, 2)).toEqual({ kind: 'executed', isDone: false, reason: 'no_role' });
  expect(await handle.result()).toEqual({ state: 'approved' });
});

test('a vote that is refused leaves it open', async () => {
  theatre.play({ castVote: () => Promise.resolve({ kind: 'refused', reason: 'own' }) });
  const handle = await opened();
  expect(await approve(handle, 1)).toEqual({ kind: 'refused', reason: 'own' });
  expect((await handle.query(proposalQuery))?.state).toBe('open');
});

test.each(['', '0', '-4', 'anna'])('a vote in the name of "%s" is rejected', async (operatorId) => {
  const handle = await opened();
  expect(await refusalOf(approve(handle, operatorId))).toContain('Telegram id');
});

test('a run that begins after an approval goes on with it, and one after the end does nothing', async () => {
  theatre.play({
    loadProposal: ({ proposalId }) =>
      Promise.resolve(proposalOf(proposalId, { state: 'approved' })),
  });
  expect(await (await opened()).result()).toEqual({ state: 'executed' });
  theatre.play({
    loadProposal: ({ proposalId }) =>
      Promise.resolve(proposalOf(proposalId, { state: 'rejected' })),
  });
  expect(await (await opened()).result()).toEqual({ state: 'rejected' });
  theatre.play({ loadProposal: () => Promise.resolve(null) });
  expect(await (await opened()).result()).toEqual({ state: 'unknown' });
  expect(theatre.calls('runOperation')).toEqual([]);
});
