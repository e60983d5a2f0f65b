import type { ProposalActivities } from '../../../activities/billing';
import { databaseStubs } from '../../stubs';

const database = databaseStubs<ProposalActivities>();

export const loadProposal = database('loadProposal', 'Read where the proposal stands');
export const castVote = database('castVote', 'Count an operator’s answer');
export const expireProposal = database('expireProposal', 'End the proposal nobody allowed in time');
export const settleProposal = database(
  'settleProposal',
  'Record what it led to, tell who proposed',
);
