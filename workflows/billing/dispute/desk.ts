import { setHandler } from '@temporalio/workflow';
import {
  foldStages,
  type DisputeStage,
  type DisputeState,
} from '../../../src/domain/billing/dispute';
import { businessClock, type BusinessClock } from '../../clock';
import { ask, type Pending } from '../../requests';
import { createShowcase, describeRepair, type Subject } from '../../visibility';
import type { Repair } from '../contract';
import { requirePhase, requireRepair, requireWords } from '../repair-rules';
import {
  concedeDisputeUpdate,
  disputeQuery,
  disputeStageSignal,
  submitEvidenceUpdate,
  type DisputeCard,
  type DisputeInput,
  type DisputeNews,
  type DisputePhase,
} from './contract';

export type Evidence = Repair & { readonly note: string };

/** Everything one dispute's workflow knows while it runs. */
export interface DisputeDesk {
  readonly input: DisputeInput;
  readonly show: ReturnType<typeof createShowcase>;
  readonly news: DisputeNews[];
  readonly evidence: Pending<Evidence, unknown>[];
  clock: BusinessClock;
  phase: DisputePhase;
  state: DisputeState | undefined;
  dueAt: string | undefined;
  /** Whose money it is about, once the books have said so. */
  owner: { readonly userId: number; readonly amount: string } | undefined;
  concession: Repair | undefined;
  waitingFor: string;
}

/** Lays out an empty desk with its handlers set, before anything is awaited. */
export function layDesk(input: DisputeInput): DisputeDesk {
  const desk: DisputeDesk = {
    input,
    show: createShowcase(() => subjectOf(desk)),
    news: [...(input.news ?? [])],
    evidence: [],
    clock: businessClock(input.clockOffsetMs ?? 0),
    phase: 'opening',
    state: undefined,
    dueAt: undefined,
    owner: undefined,
    concession: undefined,
    waitingFor: 'the books',
  };
  listen(desk);
  return desk;
}

function listen(desk: DisputeDesk): void {
  setHandler(disputeStageSignal, (news) => void desk.news.push(news));
  setHandler(submitEvidenceUpdate, (evidence) => ask(desk.evidence, evidence), {
    validator: (evidence: Evidence) => {
      requireOpen(desk, evidence);
      requireWords(evidence.note, 'note is empty; say what was handed over');
    },
    ...describeRepair('dispute', 'submitEvidence'),
  });
  setHandler(
    concedeDisputeUpdate,
    (repair) => {
      desk.concession = repair;
      return { accepted: 'the dispute is booked as lost' };
    },
    {
      validator: (repair: Repair) => requireOpen(desk, repair),
      ...describeRepair('dispute', 'concede'),
    },
  );
  setHandler(disputeQuery, () => cardOf(desk));
}

function requireOpen(desk: DisputeDesk, repair: Repair): void {
  requireRepair(repair);
  requirePhase(desk.phase, ['open']);
}

/** What all that was told so far amounts to. */
export function standingStage({ news }: DisputeDesk): DisputeStage | undefined {
  return foldStages(news.map(({ stage }) => stage));
}

/** How it ended, once the provider or an operator has said so. */
export function decisionOf(desk: DisputeDesk): 'won' | 'lost' | undefined {
  const stage = standingStage(desk);
  if (stage === 'won' || stage === 'lost') return stage;
  return desk.concession ? 'lost' : undefined;
}

/** What an operator reads on the card of any workflow. */
function subjectOf({ input, owner, phase }: DisputeDesk): Subject {
  return {
    who: owner ? `user ${owner.userId}` : 'nobody known',
    what: `dispute ${input.ref} about payment ${input.providerPaymentId} at ${input.provider}`,
    howMuch: owner?.amount,
    repairs: repairsIn(phase),
  };
}

function repairsIn(phase: DisputePhase): readonly string[] {
  return phase === 'open' ? ['submitEvidence', 'concede'] : [];
}

function cardOf(desk: DisputeDesk): DisputeCard {
  const { provider, ref, providerPaymentId } = desk.input;
  return {
    ...{ provider, ref, providerPaymentId },
    phase: desk.phase,
    state: desk.state,
    news: desk.news,
    dueAt: desk.dueAt,
    waitingFor: desk.waitingFor,
    allowedRepairs: repairsIn(desk.phase),
  };
}
