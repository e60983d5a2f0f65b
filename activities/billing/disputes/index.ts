import type { DisputeStage } from '../../../src/domain/billing/dispute';
import type { ActivityDeps } from '../../deps';
import { loseDispute, noteContradiction, winDispute, type LostDispute } from './ending';
import { collectEvidence, noteEvidence, remindOfDispute, type SubmittedEvidence } from './evidence';
import { locateDispute, openDispute, type DisputeName, type NewDispute } from './opening';

export type { OpenedDispute } from './opening';

/** Side effects of the `dispute` workflow. Each is one transaction; repeating it changes nothing. */
export function disputeActivities(deps: ActivityDeps) {
  return {
    locateDispute: (name: DisputeName) => locateDispute(deps, name),
    openDispute: (news: NewDispute) => openDispute(deps, news),
    collectEvidence: (name: DisputeName) => collectEvidence(deps, name),
    noteEvidence: (handed: SubmittedEvidence) => noteEvidence(deps, handed),
    remindOfDispute: (name: DisputeName) => remindOfDispute(deps, name),
    winDispute: (name: DisputeName) => winDispute(deps, name),
    loseDispute: (lost: LostDispute) => loseDispute(deps, lost),
    noteContradiction: (told: DisputeName & { readonly stage: DisputeStage }) =>
      noteContradiction(deps, told),
  };
}
