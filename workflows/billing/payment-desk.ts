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
import { createShowcase, describeRepair, moneyWords, type Subject } from '../visibility';
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
  type RoleSigned,
} from './contract';
import { requirePhase, requireRepair, requireRole, requireWords } from './repair-rules';
import { askNowUpdate, declareRefundUpdate, type ReturnWord } from './repairs/contract';

/** What an operator decided about quarantined money. */
export interface Decision extends Repair {
  readonly how: ResolutionKind | 'write_off';
  /** What proves that the money went back by hand already. */
  readonly evidence?: string;
  /** The id of the update that asked for it, where the decision becomes a proposal. */
  readonly updateId?: string;
}

export type Phase =
  'waiting' | 'asking' | 'posting' | 'delivering' | 'quarantined' | 'refunding' | 'over';

/** A repair with the id of the update that asked for it. */
export type NamedRepair = Repair & { readonly updateId: string };

/** Everything one payment's workflow knows while it runs. */
export interface PaymentDesk {
  readonly input: PaymentConfirmationInput;
  readonly show: ReturnType<typeof createShowcase>;
  readonly hints: PaymentHint[];
  /** What all hints together say so far; kept, because conditions ask for it at every signal of a flood. */
  standing: WireFact | undefined;
  readonly decisions: Pending<Decision, unknown>[];
  clock: BusinessClock;
  context: PaymentContext | undefined;
  phase: Phase;
  hasNews: boolean;
  /** Rank of the hint that was on the desk when the provider was last asked. */
  handledRank: number;
  operatorEvidence: (Repair & { evidence: string }) | undefined;
  isDeliveryRetried: boolean;
  /** What an operator declares about money on its way back. */
  returnWord: (Repair & ReturnWord) | undefined;
  /** Retries that are still to be written down, each with the id of its update. */
  readonly retries: NamedRepair[];
  /** The same of questions that an operator wanted asked at once. */
  readonly asks: NamedRepair[];
  isOutcomeChanged: boolean;
  outcome: PostOutcome | undefined;
  waitingFor: string;
  nextAt: string | undefined;
}

/** Lays out an empty desk with its handlers set, before anything is awaited. */
export function layDesk(input: PaymentConfirmationInput): PaymentDesk {
  const desk: PaymentDesk = {
    input,
    show: createShowcase(() => subjectOf(desk)),
    hints: [...(input.hints ?? [])],
    standing: foldFacts((input.hints ?? []).map(({ fact }) => fact)),
    decisions: [],
    clock: businessClock(input.clockOffsetMs ?? 0),
    context: undefined,
    phase: 'waiting',
    hasNews: true,
    handledRank: FACT_RANK.unknown,
    operatorEvidence: undefined,
    isDeliveryRetried: false,
    returnWord: undefined,
    retries: [],
    asks: [],
    isOutcomeChanged: false,
    outcome: undefined,
    waitingFor: 'a hint',
    nextAt: undefined,
  };
  listen(desk);
  hearDecisions(desk);
  hearOfReturn(desk);
  return desk;
}

