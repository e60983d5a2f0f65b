import { currentUpdateInfo, setHandler, workflowInfo } from '@temporalio/workflow';
import type { PaymentContext } from '../../activities/billing/payments';
import {
  FACT_RANK,
  foldFacts,
  type PostOutcome,
  type WireFact,
} from '../../src/domain/billing/payment';
import { businessClock, type BusinessClock } from '../clock';
import { ask, type Pending } from '../requests';
import { createShowcase } from '../visibility';
import {
  markPaidUpdate,
  outcomeChangedSignal,
  paymentFactsQuery,
  paymentHintSignal,
  resolvePaymentUpdate,
  retryDeliveryUpdate,
  writeOffPaymentUpdate,
  type PaymentCard,
  type PaymentConfirmationInput,
  type PaymentHint,
  type Repair,
  type ResolutionKind,
} from './contract';
import { requirePhase, requireRepair } from './repair-rules';

/** What an operator decided about quarantined money. */
export interface Decision extends Repair {
  readonly how: ResolutionKind | 'write_off';
}

export type Phase =
  'waiting' | 'asking' | 'posting' | 'delivering' | 'quarantined' | 'refunding' | 'over';

/** Everything one payment's workflow knows while it runs. */
export interface PaymentDesk {
  readonly input: PaymentConfirmationInput;
  readonly show: ReturnType<typeof createShowcase>;
  readonly hints: PaymentHint[];
  readonly decisions: Pending<Decision, unknown>[];
  clock: BusinessClock;
  context: PaymentContext | undefined;
  phase: Phase;
  hasNews: boolean;
  /** Rank of the hint that was on the desk when the provider was last asked. */
  handledRank: number;
  operatorEvidence: (Repair & { evidence: string }) | undefined;
  isDeliveryRetried: boolean;
  /** Retries that are still to be written down, each with the id of its update. */
  readonly retries: (Repair & { readonly updateId: string })[];
  isOutcomeChanged: boolean;
  outcome: PostOutcome | undefined;
  waitingFor: string;
  nextAt: string | undefined;
}

/** Lays out an empty desk with its handlers set, before anything is awaited. */
export function layDesk(input: PaymentConfirmationInput): PaymentDesk {
  const desk: PaymentDesk = {
    input,
    show: createShowcase(),
    hints: [...(input.hints ?? [])],
    decisions: [],
    clock: businessClock(input.clockOffsetMs ?? 0),
    context: undefined,
    phase: 'waiting',
    hasNews: true,
    handledRank: FACT_RANK.unknown,
    operatorEvidence: undefined,
    isDeliveryRetried: false,
    retries: [],
    isOutcomeChanged: false,
    outcome: undefined,
    waitingFor: 'a hint',
    nextAt: undefined,
  };
  listen(desk);
  return desk;
}

function listen(desk: PaymentDesk): void {
  setHandler(paymentHintSignal, (hint) => {
    desk.hints.push(hint);
    desk.hasNews = true;
  });
  setHandler(outcomeChangedSignal, () => {
    desk.isOutcomeChanged = true;
  });
  setHandler(paymentFactsQuery, () => cardOf(desk));
  setHandler(
    markPaidUpdate,
    (repair) => {
      desk.operatorEvidence = repair;
      return { accepted: 'the payment is booked as paid on your evidence' };
    },
    { validator: (repair: Repair) => requireRepairIn(desk, repair, ['waiting', 'asking']) },
  );
  setHandler(
    retryDeliveryUpdate,
    ({ operatorId, reason }) => {
      desk.isDeliveryRetried = true;
      desk.retries.push({ operatorId, reason, updateId: currentUpdateInfo()?.id ?? 'unnamed' });
      return { accepted: 'delivery is tried again now' };
    },
    { validator: (repair: Repair) => requireRepairIn(desk, repair, ['delivering']) },
  );
  setHandler(
    resolvePaymentUpdate,
    ({ how, operatorId, reason }) => ask(desk.decisions, { how, operatorId, reason }),
    { validator: (repair: Repair) => requireRepairIn(desk, repair, ['quarantined']) },
  );
  setHandler(
    writeOffPaymentUpdate,
    ({ operatorId, reason }) => ask(desk.decisions, { how: 'write_off', operatorId, reason }),
    { validator: (repair: Repair) => requireRepairIn(desk, repair, ['quarantined']) },
  );
}

function requireRepairIn(desk: PaymentDesk, repair: Repair, phases: readonly Phase[]): void {
  requireRepair(repair);
  requirePhase(desk.phase, phases);
}

/** What all hints together say so far. */
export function standingFact(desk: PaymentDesk): WireFact {
  const { providerPaymentId } = desk.input;
  return foldFacts(desk.hints.map((hint) => hint.fact)) ?? { providerPaymentId, state: 'pending' };
}

/** True when a hint came that says more than the one last acted upon. */
export function isOutrun(desk: PaymentDesk): boolean {
  return FACT_RANK[standingFact(desk).state] > desk.handledRank;
}

/** True when this run's history is long enough to go on in a fresh one. */
export function isHistoryLong(): boolean {
  return workflowInfo().continueAsNewSuggested;
}

function cardOf(desk: PaymentDesk): PaymentCard {
  return {
    provider: desk.input.provider,
    providerPaymentId: desk.input.providerPaymentId,
    phase: desk.phase,
    facts: desk.hints.map((hint) => hint.fact),
    outcome: desk.outcome,
    waitingFor: desk.waitingFor,
    nextActionAt: desk.nextAt,
    allowedRepairs: REPAIRS[desk.phase],
  };
}

const REPAIRS: Readonly<Record<Phase, readonly string[]>> = {
  waiting: ['markPaid'],
  asking: ['markPaid'],
  posting: [],
  delivering: ['retryDelivery'],
  quarantined: ['resolve', 'writeOff'],
  refunding: [],
  over: [],
};