function listen(desk: PaymentDesk): void {
  setHandler(paymentHintSignal, (hint) => {
    desk.hints.push(hint);
    desk.standing = foldFacts([...(desk.standing ? [desk.standing] : []), hint.fact]);
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
    {
      validator: (repair: Repair & { evidence: string }) => {
        requireRepairIn(desk, repair, ['waiting', 'asking']);
        requireWords(repair.evidence, 'evidence is empty; say what proves the payment');
      },
      ...describeRepair('paymentConfirmation', 'markPaid'),
    },
  );
  setHandler(
    askNowUpdate,
    (repair) => {
      desk.hasNews = true;
      desk.asks.push(named(repair));
      return { accepted: 'the provider is asked now' };
    },
    {
      validator: (repair: Repair) => requireRepairIn(desk, repair, ['asking']),
      ...describeRepair('paymentConfirmation', 'retryNow'),
    },
  );
}

/** What an operator decides about money that is booked. */
function hearDecisions(desk: PaymentDesk): void {
  setHandler(
    retryDeliveryUpdate,
    (repair) => {
      desk.isDeliveryRetried = true;
      desk.retries.push(named(repair));
      return { accepted: 'delivery is tried again now' };
    },
    {
      validator: (repair: Repair) => requireRepairIn(desk, repair, ['delivering']),
      ...describeRepair('paymentConfirmation', 'retryDelivery'),
    },
  );
  setHandler(
    resolvePaymentUpdate,
    ({ how, operatorId, reason }) => ask(desk.decisions, { how, operatorId, reason }),
    {
      validator: (repair: Repair & { how: ResolutionKind }) => {
        requireRepairIn(desk, repair, ['quarantined']);
        if (!RESOLUTIONS.includes(repair.how)) {
          throw new Error(`how must be ${RESOLUTIONS.join(' or ')}`);
        }
      },
      ...describeRepair('paymentConfirmation', 'resolve'),
    },
  );
  setHandler(
    writeOffPaymentUpdate,
    ({ operatorId, reason }) => {
      const by = named({ operatorId: String(operatorId), reason });
      return ask(desk.decisions, { how: 'write_off', ...by });
    },
    {
      validator: (repair: RoleSigned) => {
        requireRole(repair);
        requirePhase(desk.phase, ['quarantined']);
      },
      ...describeRepair('paymentConfirmation', 'writeOff'),
    },
  );
}

/** Money on its way back waits for the word; money that waits for a decision gets one. */
function hearOfReturn(desk: PaymentDesk): void {
  setHandler(
    declareRefundUpdate,
    async ({ how, evidence, operatorId, reason }) => {
      if (desk.phase === 'quarantined') {
        return ask(desk.decisions, { how: 'refund', evidence, operatorId, reason });
      }
      desk.returnWord = { how, evidence, operatorId, reason };
      return {
        accepted:
          how === 'made'
            ? 'it is booked as made, on your evidence'
            : 'it counts as refused; the money waits for another decision',
      };
    },
    {
      validator: (word: Repair & ReturnWord) => {
        requireRepair(word);
        if (word.how !== 'made' && word.how !== 'not_made') {
          throw new Error('how must be made or not_made');
        }
        const phases = ['refunding', ...(word.how === 'made' ? ['quarantined'] : [])];
        requirePhase(desk.phase, phases);
        requireWords(word.evidence, 'evidence is empty; say what proves it');
      },
      ...describeRepair('paymentConfirmation', 'declareRefund'),
    },
  );
}

const RESOLUTIONS: readonly ResolutionKind[] = ['credit_wallet', 'complete_order', 'refund'];

function named({ operatorId, reason }: Repair): NamedRepair {
  return { operatorId, reason, updateId: currentUpdateInfo()?.id ?? 'unnamed' };
}

function requireRepairIn(desk: PaymentDesk, repair: Repair, phases: readonly Phase[]): void {
  requireRepair(repair);
  requirePhase(desk.phase, phases);
}

/** What all hints together say so far. */
export function standingFact({ input, standing }: PaymentDesk): WireFact {
  return standing ?? { providerPaymentId: input.providerPaymentId, state: 'pending' };
}

/** True when a hint came that says more than the one last acted upon. */
export function isOutrun(desk: PaymentDesk): boolean {
  return FACT_RANK[standingFact(desk).state] > desk.handledRank;
}

/**
 * True when a hint came after the provider was last asked about money that is on its way back: of the same rank it may
 * still say more, such as how a dispute ended, or that more was given back.
 */
export function hasLaterWord(desk: PaymentDesk): boolean {
  return desk.hasNews && FACT_RANK[standingFact(desk).state] > FACT_RANK.paid;
}

/** True when this run's history is long enough to go on in a fresh one. */
export function isHistoryLong(): boolean {
  return workflowInfo().continueAsNewSuggested;
}

/** What an operator reads on the card of any workflow. */
function subjectOf(desk: PaymentDesk): Subject {
  const { provider, providerPaymentId } = desk.input;
  const { userId } = desk.context ?? {};
  const { amount } = standingFact(desk);
  return {
    who: userId === undefined ? 'nobody known' : `user ${userId}`,
    what: `payment ${providerPaymentId} at ${provider}`,
    howMuch: amount && moneyWords(amount),
    repairs: REPAIRS[desk.phase],
  };
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
  asking: ['markPaid', 'retryNow'],
  posting: [],
  delivering: ['retryDelivery'],
  quarantined: ['resolve', 'declareRefund', 'writeOff'],
  refunding: ['declareRefund'],
  over: [],
};
